import { laneShapes, parameterSpans } from '../../engine/layout.ts';
import { withoutCopies } from '../../session/page/runData.ts';
import { currentCheckpoint, pause, useRun } from '../../session/page/runStore.ts';
import type { Taken } from './work.ts';

/** Milliseconds between two looks whether a run that was paused has sent its numbers, and until it is given up. */
const INTERVAL = 50;
const PATIENCE = 15_000;

/**
 * The networks of the run's lanes as they are now; a run that trains is paused for it.
 * @throws Error where the run does not stand in time
 */
export async function takeNetworks(): Promise<Taken> {
  pause();
  for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
    const { experiment, copies, data, status } = useRun.getState();
    const own = withoutCopies(experiment, copies);
    const checkpoint = currentCheckpoint();
    const stands = status === 'idle' || status === 'paused' || status === 'stopped';
    if (stands && data.step === 0) return { experiment: own, step: 0, parameters: null };
    if (stands && checkpoint?.step === data.step) {
      // Of a text no network is taken: sizes of all other tasks need no data.
      const spans = own.task === 'text' ? [] : parameterSpans(laneShapes(checkpoint.experiment));
      const parameters = own.lanes.map((_, lane) => {
        const { first, end } = spans[lane] ?? { first: 0, end: 0 };
        return checkpoint.parameters.slice(first, end);
      });
      return { experiment: own, step: checkpoint.step, parameters };
    }
    await new Promise((resolve) => {
      setTimeout(resolve, INTERVAL);
    });
  }
  throw new Error('The run is not ready: once it stands, its networks can be taken.');
}
