import type { Experiment } from '../../experiment/schema.ts';
import type { Task, TaskData } from '../../experiment/tasks/index.ts';
import {
  assertRestorable,
  type Checkpoint,
  type Engine,
  type EngineInfo,
  type Evaluation,
  type LaneMetrics,
  type LaneSnapshot,
  METRIC_STEPS,
  type MetricBatch,
  type StepSnapshot,
} from '../engine.ts';
import { initialParametersFor } from '../initialise.ts';
import { type Shape, shapeFor } from '../layout.ts';
import type { ShaderSources } from '../shaders.ts';
import { constantsOf } from './constants.ts';
import { type Device, DISPATCH_BYTES, type Kernel, LANES_BYTES, MAP_READ, USAGE } from './device.ts';
import { type KernelName, kernelOf, sourceOf } from './kernels.ts';
import {
  type Dispatch,
  heldOutBatches,
  measuredTerms,
  mostOperationsOf,
  type PlanRequest,
  planEvaluation,
  planStep,
  writeFields,
} from './plan.ts';
import { bufferBytes, checkSize, chunksOf, packingsOf, slicesOf } from './sizes.ts';
import { batchOf, gammaOf, kappa1Of, kappa2Of, readLine, statesOf } from './snapshot.ts';
import { SubmitBudget } from './submitBudget.ts';

/** What a WebGPU engine is made of. */
export interface WebGpuEngineParts {
  readonly device: Device;
  readonly shaders: ShaderSources;
  readonly task: Task;
  readonly data: TaskData | null;
  /** Most operations of a dispatch; as is right for the adapter where nothing is given. */
  readonly mostOperations?: number;
  /** Whether a time step's sum is cut into slices; as it is faster on the adapter where nothing is given. */
  readonly sliced?: boolean;
}

/** A dispatch made ready. */
interface Command {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly offset: number;
  readonly groups: readonly [number, number, number];
  readonly operations: number;
}

