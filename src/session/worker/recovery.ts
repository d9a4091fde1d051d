import { type CreatedEngine, createEngine, type EngineRequest } from '../../engine/create.ts';
import type { Checkpoint } from '../../engine/engine.ts';
import { inTime } from '../../engine/inTime.ts';
import { type EvaluationClock, evaluationDue } from './pacing.ts';

/** Milliseconds between two checkpoints while a run trains, at least. */
const CHECKPOINT_INTERVAL = 5000;

/** Whether enough time has gone by for another checkpoint: as for evaluations, and not more often than it is of use. */
export const checkpointDue = (clock: EvaluationClock, now: number): boolean =>
  evaluationDue(clock, now) && now - clock.ended >= CHECKPOINT_INTERVAL;

/** So many losses of the device within so many milliseconds are enough: the CPU engine goes on. */
const MOST_LOSSES = 3;
const LOSS_WINDOW = 60_000;

/** Milliseconds before each further attempt to get a device: a GPU process that crashed takes a while to come back. */
const ATTEMPTS = [0, 300, 1000, 3000] as const;

/**
 * Milliseconds that all attempts together may take: a GPU process that dies meanwhile may leave one unanswered for ever,
 * while the CPU engine could go on.
 */
const ATTEMPTS_LIMIT = 30_000;

/** Makes engines that go on after the device was lost. */
export class Recovery {
  #losses: number[] = [];

  /**
   * An engine that stands where the checkpoint stands; on the CPU where devices are lost too often, or there is none.
   * @param from null: at step 0
   * @param now milliseconds
   * @throws Error where not even the CPU engine can go on
   */
  async engineAfterLoss(
    request: EngineRequest,
    from: Checkpoint | null,
    now: number,
  ): Promise<CreatedEngine> {
    this.#losses = [...this.#losses.filter((at) => now - at < LOSS_WINDOW), now];
    let reason = `It was lost ${MOST_LOSSES} times within a minute.`;
    if (this.#losses.length < MOST_LOSSES) {
      const deadline = performance.now() + ATTEMPTS_LIMIT;
      for (const delay of ATTEMPTS) {
        const left = deadline - performance.now() - delay;
        if (left <= 0) break;
        await new Promise((resolve) => {
          setTimeout(resolve, delay);
        });
        try {
          return await inTime(
            createEngine(request).then((created) => standingAt(created, from)),
            left,
            () => new Error('It does not answer any more.'),
            ({ engine }) => engine.dispose(),
          );
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error);
        }
      }
    }
    const created = await createEngine({ ...request, kind: 'cpu' });
    return standingAt({ ...created, fallback: `The GPU cannot be used any more. ${reason}` }, from);
  }
}

async function standingAt(created: CreatedEngine, from: Checkpoint | null): Promise<CreatedEngine> {
  if (from !== null) await created.engine.restore(from);
  return created;
}
