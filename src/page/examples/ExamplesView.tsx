import { useEffect, useMemo, useState } from 'react';
import { taskOf } from '../../experiment/tasks/index.ts';
import { useRun, watch } from '../../session/page/runStore.ts';
import { formatCount } from '../numbers.ts';
import { runLaneStyles } from '../rescale/lanes.ts';
import { sizesOf } from './answers.ts';
import { ImageExample } from './ImageExample.tsx';
import { NumbersExample } from './NumbersExample.tsx';
import type { ExampleProps } from './parts.tsx';
import { SymbolsExample } from './SymbolsExample.tsx';
import { TextExample } from './TextExample.tsx';
import '../styles/examples.css';

/** A few held-out examples as what they are, with every lane's answer. */
export default function ExamplesView() {
  const experiment = useRun((state) => state.experiment);
  const copies = useRun((state) => state.copies);
  const examples = useRun((state) => state.examples);
  const [chosen, setChosen] = useState(0);
  const styles = useMemo(() => runLaneStyles(experiment, copies), [experiment, copies]);

  useEffect(() => {
    watch('examples', true);
    return () => watch('examples', false);
  }, []);

  const sizes = useMemo(() => examples && sizesOf(experiment, examples), [experiment, examples]);
  if (!examples || !sizes)
    return <p className="panel-note">The examples come as soon as the run is ready.</p>;
  const { sequences } = sizes;
  const sequence = chosen % sequences;
  return (
    <div className="examples">
      <div className="examples-head">
        <p>
          Held-out examples, which no lane ever trains on, and what each lane answers after step{' '}
          <b>{formatCount(examples.step)}</b>.
        </p>
        <div className="examples-choice">
          <button type="button" onClick={() => setChosen((sequence + sequences - 1) % sequences)}>
            Previous
          </button>
          <span aria-live="polite">
            Example {sequence + 1} of {sequences}
          </span>
          <button type="button" onClick={() => setChosen((sequence + 1) % sequences)}>
            Next
          </button>
        </div>
      </div>
      <Example examples={examples} sizes={sizes} sequence={sequence} styles={styles} />
    </div>
  );
}

/** The picture that fits the task. */
function Example(props: ExampleProps) {
  const experiment = useRun((state) => state.experiment);
  const text = useRun((state) => state.text);
  const task = taskOf(experiment);
  const { inputs, outputs } = task.display;
  const measure = task.measure(experiment);
  const { seed } = experiment;
  const order = useMemo(() => (inputs.kind === 'image' ? inputs.orderOf(seed) : null), [inputs, seed]);
  if (inputs.kind === 'numbers' && measure.kind === 'within') {
    return <NumbersExample {...props} terms={experiment.terms} tolerance={measure.tolerance} />;
  }
  if (inputs.kind === 'image' && outputs.kind === 'class' && order) {
    return <ImageExample {...props} side={inputs.side} order={order} names={outputs.names} />;
  }
  if (inputs.kind === 'symbols' && measure.kind === 'accuracy') {
    return <SymbolsExample {...props} names={inputs.names} recalledFrom={measure.firstStep} />;
  }
  if (inputs.kind === 'text' && text) return <TextExample {...props} symbols={text.symbols} />;
  return null;
}