const OPTIMIZER_CODES = { sgd: 0, path: 1, path2: 2, adagrad: 3, rmsprop: 4, adam: 5 } as const;
/** Words of state before, and of, each lane: shaders/lib/state.wgsl. */
const STATE_HEADER = 4;
const STATE_WORDS = 4;
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
  readonly #device: GPUDevice;
  readonly #shape: Shape;
  readonly #plan: PlanRequest;
  readonly #buffers = new Map<string, GPUBuffer>();
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #kernels = new Map<KernelName, Kernel>();
  #stepCommands: readonly Command[] = [];
  #stepOperations = 0;
  readonly #budget = new SubmitBudget();
  /** Made when first needed: a step that keeps everything, and the evaluation of so many sequences. */
  #inspectCommands: readonly Command[] | null = null;
  #evaluation: { readonly sequences: number; readonly commands: readonly Command[] } | null = null;
  #step = 0;
  /** The ring holds the steps after this one. */
  #ringStart = 0;
  /** Resolves when all but the latest submit are done. */
  #outstanding: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(experiment: Experiment, parts: WebGpuEngineParts) {
    this.experiment = experiment;
    this.info = parts.device.info;
    this.#parts = parts;
    this.#device = parts.device.device;
    this.#shape = shapeFor(parts.task, experiment, parts.data);
    this.#plan = {
      task: parts.task,
      experiment,
      shape: this.#shape,
      packings: packingsOf(this.#shape),
      everything: false,
      mostOperations: parts.mostOperations ?? mostOperationsOf(parts.device.info.software),
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
      engine.#stepCommands = await engine.#commandsOf(planStep(engine.#plan), 'step');
      engine.#stepOperations = engine.#stepCommands.reduce((sum, { operations }) => sum + operations, 0);
    } catch (error) {
      engine.dispose();
      await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      throw error;
    }
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
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
    this.#checkUsable();
    const submittedAt = performance.now();
    for (let step = 0; step < steps; step++) this.#encode(this.#stepCommands, step + 1 < steps);
    this.#step += steps;
    const operations = steps * this.#stepOperations;
    const before = this.#outstanding;
    this.#outstanding = this.#device.queue
      .onSubmittedWorkDone()
      .then(() => this.#budget.note(operations, submittedAt, performance.now()));
    await before;
    this.#checkUsable();
  }

  async metrics(sinceStep: number): Promise<MetricBatch> {
    this.#checkUsable();
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
    const ring = this.#buffer('ring');
    const [bytes] = await this.#read([
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
    ]);
    const lines: LaneMetrics[] = [];
    const view = new DataView(bytes as ArrayBuffer);
    const previous = new Array<number | null>(lanes).fill(null);
    for (let index = 0; index < total; index++) {
      for (let lane = 0; lane < lanes; lane++) {
        const line = readLine(view, (index * lanes + lane) * RING_WORDS * 4, lane, previous[lane] ?? null);
        if (index >= before && line) lines.push(line);
        previous[lane] = line?.gradientNorm ?? null;
      }
    }
    return lines;
  }

  async inspect(options: { readonly states?: boolean } = {}): Promise<StepSnapshot> {
    this.#checkUsable();
    this.#inspectCommands ??= await this.#commandsOf(
      planStep({ ...this.#plan, everything: true }),
      'inspect',
    );
    const { lanes, parameters, layers } = this.#shape;
    const before = await this.#readWhole('parameters', lanes * parameters * 4);
    this.#encode(this.#inspectCommands, false);
    this.#step++;
    const names = [
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
    ];
    const layerNames = Array.from({ length: layers }, (_, layer) => layer);
    const stateNames = options.states
      ? layerNames.flatMap((layer) => [`hidden.${layer}`, `deltas.${layer}`])
      : [];
    const read = await this.#read([...names, ...stateNames].map((name) => this.#wholeOf(name)));
    const bytes = new Map([...names, ...stateNames].map((name, index) => [name, read[index] as ArrayBuffer]));
    const floats = (name: string): Float32Array => new Float32Array(bytes.get(name) as ArrayBuffer);
    const words = (name: string): Int32Array => new Int32Array(bytes.get(name) as ArrayBuffer);
    const beforeParameters = new Float32Array(before);
    const snapshots = Array.from({ length: lanes }, (_, lane): LaneSnapshot => {
      const own = (array: Float32Array): Float32Array =>
        array.slice(lane * parameters, (lane + 1) * parameters);
      const slot = ((this.#step % METRIC_STEPS) * lanes + lane) * RING_WORDS;
      return {
        loss: floats('ring')[slot + 2] as number,
        before: own(beforeParameters),
        after: own(floats('parameters')),
        gradient: own(floats('gradient')),
        kappa1: kappa1Of(this.#shape, lane, floats('kappa1'), words('exponents')),
        kappa2: kappa2Of(this.#shape, lane, floats('kappa2'), words('exponents')),
        initial: null,
        gammaIn: gammaOf(this.#shape, lane, floats('gammaIn'), words('gammaIn'), 1),
        gammaOut: gammaOf(this.#shape, lane, floats('gammaOut'), words('gammaOut'), 0),
        states: options.states ? statesOf(this.#shape, lane, floats) : null,
      };
    });
    return {
      step: this.#step,
      batch: batchOf(
        this.#shape,
        floats('inputs'),
        bytes.get('targets') as ArrayBuffer,
        this.#parts.task.loss === 'softmax',
      ),
      lanes: snapshots,
    };
  }

  async evaluate(sequences?: number): Promise<Evaluation> {
    this.#checkUsable();
    const { task, data } = this.#parts;
    const available = task.heldOutSequences(this.experiment, data);
    const count = Math.min(sequences ?? available, available);
    const { lanes, scoredSteps, outputs } = this.#shape;
    const batches = heldOutBatches(this.#shape, count);
    if (this.#evaluation?.sequences !== count) {
      this.#release('evaluation');
      this.#make('evaluation', batches * lanes * 8); // [batch, lane, 2]
      this.#evaluation = {
        sequences: count,
        commands: await this.#commandsOf(planEvaluation(this.#plan, count), 'evaluation'),
      };
    }
    this.#encode(this.#evaluation.commands, false);
    const sums = new Float32Array(await this.#readWhole('evaluation', batches * lanes * 8));
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
        return { loss: loss / terms, metric: measure / measured };
      }),
    };
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#checkUsable();
    const { lanes, parameters } = this.#shape;
    const step = this.#step;
    const [bytes, state] = await this.#read([this.#wholeOf('parameters'), this.#wholeOf('run')]);
    const numbers = new Float32Array(bytes as ArrayBuffer);
    const words = new Uint32Array(state as ArrayBuffer);
    return {
      version: 1,
      experiment: this.experiment,
      step,
      parameters: numbers.slice(0, lanes * parameters),
      velocity: numbers.slice(lanes * parameters),
      squares: new Float32Array(lanes * parameters),
      carried: new Float32Array(0),
      stoppedAt: Uint32Array.from(
        { length: lanes },
        (_, lane) => words[STATE_HEADER + STATE_WORDS * lane] as number,
      ),
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    this.#checkUsable();
    const { lanes, parameters } = this.#shape;
    assertRestorable(checkpoint, this.experiment, this.#shape);
    const { queue } = this.#device;
    queue.writeBuffer(this.#buffer('parameters'), 0, Float32Array.from(checkpoint.parameters));
    queue.writeBuffer(
      this.#buffer('parameters'),
      lanes * parameters * 4,
      Float32Array.from(checkpoint.velocity),
    );
    const state = new Uint32Array(STATE_HEADER + STATE_WORDS * lanes);
    state[0] = checkpoint.step;
    for (let lane = 0; lane < lanes; lane++) {
      state[STATE_HEADER + STATE_WORDS * lane] = checkpoint.stoppedAt[lane] ?? 0;
    }
    queue.writeBuffer(this.#buffer('run'), 0, state);
    this.#step = checkpoint.step;
    this.#ringStart = checkpoint.step;
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
  }

  #checkUsable(): void {
    if (this.#disposed) throw new Error('This engine was disposed of.');
    const failure = this.#parts.device.failure();
    if (failure !== null) throw new Error(failure);
  }

  // Buffers

  #make(name: string, bytes: number, usage: number = USAGE.storage): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const flags = usage | USAGE.copySource | USAGE.copyDestination;
    const buffer = this.#device.createBuffer({ label: name, size, usage: flags });
    this.#buffers.set(name, buffer);
    return buffer;
  }

  #makeFilled(name: string, content: ArrayBuffer, usage: number = USAGE.storage): void {
    this.#device.queue.writeBuffer(this.#make(name, content.byteLength, usage), 0, content);
  }

  #release(name: string): void {
    this.#buffers.get(name)?.destroy();
    this.#buffers.delete(name);
    // Groups that hold the buffer are of no more use.
    for (const key of this.#groups.keys()) if (key.includes(name)) this.#groups.delete(key);
  }

  #buffer(name: string): GPUBuffer {
    const buffer = this.#buffers.get(name);
    if (!buffer) throw new Error(`There is no buffer ${name}.`);
    return buffer;
  }

  #makeBuffers(): void {
    const { experiment } = this;
    const { lanes, layers, parameters } = this.#shape;
    const sizes = bufferBytes(this.#shape);
    for (const name of [
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
    ] as const) {
      this.#make(name, sizes[name]);
    }
    this.#make('gammaIn', sizes.gamma);
    this.#make('gammaOut', sizes.gamma);
    for (let layer = 0; layer < layers; layer++) {
      this.#make(`hidden.${layer}`, sizes.hidden);
      this.#make(`deltas.${layer}`, sizes.deltas);
    }
    const start = new Float32Array(2 * lanes * parameters); // [2, lane, parameters]: the velocity starts at zero
    for (const [index, lane] of experiment.lanes.entries()) {
      start.set(initialParametersFor(this.#shape, lane), index * parameters);
    }
    this.#makeFilled('parameters', start.buffer);
    this.#make('run', (STATE_HEADER + STATE_WORDS * lanes) * 4);

    const settings = new DataView(new ArrayBuffer(LANES_BYTES));
    for (const [lane, { optimizer, rate, momentum, clip, dualclip }] of experiment.lanes.entries()) {
      settings.setUint32(lane * 32, OPTIMIZER_CODES[optimizer], true);
      for (const [index, value] of [rate, momentum, clip, dualclip].entries()) {
        settings.setFloat32(lane * 32 + 4 + 4 * index, value, true);
      }
    }
    this.#makeFilled('lanes', settings.buffer, USAGE.uniform);
    this.#makeFilled(
      'jobs',
      Uint32Array.from(
        this.#plan.packings.list.flatMap((job) => [
          job.matrix.offset,
          job.outer,
          job.outerStride,
          job.inner,
          job.innerStride,
          job.packed,
          job.innerPadded,
          0,
        ]),
      ).buffer,
    );
    this.#makeFilled(
      'chunks',
      Uint32Array.from(
        chunksOf(this.#shape).flatMap(({ first, count, matrix, matrixIndex }) => [
          first,
          count,
          matrixIndex,
          matrix.kind === 'recurrent' ? matrix.columns : 0,
          matrix.offset,
          matrix.layer,
          0,
          0,
        ]),
      ).buffer,
    );
    const words = this.#parts.task.shaderData(this.#parts.data, experiment.seed);
    if (words) this.#makeFilled('data', words.buffer);
  }

  // Kernels

  /** Compiles what is not compiled yet: a kernel that no lane needs costs no time. */
  async #compile(names: readonly KernelName[]): Promise<void> {
    const { task, device, shaders } = this.#parts;
    const slices = slicesOf(this.#shape.hidden, this.#parts.sliced ?? !device.info.software);
    const constants = constantsOf(task, this.#shape, this.#plan.packings.quads, slices);
    const kernels = await Promise.all(
      names.map((name) => device.kernel(name, sourceOf(name, shaders, constants, task.shader))),
    );
    for (const [index, name] of names.entries()) this.#kernels.set(name, kernels[index] as Kernel);
  }

  /** Makes dispatches ready; their uniforms go to a buffer of that name. */
  async #commandsOf(dispatches: readonly Dispatch[], name: string): Promise<Command[]> {
    const needed = new Set(dispatches.map(({ kernel }) => kernel));
    await this.#compile([...needed].filter((kernel) => !this.#kernels.has(kernel)));
    const uniforms = new DataView(new ArrayBuffer(dispatches.length * DISPATCH_BYTES));
    for (const [index, { fields }] of dispatches.entries())
      writeFields(fields, uniforms, index * DISPATCH_BYTES);
    this.#release(`uniforms.${name}`);
    this.#makeFilled(`uniforms.${name}`, uniforms.buffer, USAGE.uniform);
    return dispatches.map(({ kernel, buffers, groups, operations }, index) => ({
      pipeline: (this.#kernels.get(kernel) as Kernel).pipeline,
      group: this.#groupOf(kernel, buffers, `uniforms.${name}`),
      offset: index * DISPATCH_BYTES,
      groups,
      operations,
    }));
  }

  #groupOf(kernel: KernelName, buffers: Readonly<Record<string, string>>, uniforms: string): GPUBindGroup {
    const names = kernelOf(kernel).buffers.map(([name]) => buffers[name] ?? name);
    const key = [kernel, uniforms, ...names].join(' ');
    let group = this.#groups.get(key);
    if (!group) {
      group = this.#device.createBindGroup({
        label: key,
        layout: (this.#kernels.get(kernel) as Kernel).layout,
        entries: [
          { binding: 0, resource: { buffer: this.#buffer(uniforms), size: DISPATCH_BYTES } },
          { binding: 1, resource: { buffer: this.#buffer('lanes') } },
          ...names.map((name, index) => ({ binding: 2 + index, resource: { buffer: this.#buffer(name) } })),
        ],
      });
      this.#groups.set(key, group);
    }
    return group;
  }

  // Submitting and reading

  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #operations = 0;

  /**
   * Encodes commands, submitting whenever enough work has come together.
   * @param more whether further commands follow at once
   */
  #encode(commands: readonly Command[], more: boolean): void {
    for (const { pipeline, group, offset, groups, operations } of commands) {
      if (this.#operations > 0 && this.#operations + operations > this.#budget.operations) this.#submit();
      this.#encoder ??= this.#device.createCommandEncoder();
      this.#pass ??= this.#encoder.beginComputePass();
      this.#pass.setPipeline(pipeline);
      this.#pass.setBindGroup(0, group, [offset]);
      this.#pass.dispatchWorkgroups(...groups);
      this.#operations += operations;
    }
    if (!more) this.#submit();
  }

  #submit(): void {
    this.#pass?.end();
    if (this.#encoder) this.#device.queue.submit([this.#encoder.finish()]);
    this.#pass = null;
    this.#encoder = null;
    this.#operations = 0;
  }

  #wholeOf(name: string): Reading {
    const buffer = this.#buffer(name);
    return {
      size: buffer.size,
      copy: (encoder, staging, offset) => encoder.copyBufferToBuffer(buffer, 0, staging, offset, buffer.size),
    };
  }

  async #readWhole(name: string, bytes: number): Promise<ArrayBuffer> {
    const [content] = await this.#read([this.#wholeOf(name)]);
    return (content as ArrayBuffer).slice(0, bytes);
  }

  async #read(readings: readonly Reading[]): Promise<ArrayBuffer[]> {
    const size = readings.reduce((sum, reading) => sum + reading.size, 0);
    const staging = this.#device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyDestination });
    try {
      const encoder = this.#device.createCommandEncoder();
      let offset = 0;
      for (const reading of readings) {
        reading.copy(encoder, staging, offset);
        offset += reading.size;
      }
      this.#device.queue.submit([encoder.finish()]);
      await staging.mapAsync(MAP_READ);
      const content = staging.getMappedRange().slice(0);
      let start = 0;
      return readings.map((reading) => {
        start += reading.size;
        return content.slice(start - reading.size, start);
      });
    } catch (error) {
      this.#checkUsable();
      throw error;
    } finally {
      staging.destroy();
    }
  }
}

/** Something to be read from the device. */
interface Reading {
  readonly size: number;
  readonly copy: (encoder: GPUCommandEncoder, staging: GPUBuffer, offset: number) => void;
}
