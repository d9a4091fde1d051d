import { useMemo } from 'react';
import { defaultView, formatLink } from '../../experiment/link.ts';
import { PRESETS } from '../../experiment/presets.ts';
import { useWorkbench } from '../workbench.ts';
import { watchFor } from './watchFor.ts';
import '../styles/watch.css';

/** The preset that the experiment of an empty link is. */
const DEFAULT_PRESET = 'sgd-and-path';

/** One sentence on what to watch for in the experiment that is set up. */
export function WatchLine() {
  const experiment = useWorkbench((state) => state.experiment);
  const preset = useWorkbench((state) => state.view.preset) ?? DEFAULT_PRESET;
  const text = useMemo(() => {
    // What a link says beside `preset` may have made another experiment of it.
    const isPreset = formatLink(experiment, { ...defaultView, preset }) === `#preset=${preset}`;
    return (isPreset && PRESETS.get(preset)?.lookFor) || watchFor(experiment);
  }, [experiment, preset]);
  return (
    <p className="watch">
      <strong>Watch</strong> {text}
    </p>
  );
}
