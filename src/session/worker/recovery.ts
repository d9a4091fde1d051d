import { fewerWorkers, WorkerEndedError } from '../../engine/cpu/laneWorkers.ts';
import { type CreatedEngine, createEngine, type EngineRequest } from '../../engine/create.ts';
import { type Checkpoint, EngineLostError, messageOf, NoAdapterError } from '../../engine/engine.ts';
import { inTime, unlessAborted } from '../../engine/inTime.ts';
import { type Clock, realClock } from './clock.ts';
import { type EvaluationClock, evaluationDue } from './pacing.ts';

/** Milliseconds between two checkpoints while a run trains: at least, and at most where one takes long. */
const CHECKPOINT_INTERVAL = 5000;
const LONGEST_CHECKPOINT_INTERVAL = 8000;

/** Whether enough time has gone by for another checkpoint: as for evaluations, but with no more than ten seconds to lose. */
export const checkpointDue = (clock: EvaluationClock, now: number): boolean => {
  const since = now - clock.ended;
  return since >= LONGEST_CHECKPOINT_INTERVAL || (since >= CHECKPOINT_INTERVAL && evaluationDue(clock, now));
};

/** So many losses within so many milliseconds are enough. */
const MOST_LOSSES = 3;
const LOSS_WINDOW = 60_000;

/** Counts losses, to tell bad luck from what will not work. */
export class LossCounter {
  #losses: number[] = [];

  /**
   * Notes a loss.
   * @param now milliseconds
   * @returns whether there were too many lately
   */
  tooMany(now: number): boolean {
    this.#losses = [...this.#losses.filter((at) => now - at < LOSS_WINDOW), now];
    return this.#losses.length >= MOST_LOSSES;
  }

  /** Whether there was one lately. */
  any(now: number): boolean {
    return this.#losses.some((at) => now - at < LOSS_WINDOW);
  }
}

/** Milliseconds before each further attempt to get a device: a GPU process that crashed takes a while to come back. */
const ATTEMPTS = [0, 300, 1000, 3000] as const;

/**
 * Milliseconds that all attempts together may take: a GPU process that dies meanwhile may leave one unanswered for ever,
 * while the CPU engine could go on.
 */
const ATTEMPTS_LIMIT = 30_000;

export interface RecoveryOptions {
  /** Makes engines; another one in tests. */
  readonly create?: typeof createEngine;
  readonly clock?: Clock;
  /** Ends the attempts; an engine that comes later is disposed of. */
  readonly signal?: AbortSignal;
}

/** Makes engines that go on after a loss. */
export class Recovery {
  readonly #losses = new LossCounter();

  /** Whether an engine failed because a device was lost: its own, or one within the last minute that has not come back. */
  isLoss(error: unknown, now: number): error is EngineLostError | NoAdapterError {
    return error instanceof EngineLostError || (error instanceof NoAdapterError && this.#losses.any(now));
  }

  /**
   * An engine that stands where the checkpoint stands. After a lost device it computes on another one, or on the CPU where
   * devices are lost too often, or there is none. After a worker that ended it has fewer workers.
   * @param from null: at step 0
   * @throws Error where not even the CPU engine can go on
   */
  async engineAfterLoss(
    request: EngineRequest,
    loss: EngineLostError | NoAdapterError,
    from: Checkpoint | null,
    { create = createEngine, clock = realClock, signal }: RecoveryOptions = {},
  ): Promise<CreatedEngine> {
    const make = (kind: 'webgpu' | 'cpu', workers: EngineRequest['workers']): Promise<CreatedEngine> =>
      create({ ...request, from, kind, workers });
    const unlessEnded = (making: Promise<CreatedEngine>): Promise<CreatedEngine> =>
      signal ? unlessAborted(making, signal, disposeOf) : making;
    if (loss instanceof WorkerEndedError) {
      return unlessEnded(make('cpu', fewerWorkers(request.workers, loss.workers)));
    }
    let reason = `It was lost ${MOST_LOSSES} times within a minute.`;
    if (!this.#losses.tooMany(clock.now())) {
      const deadline = clock.now() + ATTEMPTS_LIMIT;
      for (const delay of ATTEMPTS) {
        const left = deadline - clock.now() - delay;
        if (left <= 0) break;
        if (delay > 0) await clock.sleep(delay);
        signal?.throwIfAborted();
        try {
          const late = () => new Error('It does not answer any more.');
          return await unlessEnded(inTime(make('webgpu', undefined), left, late, disposeOf));
        } catch (error) {
          signal?.throwIfAborted();
          reason = messageOf(error);
        }
      }
    }
    const { engine } = await unlessEnded(make('cpu', request.workers));
    return { engine, fallback: `The GPU cannot be used any more. ${reason}` };
  }
}

const disposeOf = ({ engine }: CreatedEngine): void => engine.dispose();
