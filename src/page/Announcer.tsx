import { useEffect, useState } from 'react';
import { useRun } from '../session/page/runStore.ts';
import { runLaneStyles } from './rescale/lanes.ts';
import { summaryOf } from './summary.ts';

/** Milliseconds between two spoken summaries of a running run. */
const INTERVAL = 20_000;

/** What a screen reader is told: every change of status, and now and then how far a running run is. */
export function Announcer() {
  const status = useRun((state) => state.status);
  const data = useRun((state) => state.data);
  const [text, setText] = useState('');
  useEffect(() => {
    const announce = (): void => {
      const { experiment, copies, stops } = useRun.getState();
      const names = runLaneStyles(experiment, copies).map(({ name }) => name);
      const lanes = data.lanes.map(({ loss }, lane) => ({
        name: names[lane] ?? `lane ${lane + 1}`,
        loss: loss.smooth,
        stopped: stops.some((stop) => stop.lane === lane),
      }));
      setText(summaryOf(status, data.step, lanes));
    };
    announce();
    if (status !== 'running') return;
    const timer = setInterval(announce, INTERVAL);
    return () => clearInterval(timer);
  }, [status, data]);
  return (
    <p role="status" className="visually-hidden" data-testid="announcement">
      {text}
    </p>
  );
}
