import type { LanePick } from '../../engine/arrange.ts';
import type { Evaluation } from '../../engine/engine.ts';
import type { Experiment } from '../../experiment/schema.ts';
import type { MetricColumns } from '../protocol.ts';
import { MetricSeries, type SavedSeries } from './series.ts';
import { type SavedSpikes, SpikeWatch } from './spikes.ts';
import { type Mark, StepClock } from './stepClock.ts';
import { ZeroWatch } from './zeroLoss.ts';

/** Most held-out evaluations kept of a run; beyond, every other one goes. */
const MOST_EVALUATIONS = 64;
/** What a lane has in an evaluation before it was there. */
const NOT_EVALUATED = { loss: Number.NaN, metric: Number.NaN };

/** What one lane has measured so far. */
export interface LaneData {
  readonly loss: MetricSeries;
  readonly metric: MetricSeries;
  readonly gradientNorm: MetricSeries;
  readonly pathNormLog2: MetricSeries;
  readonly spikes: SpikeWatch;
  /** Not saved: a lane whose loss stays 0 shows that again at its next step. */
  readonly zeros: ZeroWatch;
}

/** A rescaled copy of a lane, which trains beside it. */
export interface Copy {
  /** Its number among the lanes of the run. */
  readonly lane: number;
  /** Number of the lane that it is a copy of, itself no copy. */
  readonly of: number;
  /** Steps done when it was made. */
  readonly step: number;
  /** Unit j of layer l computes 2^exponents[l, j] times what it did. */
  readonly exponents: Int8Array; // [layers, hidden]
}

/** The experiment of a run as it began: its copies stand behind its own lanes. */
export const withoutCopies = (experiment: Experiment, { length }: readonly Copy[]): Experiment => ({
  ...experiment,
  lanes: experiment.lanes.slice(0, experiment.lanes.length - length),
});

/** How far the losses of a copy and of its original are apart. */
export interface Difference {
  /** The largest of all steps since the copy was made; NaN before the first. */
  largest: number;
  readonly series: MetricSeries;
}

/** What one lane has measured as plain data. */
interface SavedLane extends Readonly<Record<Exclude<keyof LaneData, 'spikes' | 'zeros'>, SavedSeries>> {
  readonly spikes: SavedSpikes;
}

/** The numbers of a run as plain data. */
export interface SavedData {
  readonly step: number;
  readonly lanes: readonly SavedLane[];
  readonly copies: readonly Copy[];
  /** Of each copy. */
  readonly differences: readonly { readonly largest: number; readonly series: SavedSeries }[];
  readonly evaluations: readonly Evaluation[];
  readonly marks: readonly Mark[];
}

const newLane = (): LaneData => ({
  loss: new MetricSeries(),
  metric: new MetricSeries(),
  gradientNorm: new MetricSeries(),
  pathNormLog2: new MetricSeries(),
  spikes: new SpikeWatch(),
  zeros: new ZeroWatch(),
});

/**
 * The numbers of a run, which change many times a second: outside of React's state, read by charts at their own pace
 * through `version` and `subscribe`.
 */
