import { STREAM } from '../../experiment/philox.ts';
import { type Experiment, isPathOptimizer, type Lane } from '../../experiment/schema.ts';
import type { Batch, Task, TaskData } from '../../experiment/tasks/index.ts';
import {
  assertRestorable,
  type Checkpoint,
  carriedStates,
  type Engine,
  type EngineInfo,
  type Evaluation,
  type LaneMetrics,
  type LaneSnapshot,
  type LaneStates,
  METRIC_STEPS,
  type MetricBatch,
  NO_PATHS,
  ShapeTooLargeError,
  type StepSnapshot,
  stopReason,
} from '../engine.ts';
import { initialParametersFor } from '../initialise.ts';
import { asPart, JoinedEngine, joinedInfo, partsByNetwork } from '../joined.ts';
import { beginsAnew, evaluatedSequences, laneShapesFor, type Shape, shapeFor } from '../layout.ts';
import { Gamma, snapshotRows } from './gamma.ts';
import { PlainGammaProducts, SimdGammaProducts } from './gammaProducts.ts';
import { type Kappa, PathKappa, snapshotKappa } from './kappa.ts';
import type { Network } from './network.ts';
import { networkFor } from './networks.ts';
import { newReal, type Precision, type Real } from './precision.ts';
import { Scorer } from './score.ts';
import { norm, update } from './update.ts';

/** Milliseconds of work after which events get their turn. */
const WORK_INTERVAL = 10;

/** Numbers that the ring keeps of a lane and step. */
const COLUMNS = 4;

export interface CpuEngineParts {
  /** The task's data, loaded; null for generated tasks. */
  readonly data: TaskData | null;
  readonly precision: Precision;
  /** The compiled kernels of `loadKernels`, for float32; without them TypeScript computes everything. */
  readonly kernels?: WebAssembly.Module | null;
}

/**
 * The CPU engine on a given task, whatever the experiment names.
 * @throws ShapeTooLargeError where the states do not fit in memory
 * @throws Error where the task needs data and there are none
 */
