import type { CreatedEngine } from '../engine/create.ts';
import {
  type Checkpoint,
  type Engine,
  type EngineInfo,
  EngineLostError,
  type Evaluation,
  type MetricBatch,
  type StepSnapshot,
} from '../engine/engine.ts';
import type { Experiment } from '../experiment/schema.ts';
import { checkpointDue } from '../session/worker/recovery.ts';

/**
 * Makes an engine that stands where the checkpoint stands.
 * @param loss of the engine before
 * @param from null: at step 0
 */
export type Resume = (loss: EngineLostError, from: Checkpoint | null) => Promise<CreatedEngine>;

/** So many losses without a single call that ended are enough. */
const MOST_LOSSES_IN_A_ROW = 5;

/**
 * An engine that goes on when what it computes on goes away: from its last checkpoint, on an engine that `resume` makes. Who calls it
 * sees every step once, with the same bits where the new engine is of the same kind.
 *
 * `metrics` gives the steps since the last call of `train`; those before may have been lost with an engine.
 */
export class ResumingEngine implements Engine {
  #engine: Engine;
  /** Steps that the callers know of; the engine is behind them while it trains some again. */
  #step: number;
  #kept: Checkpoint | null = null;
  #keptClock: { ended: number; milliseconds: number };
  readonly #resume: Resume;
  readonly #say: (line: string) => void;

  /** @param say told in a line that the engine was lost, and what goes on */
  constructor(engine: Engine, resume: Resume, say: (line: string) => void) {
    this.#engine = engine;
    this.#step = engine.step;
    this.#resume = resume;
    this.#say = say;
    this.#keptClock = { ended: performance.now(), milliseconds: 0 };
  }

  get info(): EngineInfo {
    return this.#engine.info;
  }

  get experiment(): Experiment {
    return this.#engine.experiment;
  }

  get step(): number {
    return this.#step;
  }

  async train(steps: number): Promise<void> {
    // Not after the steps: their metrics are still to be fetched, and an engine has those since its checkpoint only.
    if (checkpointDue(this.#keptClock, performance.now())) await this.checkpoint();
    const until = this.#step + steps;
    await this.#held((engine) => engine.train(until - engine.step));
    this.#step = until;
  }

  metrics(sinceStep: number): Promise<MetricBatch> {
    return this.#held((engine) => engine.metrics(sinceStep));
  }

  async inspect(options?: { readonly states?: boolean }): Promise<StepSnapshot> {
    const snapshot = await this.#held((engine) => engine.inspect(options));
    this.#step = snapshot.step;
    return snapshot;
  }

  evaluate(sequences?: number): Promise<Evaluation> {
    return this.#held((engine) => engine.evaluate(sequences));
  }

  async checkpoint(): Promise<Checkpoint> {
    const started = performance.now();
    const checkpoint = await this.#held((engine) => engine.checkpoint());
    const ended = performance.now();
    this.#keptClock = { ended, milliseconds: ended - started };
    this.#kept = checkpoint;
    return checkpoint;
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    this.#kept = checkpoint;
    this.#step = checkpoint.step;
    await this.#held((engine) => engine.restore(checkpoint));
  }

  /** Never tells: the next call goes on, on another engine. */
  onLoss(): void {}

  dispose(): void {
    this.#engine.dispose();
  }

  /** What a call gives, on as many engines as it takes. */
  async #held<Result>(call: (engine: Engine) => Promise<Result>): Promise<Result> {
    for (let losses = 0; ; ) {
      try {
        if (losses > 0) await this.#catchUp();
        return await call(this.#engine);
      } catch (error) {
        if (!(error instanceof EngineLostError) || ++losses > MOST_LOSSES_IN_A_ROW) throw error;
        await this.#replace(error);
      }
    }
  }

  async #replace(loss: EngineLostError): Promise<void> {
    this.#engine.dispose();
    const { engine, fallback } = await this.#resume(loss, this.#kept);
    this.#engine = engine;
    const why = fallback === null ? '' : ` ${fallback}`;
    this.#say(
      `${loss.message}${why} Training goes on from step ${engine.step}, on ${engine.info.kind}, ${engine.info.name}.`,
    );
  }

  /** Trains what was trained since the checkpoint. */
  async #catchUp(): Promise<void> {
    const behind = this.#step - this.#engine.step;
    if (behind > 0) await this.#engine.train(behind);
  }
}