export class RunData {
  #lanes: readonly LaneData[];
  #clock = new StepClock();
  #copies: readonly Copy[] = [];
  /** Of each copy, by its lane. */
  #differences = new Map<number, Difference>();
  /** The last loss of each lane, and its step. */
  #losses: { step: number; loss: number }[] = [];
  #evaluations: Evaluation[] = [];
  #latest: Evaluation | null = null;
  #keepEvery = 1;
  #evaluated = 0;
  #step = 0;
  #stepsPerSecond = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(lanes: number) {
    this.#lanes = Array.from({ length: lanes }, newLane);
  }

  get lanes(): readonly LaneData[] {
    return this.#lanes;
  }

  /** When the steps were done. */
  get clock(): StepClock {
    return this.#clock;
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

  /** How far a copy's losses are from its original's; null where the lane is no copy. */
  difference(lane: number): Readonly<Difference> | null {
    return this.#differences.get(lane) ?? null;
  }

  /**
   * Goes on with other lanes. Those that are kept keep their numbers; a copy begins with none.
   * @param copies those of the run from now on
   */
  arrange(picks: readonly LanePick[], copies: readonly Copy[]): void {
    const before = this.#lanes;
    const differences = this.#differences;
    this.#lanes = picks.map(({ lane, exponents }) =>
      exponents === null ? (before[lane] as LaneData) : newLane(),
    );
    this.#differences = new Map(
      copies.map(({ lane }) => {
        const pick = picks[lane];
        const kept = pick && pick.exponents === null ? differences.get(pick.lane) : undefined;
        return [lane, kept ?? { largest: Number.NaN, series: new MetricSeries() }];
      }),
    );
    this.#copies = copies;
    this.#losses = [];
    this.#latest = null;
    this.#evaluations = this.#evaluations.map(({ step, lanes }) => ({
      step,
      lanes: picks.map(({ lane, exponents }) =>
        exponents === null ? (lanes[lane] ?? NOT_EVALUATED) : NOT_EVALUATED,
      ),
    }));
    this.#changed();
  }

  #compare(lane: number, step: number, loss: number): void {
    this.#losses[lane] = { step, loss };
    // A copy stands behind its original, and so do its lines of a step.
    const copy = this.#copies.find((candidate) => candidate.lane === lane);
    const original = copy && this.#losses[copy.of];
    const difference = this.#differences.get(lane);
    if (!original || !difference || original.step !== step) return;
    const apart = Math.abs(loss - original.loss);
    // Both infinite, or not numbers: nothing to tell apart.
    if (Number.isNaN(apart)) return;
    difference.largest = Number.isNaN(difference.largest) ? apart : Math.max(difference.largest, apart);
    difference.series.append(step, apart);
  }

  /** @param seconds of training up to the step; pauses do not count */
  addMetrics(columns: MetricColumns, step: number, stepsPerSecond: number, seconds: number): void {
    for (let line = 0; line < columns.step.length; line++) {
      const lane = this.lanes[columns.lane[line] as number];
      if (!lane) continue;
      const at = columns.step[line] as number;
      const loss = columns.loss[line] as number;
      // After a device was lost, steps come a second time.
      if (at > lane.loss.lastStep) lane.spikes.append(at, loss, lane.loss.smooth);
      lane.loss.append(at, loss);
      if (this.#copies.length > 0) this.#compare(columns.lane[line] as number, at, loss);
      const metric = columns.metric[line] as number;
      const gradientNorm = columns.gradientNorm[line] as number;
      const pathNormLog2 = columns.pathNormLog2[line] as number;
      lane.zeros.append(loss, { step: at, metric, gradientNorm, pathNormLog2 });
      lane.metric.append(at, metric);
      lane.gradientNorm.append(at, gradientNorm);
      lane.pathNormLog2.append(at, pathNormLog2);
    }
    this.#clock.add(step, seconds);
    this.#step = step;
    this.#stepsPerSecond = stepsPerSecond;
    this.#changed();
  }

  addEvaluation(evaluation: Evaluation): void {
    // After a device was lost, steps come a second time.
    if (evaluation.step <= (this.#latest?.step ?? -1)) return;
    this.#latest = evaluation;
    if (this.#evaluated++ % this.#keepEvery === 0) this.#evaluations.push(evaluation);
    if (this.#evaluations.length > MOST_EVALUATIONS) {
      this.#evaluations = this.#evaluations.filter((_, index) => index % 2 === 0);
      this.#keepEvery *= 2;
    }
    this.#changed();
  }

  /** Everything, to be kept. */
  save(): SavedData {
    return {
      step: this.#step,
      lanes: this.#lanes.map(({ loss, metric, gradientNorm, pathNormLog2, spikes }) => ({
        loss: loss.save(),
        metric: metric.save(),
        gradientNorm: gradientNorm.save(),
        pathNormLog2: pathNormLog2.save(),
        spikes: spikes.save(),
      })),
      copies: this.#copies,
      differences: this.#copies.map(({ lane }) => {
        const { largest, series } = this.#differences.get(lane) as Difference;
        return { largest, series: series.save() };
      }),
      evaluations: this.evaluations,
      marks: this.#clock.marks,
    };
  }

  /**
   * The numbers of a run that goes on where a saved one stood.
   * @throws Error where the parts do not belong together
   */
  static restored(saved: SavedData): RunData {
    const data = new RunData(0);
    data.#lanes = saved.lanes.map(({ loss, metric, gradientNorm, pathNormLog2, spikes }) => ({
      loss: MetricSeries.restored(loss),
      metric: MetricSeries.restored(metric),
      gradientNorm: MetricSeries.restored(gradientNorm),
      pathNormLog2: MetricSeries.restored(pathNormLog2),
      spikes: SpikeWatch.restored(spikes),
      zeros: new ZeroWatch(),
    }));
    data.#copies = saved.copies;
    data.#differences = new Map(
      saved.copies.map(({ lane }, index) => {
        const difference = saved.differences[index];
        if (!difference)
          throw new Error('The copies of a saved run are damaged: their numbers are not there.');
        return [lane, { largest: difference.largest, series: MetricSeries.restored(difference.series) }];
      }),
    );
    for (const evaluation of saved.evaluations) data.addEvaluation(evaluation);
    data.#clock = new StepClock(saved.marks);
    data.#step = saved.step;
    return data;
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
