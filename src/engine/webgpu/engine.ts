import type { Experiment } from '../../experiment/schema.ts';
import type { Batch, Task, TaskData } from '../../experiment/tasks/index.ts';
import {
  assertRestorable,
  type Checkpoint,
  type Engine,
  type EngineInfo,
  type EngineLostError,
  type Evaluation,
  type LaneMetrics,
  type LaneSnapshot,
  METRIC_STEPS,
  type MetricBatch,
  type StepSnapshot,
} from '../engine.ts';
import { beginsAnew, evaluatedSequences, type Shape, shapeFor } from '../layout.ts';
import type { ShaderSources } from '../shaders.ts';
import { Buffers, type Contents } from './buffers.ts';
import { Commands } from './commands.ts';
import { constantsOf } from './constants.ts';
import {
  chunkTableOf,
  jobsOf,
  laneSettingsOf,
  padRows,
  permutationsOf,
  runStateOf,
  startOf,
  stoppedAtOf,
  twiddlesOf,
  unpadStates,
} from './content.ts';
import { type Device, USAGE } from './device.ts';
import { DeviceWatch } from './deviceWatch.ts';
import { DispatchBudget } from './dispatchBudget.ts';
import type { KernelName } from './kernels.ts';
import {
  heldOutBatches,
  measuredTerms,
  type PlanRequest,
  planBatch,
  planEvaluation,
  planStep,
} from './plan.ts';
import type { Dispatch } from './planner.ts';
import { bufferBytes, capacityOf, checkSize, packingsOf, type TilingChoice, tilingFor } from './sizes.ts';
import { batchOf, pathsOf, readLine, statesOf } from './snapshot.ts';
import { type Command, Submitter } from './submitter.ts';
import { Trainer } from './trainer.ts';

/** What a WebGPU engine is made of. */
export interface WebGpuEngineParts {
  readonly device: Device;
  readonly shaders: ShaderSources;
  readonly task: Task;
  readonly data: TaskData | null;
  /** Most operations of a dispatch; as many as the adapter is measured to take where nothing is given. */
  readonly mostOperations?: number;
  /** As is faster on the adapter where it is not given. */
  readonly tiling?: Partial<TilingChoice>;
  /** Chunks of a weight gradient, where they are not those of the shape. */
  readonly splits?: number;
  /** The batch of every step, and of every evaluation, in place of the task's. */
  readonly batch?: Batch;
}

/** Buffers of which `bufferBytes` has the very name. */
const PLAIN_BUFFERS = [
  'packed',
  'inputs',
  'targets',
  'outputs',
  'rowResults',
  'partials',
  'gradient',
  'kappa1',
  'kappa2',
  'exponents',
  'sums',
  'ring',
] as const;

/** Buffers that are read after a step that is looked at. */
const INSPECTED = [
  'inputs',
  'targets',
  'parameters',
  'gradient',
  'kappa1',
  'kappa2',
  'exponents',
  'gammaIn',
  'gammaOut',
  'ring',
] as const;

/** Words of a line of the ring: shaders/finish.wgsl. */
const RING_WORDS = 8;

/**
 * Trains the lanes of an experiment by the kernels in shaders/: every lane in the same dispatches, a step as a fixed
 * list of them, everything but the readings on the device.
 */
