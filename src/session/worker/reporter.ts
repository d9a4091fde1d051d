import type { Engine } from '../../engine/engine.ts';
import { unlessAborted } from '../../engine/inTime.ts';
import { columnsOf, type MetricColumns, type SessionEvent } from '../protocol.ts';
import type { Clock } from './clock.ts';

/** Milliseconds between two reports of metrics. */
const REPORT_INTERVAL = 100;
/** Milliseconds over which the speed is measured. */
const SPEED_WINDOW = 1000;

interface ReporterParts {
  readonly run: number;
  /** The step up to which everything is known already. */
  readonly reported: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly post: (event: SessionEvent) => void;
  /** Told of every report. */
  readonly onReport: (metrics: MetricColumns) => void;
}

/** Posts the metrics of a run, while it trains on. */
export class Reporter {
  readonly #parts: ReporterParts;
  /** Last step whose metrics were posted. */
  #reported: number;
  #startedAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | null = null;
  #error: unknown = null;
  /** Steps and the times at which they were reported, of about the last second. */
  #marks: { readonly step: number; readonly at: number }[] = [];

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#reported = parts.reported;
  }

  get reported(): number {
    return this.#reported;
  }

  /** Whether it is time for another report. */
  get isDue(): boolean {
    return this.#parts.clock.now() - this.#startedAt >= REPORT_INTERVAL;
  }

  /** @throws what went wrong in a report that nobody waited for */
  check(): void {
    if (this.#error !== null) throw this.#error;
  }

  /** Starts a report; the device goes on computing while its numbers come back. */
  start(engine: Engine, seconds: number): Promise<void> {
    this.#startedAt = this.#parts.clock.now();
    this.#underWay ??= this.#report(engine, seconds)
      .catch((error: unknown) => {
        this.#error = error;
      })
      .finally(() => {
        this.#underWay = null;
      });
    return this.#underWay;
  }

  /** Reports everything up to the step that the engine has reached. @throws what went wrong */
  async all(engine: Engine, seconds: number): Promise<void> {
    while (this.#reported < engine.step) {
      await this.start(engine, seconds);
      this.check();
    }
  }

  /** Goes back to a step after a loss, of which the report under way tells as well: it counts once. */
  async rewind(step: number): Promise<void> {
    await this.#underWay;
    this.#error = null;
    this.#reported = step;
    this.rest();
  }

  /** Forgets the speed: nothing trains for a while. */
  rest(): void {
    this.#marks = [];
  }

  async #report(engine: Engine, seconds: number): Promise<void> {
    const { run, signal, post, onReport } = this.#parts;
    const { step } = engine;
    const metrics = columnsOf(await unlessAborted(engine.metrics(this.#reported), signal));
    this.#reported = step;
    post({ type: 'progress', run, step, stepsPerSecond: this.#speedAt(step), seconds, metrics });
    onReport(metrics);
  }

  #speedAt(step: number): number {
    const at = this.#parts.clock.now();
    this.#marks.push({ step, at });
    while (this.#marks.length > 2 && at - (this.#marks[1]?.at ?? at) > SPEED_WINDOW) this.#marks.shift();
    const oldest = this.#marks[0];
    return oldest && at > oldest.at ? ((step - oldest.step) * 1000) / (at - oldest.at) : 0;
  }
}
