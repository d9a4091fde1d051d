import type { Evaluation } from '../engine/engine.ts';
import type { MetricColumns } from './protocol.ts';
import { MetricSeries } from './series.ts';

/** Most held-out evaluations kept of a run; beyond, every other one goes. */
const MOST_EVALUATIONS = 64;

/** What one lane has measured so far. */
export interface LaneData {
  readonly loss: MetricSeries;
  readonly metric: MetricSeries;
  readonly gradientNorm: MetricSeries;
  readonly pathNormLog2: MetricSeries;
}

/**
 * The numbers of a run, which change many times a second: outside of React's state, read by charts at their own pace
 * through `version` and `subscribe`.
 */
export class RunData {
  readonly lanes: readonly LaneData[];
  #evaluations: Evaluation[] = [];
  #latest: Evaluation | null = null;
  #keepEvery = 1;
  #evaluated = 0;
  #step = 0;
  #stepsPerSecond = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(lanes: number) {
    this.lanes = Array.from({ length: lanes }, () => ({
      loss: new MetricSeries(),
      metric: new MetricSeries(),
      gradientNorm: new MetricSeries(),
      pathNormLog2: new MetricSeries(),
    }));
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  get stepsPerSecond(): number {
    return this.#stepsPerSecond;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** Held-out evaluations spread over the run, oldest first, with the latest one. */
  get evaluations(): readonly Evaluation[] {
    const latest = this.#latest;
    const kept = this.#evaluations;
    return latest === null || kept.at(-1) === latest ? kept : [...kept, latest];
  }

  /** The latest held-out evaluation. */
  get evaluation(): Evaluation | null {
    return this.#latest;
  }

  addMetrics(columns: MetricColumns, step: number, stepsPerSecond: number): void {
    for (let line = 0; line < columns.step.length; line++) {
      const lane = this.lanes[columns.lane[line] as number];
      if (!lane) continue;
      const at = columns.step[line] as number;
      lane.loss.append(at, columns.loss[line] as number);
      lane.metric.append(at, columns.metric[line] as number);
      lane.gradientNorm.append(at, columns.gradientNorm[line] as number);
      lane.pathNormLog2.append(at, columns.pathNormLog2[line] as number);
    }
    this.#step = step;
    this.#stepsPerSecond = stepsPerSecond;
    this.#changed();
  }

  addEvaluation(evaluation: Evaluation): void {
    this.#latest = evaluation;
    if (this.#evaluated++ % this.#keepEvery === 0) this.#evaluations.push(evaluation);
    if (this.#evaluations.length > MOST_EVALUATIONS) {
      this.#evaluations = this.#evaluations.filter((_, index) => index % 2 === 0);
      this.#keepEvery *= 2;
    }
    this.#changed();
  }

  /** Calls back on every change; returns the end of it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