export class WebGpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly experiment: Experiment;
  readonly #parts: WebGpuEngineParts;
  readonly #shape: Shape;
  readonly #plan: PlanRequest;
  readonly #buffers: Buffers;
  readonly #submitter: Submitter;
  readonly #commands: Commands;
  readonly #trainer: Trainer;
  /** Made when first needed: a step that keeps everything, and the evaluation of so many sequences. */
  #inspectCommands: readonly Command[] | null = null;
  #evaluation: { readonly sequences: number; readonly commands: readonly Command[] } | null = null;
  #step = 0;
  /** The ring holds the steps after this one. */
  #ringStart = 0;
  readonly #watch: DeviceWatch;

  private constructor(experiment: Experiment, parts: WebGpuEngineParts) {
    this.experiment = experiment;
    this.info = parts.device.info;
    this.#parts = parts;
    const { task, device, shaders } = parts;
    const shape = shapeFor(task, experiment, parts.data);
    this.#shape = { ...shape, splits: parts.splits ?? shape.splits };
    const packings = packingsOf(this.#shape);
    const tiling = tilingFor(this.#shape, device, parts.tiling);
    this.#watch = new DeviceWatch(device);
    this.#buffers = new Buffers(device.device);
    const dispatches = new DispatchBudget(device.info.software, parts.mostOperations);
    this.#submitter = new Submitter(device.device, dispatches, this.#watch);
    this.#trainer = new Trainer(this.#submitter, dispatches, () => this.#planStep());
    this.#commands = new Commands({
      device,
      shaders,
      constants: constantsOf(task, this.#shape, packings.quads, tiling),
      batchShader: task.shader,
      buffers: this.#buffers,
    });
    this.#plan = {
      task,
      experiment,
      shape: this.#shape,
      packings,
      tiling,
      batchGiven: parts.batch !== undefined,
      everything: false,
      mostOperations: dispatches.operationsOf,
    };
  }

  /**
   * @throws ShapeTooLargeError where the device cannot hold the shape
   */
  static async create(experiment: Experiment, parts: WebGpuEngineParts): Promise<WebGpuEngine> {
    checkSize(parts.task, experiment, parts.data, parts.device.device.limits);
    const engine = new WebGpuEngine(experiment, parts);
    const { device } = parts.device;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    try {
      engine.#makeBuffers();
      await engine.#trainer.plan();
    } catch (error) {
      engine.dispose();
      // A lost device may not answer, or have nothing to pop.
      Promise.all([device.popErrorScope(), device.popErrorScope()]).catch(() => {});
      throw error;
    }
    const errors = await engine.#watch
      .checked(Promise.all([device.popErrorScope(), device.popErrorScope()]))
      .catch((error: unknown) => {
        engine.dispose();
        throw error;
      });
    const error = errors.find((candidate) => candidate !== null);
    if (error) {
      engine.dispose();
      throw new Error(`The GPU refused this experiment: ${error.message}`);
    }
    return engine;
  }

  get step(): number {
    return this.#step;
  }

  async train(steps: number): Promise<void> {
    this.#watch.check();
    const done = this.#trainer.train(steps);
    this.#step += steps;
    await this.#watch.checked(done);
    this.#watch.check();
  }

  async metrics(sinceStep: number): Promise<MetricBatch> {
    this.#watch.check();
    const { lanes } = this.#shape;
    const first = Math.max(sinceStep, this.#ringStart, this.#step - METRIC_STEPS) + 1;
    const count = this.#step - first + 1;
    if (count <= 0) return [];
    // The line before the first one tells the gradient norm before a lane stopped.
    const before = first - 1 > this.#ringStart && count < METRIC_STEPS ? 1 : 0;
    const start = first - before;
    const total = count + before;
    const lineBytes = lanes * RING_WORDS * 4;
    const slot = start % METRIC_STEPS;
    const head = Math.min(total, METRIC_STEPS - slot);
    const ring = this.#buffers.get('ring');
    const [bytes] = await this.#watch.checked(
      this.#buffers.read([
        {
          size: total * lineBytes,
          copy: (encoder, staging, offset) => {
            encoder.copyBufferToBuffer(ring, slot * lineBytes, staging, offset, head * lineBytes);
            if (total > head)
              encoder.copyBufferToBuffer(
                ring,
                0,
                staging,
                offset + head * lineBytes,
                (total - head) * lineBytes,
              );
          },
        },
      ]),
    );
    const lines: LaneMetrics[] = [];
    const view = new DataView(bytes as ArrayBuffer);
    const previous = new Array<number | null>(lanes).fill(null);
    const bits = this.#measuresBits;
    const unitary = this.#shape.network === 'urnn';
    for (let index = 0; index < total; index++) {
      for (let lane = 0; lane < lanes; lane++) {
        const line = readLine(
          view,
          (index * lanes + lane) * RING_WORDS * 4,
          lane,
          previous[lane] ?? null,
          bits,
        );
        if (index >= before && line) lines.push(unitary ? { ...line, pathNormLog2: Number.NaN } : line);
        previous[lane] = line?.gradientNorm ?? null;
      }
    }
    return lines;
  }

  async inspect(options: { readonly states?: boolean } = {}): Promise<StepSnapshot> {
    this.#watch.check();
    this.#inspectCommands ??= await this.#ready(planStep({ ...this.#plan, everything: true }), 'inspect');
    const { lanes, parameters, layers } = this.#shape;
    const before = await this.#readAll(['parameters', 'carried']);
    const carried = beginsAnew(this.#shape, this.#step + 1)
      ? null
      : unpadStates(this.#shape, before.floats('carried'));
    this.#submitter.submit(this.#inspectCommands);
    this.#step++;
    const layerNames = Array.from({ length: layers }, (_, layer) => layer);
    const stateNames = options.states
      ? layerNames.flatMap((layer) => [`hidden.${layer}`, `deltas.${layer}`])
      : [];
    const { floats, words } = await this.#readAll([...INSPECTED, ...stateNames]);
    const snapshots = Array.from({ length: lanes }, (_, lane): LaneSnapshot => {
      const own = (array: Float32Array): Float32Array =>
        array.slice(lane * parameters, (lane + 1) * parameters);
      const slot = ((this.#step % METRIC_STEPS) * lanes + lane) * RING_WORDS;
      const states = (carried?.length ?? 0) / lanes;
      return {
        loss: floats('ring')[slot + 2] as number,
        before: own(before.floats('parameters')),
        after: own(floats('parameters')),
        gradient: own(floats('gradient')),
        ...pathsOf(this.#shape, lane, floats, words),
        initial: carried?.slice(lane * states, (lane + 1) * states) ?? null,
        states: options.states ? statesOf(this.#shape, lane, floats) : null,
      };
    });
    return {
      step: this.#step,
      batch: batchOf(
        this.#shape,
        floats('inputs'),
        words('targets').buffer,
        this.#parts.task.loss === 'softmax',
      ),
      lanes: snapshots,
    };
  }

  async evaluate(sequences?: number): Promise<Evaluation> {
    this.#watch.check();
    const { task, data } = this.#parts;
    const available = task.heldOutSequences(this.experiment, data);
    const count = evaluatedSequences(this.#shape, available, sequences);
    const { lanes, scoredSteps, outputs } = this.#shape;
    const batches = heldOutBatches(this.#shape, count);
    if (this.#evaluation?.sequences !== count) {
      this.#commands.release('evaluation');
      this.#buffers.make('evaluation', batches * lanes * 8); // [batch, lane, 2]
      this.#evaluation = {
        sequences: count,
        commands: await this.#ready(planEvaluation(this.#plan, count), 'evaluation'),
      };
    }
    this.#submitter.submit(this.#evaluation.commands);
    const sums = (await this.#readAll(['evaluation'])).floats('evaluation');
    const terms = count * scoredSteps * (task.loss === 'squared' ? outputs : 1);
    const measured = measuredTerms(task, this.experiment, this.#shape, count);
    return {
      step: this.#step,
      lanes: Array.from({ length: lanes }, (_, lane) => {
        let loss = 0;
        let measure = 0;
        for (let index = 0; index < batches; index++) {
          loss += sums[(index * lanes + lane) * 2] as number;
          measure += sums[(index * lanes + lane) * 2 + 1] as number;
        }
        return {
          loss: loss / terms,
          metric: this.#measuresBits ? loss / terms / Math.LN2 : measure / measured,
        };
      }),
    };
  }

  /** The next training batch and the first held-out one, as the device makes them. */
  async batches(): Promise<{ readonly training: Batch; readonly heldOut: Batch }> {
    this.#watch.check();
    const { task, data } = this.#parts;
    const available = task.heldOutSequences(this.experiment, data);
    const held = evaluatedSequences(this.#shape, available, capacityOf(this.#shape));
    const made = async (shape: Shape, heldOut: number | null): Promise<Batch> => {
      this.#submitter.submit(await this.#ready(planBatch(this.#plan, heldOut), 'batch'));
      const { floats, words } = await this.#readAll(['inputs', 'targets']);
      return batchOf(shape, floats('inputs'), words('targets').buffer, task.loss === 'softmax');
    };
    return {
      training: await made(this.#shape, null),
      heldOut: await made({ ...this.#shape, batch: held }, held),
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#watch.check();
    const { lanes, parameters } = this.#shape;
    const step = this.#step;
    const contents = await this.#readAll(['parameters', 'run', 'carried']);
    const size = lanes * parameters;
    const part = (index: number): Float32Array =>
      contents.floats('parameters').slice(index * size, (index + 1) * size);
    return {
      version: 1,
      experiment: this.experiment,
      step,
      parameters: part(0),
      velocity: part(1),
      squares: part(2),
      carried: unpadStates(this.#shape, contents.floats('carried')),
      stoppedAt: stoppedAtOf(contents.words('run'), lanes),
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    this.#watch.check();
    assertRestorable(checkpoint, this.experiment, [this.#shape]);
    const { step, parameters, velocity, squares, carried, stoppedAt } = checkpoint;
    for (const [index, part] of [parameters, velocity, squares].entries()) {
      this.#buffers.write('parameters', Float32Array.from(part), index * part.length * 4);
    }
    this.#buffers.write('carried', padRows(carried, this.#shape.hidden));
    this.#buffers.write('run', runStateOf(step, stoppedAt));
    this.#step = step;
    this.#ringStart = step;
  }

  /** Milliseconds of a training step, by kernel. What the engine has learned is lost. */
  async kernelTimes(): Promise<ReadonlyMap<KernelName, number>> {
    return this.#submitter.timesOf(await this.#planStep());
  }

  onLoss(listener: (loss: EngineLostError) => void): void {
    this.#watch.onLoss(listener);
  }

  dispose(): void {
    this.#watch.dispose();
    this.#buffers.destroy();
  }

  /** Whether the task's measure is the loss in bits, which the device does not compute. */
  get #measuresBits(): boolean {
    return this.#parts.task.measure(this.experiment).kind === 'bits';
  }

  /** Plans a training step within what dispatches may have now; other plans are made anew when they are needed. */
  #planStep(): Promise<readonly Command[]> {
    this.#inspectCommands = null;
    this.#evaluation = null;
    return this.#ready(planStep(this.#plan), 'step');
  }

  #ready(dispatches: readonly Dispatch[], name: string): Promise<Command[]> {
    return this.#watch.checked(this.#commands.of(dispatches, name));
  }

  #readAll(names: readonly string[]): Promise<Contents> {
    return this.#watch.checked(this.#buffers.readAll(names));
  }

  #makeBuffers(): void {
    const { experiment } = this;
    const { task, data } = this.#parts;
    const { lanes, layers } = this.#shape;
    const buffers = this.#buffers;
    const sizes = bufferBytes(this.#shape);
    for (const name of PLAIN_BUFFERS) buffers.make(name, sizes[name]);
    for (const name of ['gammaIn', 'gammaOut']) buffers.make(name, sizes.gamma);
    for (const name of ['carried', 'heldOutCarried']) buffers.make(name, sizes.carried);
    for (let layer = 0; layer < layers; layer++) {
      buffers.make(`hidden.${layer}`, sizes.hidden);
      buffers.make(`deltas.${layer}`, sizes.deltas);
    }
    buffers.makeFilled('parameters', startOf(experiment, this.#shape));
    buffers.makeFilled('run', runStateOf(0, new Uint32Array(lanes)).buffer);
    buffers.makeFilled('lanes', laneSettingsOf(experiment), USAGE.uniform);
    buffers.makeFilled('jobs', jobsOf(this.#plan.packings));
    buffers.makeFilled('chunks', chunkTableOf(this.#shape));
    if (this.#shape.network === 'urnn') {
      for (const name of ['linear', 'rotated', 'tables', 'unitarySums'] as const)
        buffers.make(name, sizes[name]);
      buffers.makeFilled('twiddles', twiddlesOf(this.#shape));
      buffers.makeFilled('permutations', permutationsOf(experiment, this.#shape));
    }
    const { batch } = this.#parts;
    if (batch) {
      buffers.write('inputs', padRows(batch.inputs, this.#shape.inputs));
      buffers.write('targets', batch.targets as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>);
    }
    const words = batch ? null : task.shaderData(data, experiment.seed);
    if (words) buffers.makeFilled('data', words.buffer);
  }
}
