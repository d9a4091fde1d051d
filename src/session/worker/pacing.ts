import type { Clock } from './clock.ts';

/**
 * How many steps one `train` call should run. A call is modelled as `overhead + steps * cost` milliseconds. Where the
 * overhead is small, a call aims at the middle of 8-16 ms, so that a click is answered at once and the screen keeps
 * its frames. Where waiting for the device takes long however small the work (about 100 ms in Firefox, bug 1870699),
 * more steps go into a call, so that the wait is not most of the time.
 */
export interface Pace {
  /** Steps of the next call. */
  readonly steps: number;
  /** Calls measured so far. */
  readonly calls: number;
  /** Milliseconds of a call that do not depend on its steps, as far as known. */
  readonly overhead: number;
  /** Milliseconds of one step, as far as known. */
  readonly cost: number;
  /** The last measured call with another number of steps. */
  readonly reference: { readonly steps: number; readonly milliseconds: number } | null;
}

/** Milliseconds of work in a call, where the overhead is small and where it is not. */
const TARGET = 12;
const TARGET_WITH_OVERHEAD = 60;
const LARGE_OVERHEAD = 25;
/** A call with more work than this, in milliseconds, is followed by one of at most half the steps. */
const TOO_LONG = 150;
/** The first calls compile and warm up: they say nothing about the pace. */
const WARM_UP_CALLS = 2;
export const MAX_STEPS_PER_CALL = 1024;

export const initialPace: Pace = { steps: 1, calls: 0, overhead: 0, cost: 0, reference: null };

/**
 * The pace after a call.
 * @param pace the pace before it
 * @param steps steps that the call ran (fewer than the pace where something else cut it short)
 * @param milliseconds how long it took
 */
export function nextPace(pace: Pace, steps: number, milliseconds: number): Pace {
  const calls = pace.calls + 1;
  if (calls <= WARM_UP_CALLS) return { ...pace, calls };
  let { overhead, reference } = pace;
  if (reference === null) {
    reference = { steps, milliseconds };
  } else if (steps >= 2 * reference.steps || reference.steps >= 2 * steps) {
    // Two calls of different sizes tell overhead and cost apart.
    const slope = (milliseconds - reference.milliseconds) / (steps - reference.steps);
    overhead = Math.min(milliseconds, Math.max(0, milliseconds - Math.max(0, slope) * steps));
    reference = { steps, milliseconds };
  }
  overhead = Math.min(overhead, milliseconds);
  const cost = (milliseconds - overhead) / steps;
  const probing = reference.steps === steps && pace.reference === null && milliseconds < TOO_LONG;
  const target = overhead > LARGE_OVERHEAD ? TARGET_WITH_OVERHEAD : TARGET;
  let wanted = probing ? 2 : cost > 0 ? target / cost : Number.POSITIVE_INFINITY;
  if (milliseconds - overhead > TOO_LONG) wanted = Math.min(wanted, steps / 2);
  const next = Math.max(1, Math.min(MAX_STEPS_PER_CALL, Math.floor(wanted), Math.max(2, 2 * pace.steps)));
  return { steps: next, calls, overhead, cost, reference };
}

/** Share of the time that evaluation on held-out data may take. */
const EVALUATION_SHARE = 0.05;
/** Steps between two evaluations, at least. */
export const EVALUATION_STEPS = 100;

/** When the last evaluation, generated text or look ended and how long it took, in milliseconds. */
export interface EvaluationClock {
  readonly ended: number;
  readonly milliseconds: number;
}

/** Does something and tells when it ended and how long it took. */
export async function timed(clock: Clock, work: () => Promise<void>): Promise<EvaluationClock> {
  const started = clock.now();
  await work();
  const ended = clock.now();
  return { ended, milliseconds: ended - started };
}

/** Milliseconds between two generated texts while a run trains, at least. */
const GENERATION_INTERVAL = 2000;

/** Whether enough time has gone by for another text: as for evaluations, and enough to have read the one before. */
export const generationDue = (clock: EvaluationClock | null, now: number): boolean =>
  evaluationDue(clock, now) && (clock === null || now - clock.ended >= GENERATION_INTERVAL);

/** Milliseconds between two looks at a run while it trains, at least. */
const WATCH_INTERVAL = 1000;

/** Whether enough time has gone by for another look at what is watched: as for evaluations, and enough to have seen it. */
export const watchDue = (clock: EvaluationClock | null, now: number): boolean =>
  evaluationDue(clock, now) && (clock === null || now - clock.ended >= WATCH_INTERVAL);

/** Whether enough time has gone by since the last evaluation for another one. The first one is always due. */
export const evaluationDue = (clock: EvaluationClock | null, now: number): boolean =>
  clock === null || now - clock.ended >= clock.milliseconds * (1 / EVALUATION_SHARE - 1);