export function createCpuEngineFor(task: Task, experiment: Experiment, options: CpuEngineParts): Engine {
  if (task.data && !options.data) throw new Error(`The task ${task.name} needs its data set ${task.data}.`);
  const parts = partsByNetwork(experiment);
  if (parts.length > 1) {
    const engines = parts.map((part) => createCpuEngineFor(task, part.experiment, options));
    const joined = parts.map((part, index) => ({ ...part, engine: asPart(engines[index] as Engine) }));
    const info = joinedInfo(engines.map((engine) => engine.info));
    return new JoinedEngine(experiment, laneShapesFor(task, experiment, options.data), joined, info);
  }
  const shape = shapeFor(task, experiment, options.data);
  try {
    return new CpuEngine(task, experiment, shape, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { layers, length, batch, hidden } = shape;
    // A uRNN keeps two more of each state.
    const kept = shape.network === 'urnn' ? 3 : 1;
    const megabytes = Math.round((kept * layers * (length + 1) * batch * hidden * 8) / 1e6);
    throw new ShapeTooLargeError(
      `The states of ${layers} x ${experiment.hidden} hidden units over ${length} steps of ${batch} sequences take ${megabytes} MB, ` +
        'which there is no memory for: take a smaller batch, length or hidden.',
    );
  }
}

class CpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly experiment: Experiment;
  readonly #task: Task;
  readonly #shape: Shape;
  readonly #data: TaskData | null;
  readonly #precision: Precision;
  readonly #parameters: Real; // [lanes, parameters]
  readonly #velocity: Real; // [lanes, parameters]
  readonly #squares: Real; // [lanes, parameters]
  /** Where the next step's states begin; empty where none are carried. */
  readonly #carried: Real; // [lanes, layers, batch, hidden]
  readonly #stoppedAt: Uint32Array; // [lanes]
  readonly #stopped: string[]; // [lanes], reasons
  readonly #previousNorm: (number | null)[]; // [lanes]
  /** Loss, metric, gradient norm and path norm of the last steps. */
  readonly #ring: Float64Array; // [METRIC_STEPS, lanes, COLUMNS]
  /** Step after which the ring holds metrics. */
  #ringFrom = 0;
  #step = 0;
  #workedSince = performance.now();

  // Lanes are trained one after another, so that they share what is below.
  readonly #network: Network;
  readonly #scorer: Scorer;
  /** Null for a uRNN, which has no path geometry. */
  readonly #paths: { readonly gamma: Gamma; readonly kappa: PathKappa } | null;
  readonly #weights: Float64Array; // [parameters]
  readonly #inputs: Float64Array; // [length, batch, inputs]
  readonly #outputGradient: Float64Array; // [scored steps, batch, outputs]
  readonly #gradient: Real; // [parameters]

  constructor(
    task: Task,
    experiment: Experiment,
    shape: Shape,
    { data, precision, kernels }: CpuEngineParts,
  ) {
    const { lanes, length, batch, inputs, outputs, scoredSteps, parameters } = shape;
    this.info = {
      kind: 'cpu',
      name: `${precision}, ${kernels && shape.network !== 'urnn' ? 'WebAssembly' : 'TypeScript'}`,
      software: false,
    };
    this.experiment = experiment;
    this.#task = task;
    this.#shape = shape;
    this.#data = data;
    this.#precision = precision;
    this.#parameters = newReal(precision, lanes * parameters);
    for (const [lane, settings] of experiment.lanes.entries()) {
      this.#parameters.set(initialParametersFor(shape, settings), lane * parameters);
    }
    this.#velocity = newReal(precision, lanes * parameters);
    this.#squares = newReal(precision, lanes * parameters);
    this.#carried = newReal(precision, carriedStates(shape));
    this.#stoppedAt = new Uint32Array(lanes);
    this.#stopped = new Array<string>(lanes).fill('');
    this.#previousNorm = new Array<number | null>(lanes).fill(null);
    this.#ring = new Float64Array(METRIC_STEPS * lanes * COLUMNS);
    this.#network = networkFor(shape, precision, kernels);
    this.#scorer = new Scorer(task, shape, task.measure(experiment), precision);
    this.#paths = null;
    if (shape.network !== 'urnn') {
      const products = kernels ? new SimdGammaProducts(shape, kernels) : new PlainGammaProducts(shape);
      const gamma = new Gamma(shape, products);
      this.#paths = { gamma, kappa: new PathKappa(shape, precision, gamma) };
    }
    this.#weights = new Float64Array(parameters);
    this.#inputs = new Float64Array(length * batch * inputs);
    this.#outputGradient = new Float64Array(scoredSteps * batch * outputs);
    this.#gradient = newReal(precision, parameters);
  }

  get step(): number {
    return this.#step;
  }

  async train(steps: number): Promise<void> {
    for (let done = 0; done < steps; done++) {
      if (this.#stoppedAt.every((stopped) => stopped > 0)) {
        this.#step += steps - done;
        return;
      }
      const batch = this.#nextBatch();
      for (let lane = 0; lane < this.#shape.lanes; lane++) {
        if (this.#stoppedAt[lane] !== 0) continue;
        this.#trainLane(lane, batch);
        await this.#giveWay();
      }
    }
  }

  async metrics(sinceStep: number): Promise<MetricBatch> {
    const { lanes } = this.#shape;
    const lines: LaneMetrics[] = [];
    const first = Math.max(sinceStep, this.#ringFrom, this.#step - METRIC_STEPS) + 1;
    for (let step = first; step <= this.#step; step++) {
      for (let lane = 0; lane < lanes; lane++) {
        const stoppedAt = this.#stoppedAt[lane] as number;
        if (stoppedAt !== 0 && step > stoppedAt) continue;
        const at = this.#ringAt(step, lane);
        lines.push({
          step,
          lane,
          loss: this.#ring[at] as number,
          metric: this.#ring[at + 1] as number,
          gradientNorm: this.#ring[at + 2] as number,
          pathNormLog2: this.#ring[at + 3] as number,
          stopped: step === stoppedAt ? (this.#stopped[lane] as string) : null,
        });
      }
    }
    return lines;
  }

  async inspect(options: { readonly states?: boolean } = {}): Promise<StepSnapshot> {
    const batch = this.#nextBatch();
    const lanes: LaneSnapshot[] = [];
    for (let lane = 0; lane < this.#shape.lanes; lane++) {
      lanes.push(this.#inspectLane(lane, batch, options.states ?? false));
      await this.#giveWay();
    }
    return { step: this.#step, batch, lanes };
  }

  async evaluate(sequences?: number): Promise<Evaluation> {
    const { lanes, batch } = this.#shape;
    const all = this.#task.heldOutSequences(this.experiment, this.#data);
    const wanted = evaluatedSequences(this.#shape, all, sequences);
    const states = this.#carried.length > 0 ? newReal(this.#precision, this.#carried.length) : null;
    const sums = Array.from({ length: lanes }, () => ({ loss: 0, metric: 0 }));
    for (let first = 0; first < wanted; first += batch) {
      const count = Math.min(batch, wanted - first);
      const heldOut = this.#makeBatch(STREAM.heldOut, 0, count, first);
      for (const [lane, sum] of sums.entries()) {
        this.#loadWeights(lane);
        const carried = states && this.#statesOf(states, lane);
        const initial = first === 0 ? null : carried;
        this.#network.forward(this.#weights, this.#inputs, count, this.#settingsOf(lane), initial);
        if (carried) this.#network.copyFinal(carried);
        const { loss, metric } = this.#scorer.score(this.#network.outputs, heldOut.targets, count, null);
        sum.loss += loss;
        sum.metric += metric;
        await this.#giveWay();
      }
    }
    return {
      step: this.#step,
      lanes: sums.map(({ loss, metric }) => ({ loss: loss / wanted, metric: metric / wanted })),
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    return {
      version: 1,
      experiment: this.experiment,
      step: this.#step,
      parameters: this.#parameters.slice(),
      velocity: this.#velocity.slice(),
      squares: this.#squares.slice(),
      carried: this.#carried.slice(),
      stoppedAt: this.#stoppedAt.slice(),
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    assertRestorable(checkpoint, this.experiment, [this.#shape]);
    const { step, parameters, velocity, squares, carried, stoppedAt } = checkpoint;
    this.#step = step;
    this.#ringFrom = step;
    this.#parameters.set(parameters);
    this.#velocity.set(velocity);
    this.#squares.set(squares);
    this.#carried.set(carried);
    this.#stoppedAt.set(stoppedAt);
    this.#previousNorm.fill(null);
  }

  /** What it computes in ends with it, so that there is no loss to tell. */
  onLoss(): void {}

  /** Nothing to give back: memory goes with the object. */
  dispose(): void {}

  /** Starts the next step: makes its batch. */
  #nextBatch(): Batch {
    this.#step++;
    return this.#makeBatch(STREAM.trainingBatch, this.#step, this.#shape.batch, 0);
  }

  #makeBatch(
    stream: typeof STREAM.trainingBatch | typeof STREAM.heldOut,
    step: number,
    count: number,
    firstSequence: number,
  ): Batch {
    const { seed, length, terms } = this.experiment;
    const request = { seed, stream, step, batch: count, firstSequence, length, terms };
    const batch = this.#task.makeBatch({ ...request, data: this.#data });
    this.#inputs.set(batch.inputs);
    return batch;
  }

  #loadWeights(lane: number): void {
    this.#weights.set(this.#laneOf(this.#parameters, lane));
  }

  /** The part of a lane, as a view. */
  #laneOf(pooled: Real, lane: number): Real {
    const { parameters } = this.#shape;
    return pooled.subarray(lane * parameters, (lane + 1) * parameters);
  }

  /** The states of a lane, as a view: [layers, batch, hidden]. */
  #statesOf(states: Real, lane: number): Real {
    const size = states.length / this.#shape.lanes;
    return states.subarray(lane * size, (lane + 1) * size);
  }

  #settingsOf(lane: number): Lane {
    return this.experiment.lanes[lane] as Lane;
  }

  /** What a lane's states begin with in this step; null: zero. */
  #initialOf(lane: number): Real | null {
    return beginsAnew(this.#shape, this.#step) ? null : this.#statesOf(this.#carried, lane);
  }

  /** Loss, gradient and path norm of a lane at its parameters. */
  #measureLane(lane: number, batch: Batch, deltas: Float64Array | null): Omit<LaneMetrics, 'stopped'> {
    const network = this.#network;
    const sequences = this.#shape.batch;
    this.#loadWeights(lane);
    network.forward(this.#weights, this.#inputs, sequences, this.#settingsOf(lane), this.#initialOf(lane));
    if (this.#shape.segments !== null) network.copyFinal(this.#statesOf(this.#carried, lane));
    const score = this.#scorer.score(network.outputs, batch.targets, sequences, this.#outputGradient);
    network.backward(this.#weights, this.#inputs, this.#outputGradient, deltas);
    this.#gradient.set(network.gradient);
    this.#paths?.gamma.forward(this.#weights);
    return {
      step: this.#step,
      lane,
      loss: score.loss / sequences,
      metric: score.metric / sequences,
      gradientNorm: norm(this.#gradient),
      pathNormLog2: this.#paths?.gamma.pathNormLog2() ?? Number.NaN,
    };
  }

  /** One step of a running lane. */
  #trainLane(lane: number, batch: Batch): void {
    const metrics = this.#measureLane(lane, batch, null);
    if (!this.#record(metrics)) return;
    const settings = this.#settingsOf(lane);
    if (this.#paths && isPathOptimizer(settings.optimizer)) {
      this.#paths.gamma.backward();
      this.#paths.kappa.computeFirst();
      if (settings.optimizer === 'path2') this.#paths.kappa.computeSecond();
    }
    this.#updateLane(lane, metrics.gradientNorm);
  }

  /** The same step with everything about it; a stopped lane is looked at and stays. */
  #inspectLane(lane: number, batch: Batch, withStates: boolean): LaneSnapshot {
    const { layers, length, batch: sequences, hidden } = this.#shape;
    const deltas = withStates ? new Float64Array(layers * length * sequences * hidden) : null;
    const initial = this.#initialOf(lane)?.slice() ?? null;
    const metrics = this.#measureLane(lane, batch, deltas);
    const paths = this.#inspectPaths();
    const before = this.#laneOf(this.#parameters, lane).slice();
    if (this.#stoppedAt[lane] === 0 && this.#record(metrics)) this.#updateLane(lane, metrics.gradientNorm);
    return {
      loss: metrics.loss,
      before,
      after: this.#laneOf(this.#parameters, lane).slice(),
      gradient: this.#gradient.slice(),
      ...paths,
      initial,
      states: deltas && this.#snapshotStates(deltas),
    };
  }

  /** The path quantities of a lane that was measured. */
  #inspectPaths(): Pick<LaneSnapshot, 'kappa1' | 'kappa2' | 'gammaIn' | 'gammaOut'> {
    if (!this.#paths) return NO_PATHS;
    const { gamma, kappa } = this.#paths;
    gamma.backward();
    kappa.computeFirst();
    kappa.computeSecond();
    return {
      kappa1: snapshotKappa(kappa.first, this.#shape.matrices),
      kappa2: snapshotKappa(kappa.second, this.#shape.matrices),
      gammaIn: snapshotRows(gamma.in, this.#precision),
      gammaOut: snapshotRows(gamma.out, this.#precision),
    };
  }

  #snapshotStates(deltas: Float64Array): LaneStates {
    const states = {
      hidden: newReal(this.#precision, deltas.length),
      deltas: newReal(this.#precision, deltas.length),
    };
    states.deltas.set(deltas);
    this.#network.copyHidden(states.hidden);
    return states;
  }

  /** Updates a lane by the kappa that its optimizer divides by, computed before. */
  #updateLane(lane: number, gradientNorm: number): void {
    const settings = this.#settingsOf(lane);
    const arrays = {
      parameters: this.#laneOf(this.#parameters, lane),
      velocity: this.#laneOf(this.#velocity, lane),
      squares: this.#laneOf(this.#squares, lane),
    };
    let kappa: Kappa | null = null;
    if (this.#paths && isPathOptimizer(settings.optimizer)) {
      kappa = this.#paths.kappa.first;
      if (settings.optimizer === 'path2') {
        this.#paths.kappa.add();
        kappa = this.#paths.kappa.total;
      }
    }
    update(arrays, this.#gradient, gradientNorm, settings, kappa, this.#shape.matrices, this.#step);
  }

  /** Notes the metrics of a running lane; stops it where they are not finite. Returns whether it goes on. */
  #record({ step, lane, loss, metric, gradientNorm, pathNormLog2 }: Omit<LaneMetrics, 'stopped'>): boolean {
    this.#ring.set([loss, metric, gradientNorm, pathNormLog2], this.#ringAt(step, lane));
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) {
      this.#previousNorm[lane] = gradientNorm;
      return true;
    }
    this.#stoppedAt[lane] = step;
    this.#stopped[lane] = stopReason(step, loss, gradientNorm, this.#previousNorm[lane] ?? null);
    return false;
  }

  #ringAt(step: number, lane: number): number {
    return (((step - 1) % METRIC_STEPS) * this.#shape.lanes + lane) * COLUMNS;
  }

  /** Lets events in, messages of a page for one, when there was work for a while. */
  async #giveWay(): Promise<void> {
    if (performance.now() - this.#workedSince < WORK_INTERVAL) return;
    // A message comes back at once; timers would cost 4 ms each.
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
    this.#workedSince = performance.now();
  }
}
