import type { RunStatus } from '../session/page/runStore.ts';
import { formatCount, formatNumber } from './numbers.ts';

/** A lane as a summary names it. */
export interface SummaryLane {
  readonly name: string;
  /** The smoothed loss, NaN before the first step. */
  readonly loss: number;
  readonly stopped: boolean;
}

const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  waiting: 'Waiting for your text',
  preparing: 'Preparing',
  idle: 'Ready',
  running: 'Training',
  paused: 'Paused',
  stopped: 'Every lane has stopped',
  failed: 'The run has ended',
};

/** More losses than a listener keeps in mind. */
const MOST_LOSSES = 4;

/** What a screen reader says of a run: its status, its step, the best lane, and the losses of a few. */
export function summaryOf(status: RunStatus, step: number, lanes: readonly SummaryLane[]): string {
  const head = STATUS_WORDS[status];
  if (status === 'waiting' || status === 'preparing') return `${head}.`;
  if (step === 0) return `${head}, step 0.`;
  const going = lanes.filter(({ loss, stopped }) => !stopped && Number.isFinite(loss));
  const best = going.reduce<SummaryLane | null>(
    (least, lane) => (least === null || lane.loss < least.loss ? lane : least),
    null,
  );
  const parts = [`${head}, step ${formatCount(step)}.`];
  if (best !== null && lanes.length > 1) {
    parts.push(`Lowest loss: ${best.name}, ${formatNumber(best.loss)}.`);
  }
  const stopped = lanes.filter((lane) => lane.stopped).length;
  if (lanes.length <= MOST_LOSSES) {
    const others = lanes.filter((lane) => lanes.length === 1 || lane !== best);
    parts.push(
      ...others.map((lane) => `${lane.name}: ${lane.stopped ? 'stopped' : formatNumber(lane.loss)}.`),
    );
  } else if (stopped > 0) {
    parts.push(`${stopped} of ${lanes.length} lanes have stopped.`);
  }
  return parts.join(' ');
}
