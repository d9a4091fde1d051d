import type { DeviceWatch } from './deviceWatch.ts';
import type { DispatchBudget } from './dispatchBudget.ts';
import type { KernelName } from './kernels.ts';
import { SubmitBudget } from './submitBudget.ts';

/** A dispatch made ready. */
export interface Command {
  readonly kernel: KernelName;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Of its uniforms, in bytes. */
  readonly offset: number;
  readonly groups: readonly [number, number, number];
  readonly operations: number;
  /** Whether it is a part of what could be one dispatch. */
  readonly isCut: boolean;
}

/** Dispatches of one kernel that are measured together, at most. */
const MOST_TOGETHER = 8;

/** Milliseconds for which a kernel is repeated, to be told apart from the wait for news, and repetitions at most. */
const TIMED = 20;
const MOST_REPEATS = 256;

const operationsOf = (commands: readonly Command[]): number =>
  commands.reduce((sum, { operations }) => sum + operations, 0);

/** Encodes commands, many to a pass, and submits whenever enough work has come together. */
export class Submitter {
  readonly #device: GPUDevice;
  readonly #dispatches: DispatchBudget;
  readonly #watch: Pick<DeviceWatch, 'checked'>;
  readonly #budget = new SubmitBudget();
  /** Resolves when all but the latest training is done. */
  #outstanding: Promise<unknown> = Promise.resolve();
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #operations = 0;
  #milliseconds = 0;

  constructor(device: GPUDevice, dispatches: DispatchBudget, watch: Pick<DeviceWatch, 'checked'>) {
    this.#device = device;
    this.#dispatches = dispatches;
    this.#watch = watch;
  }

  /** Submits that many training steps; resolves when the training before them is done. */
  train(commands: readonly Command[], steps: number): Promise<unknown> {
    const submittedAt = performance.now();
    for (let step = 0; step < steps; step++) this.#encode(commands);
    this.#submit();
    const operations = steps * operationsOf(commands);
    const before = this.#outstanding;
    this.#outstanding = this.#device.queue.onSubmittedWorkDone().then(() => {
      const milliseconds = this.#budget.note(operations, submittedAt, performance.now());
      this.#dispatches.noteTraining(operations, milliseconds);
    });
    // Whoever waits for it hears of its failure; nobody waits for the last one.
    this.#outstanding.catch(() => {});
    return before;
  }

  /**
   * Runs one training step, and notes how long the dispatches take that are to be measured; resolves when it is done.
   * @throws Error where the engine is disposed of meanwhile: nothing more is submitted
   */
  async measure(commands: readonly Command[]): Promise<void> {
    await this.#watch.checked(this.#outstanding);
    this.#dispatches.noteWait(await this.#time([]));
    let isIdle = true;
    for (const stretch of this.#stretchesOf(commands)) {
      const [first] = stretch as [Command];
      if (!this.#dispatches.measures(first)) {
        this.submit(stretch);
        isIdle = false;
        continue;
      }
      // What came before must not be measured with it.
      if (!isIdle) await this.#done();
      isIdle = true;
      const milliseconds = await this.#time(stretch);
      const { kernel, isCut } = first;
      const operations = operationsOf(stretch);
      this.#dispatches.note({ kernel, dispatches: stretch.length, operations, isCut }, milliseconds);
    }
    if (!isIdle) await this.#done();
  }

  /**
   * Milliseconds that all dispatches of each kernel take in a step. They are repeated, so that what they compute is of no use
   * afterwards.
   */
  async timesOf(commands: readonly Command[]): Promise<Map<KernelName, number>> {
    const wait = Math.min(await this.#time([]), await this.#time([]), await this.#time([]));
    const times = new Map<KernelName, number>();
    for (const kernel of new Set(commands.map((command) => command.kernel))) {
      const own = commands.filter((command) => command.kernel === kernel);
      // The first run may finish the compilation.
      await this.#time(own);
      let repeats = 1;
      let milliseconds = (await this.#time(own)) - wait;
      while (milliseconds < TIMED && repeats < MOST_REPEATS) {
        repeats *= 4;
        milliseconds = (await this.#time(Array(repeats).fill(own).flat())) - wait;
      }
      times.set(kernel, Math.max(0, milliseconds) / repeats);
    }
    return times;
  }

  /** Stretches of a step: some dispatches of one kernel that are to be measured, or all between such. */
  #stretchesOf(commands: readonly Command[]): Command[][] {
    const stretches: Command[][] = [];
    let kernel: KernelName | null | undefined;
    for (const command of commands) {
      const own = this.#dispatches.measures(command) ? command.kernel : null;
      const last = stretches.at(-1);
      if (last && own === kernel && (own === null || last.length < MOST_TOGETHER)) last.push(command);
      else stretches.push([command]);
      kernel = own;
    }
    return stretches;
  }

  /** Submits commands that are waited for otherwise. */
  submit(commands: readonly Command[]): void {
    this.#encode(commands);
    this.#submit();
  }

  /** Milliseconds until news that commands are done. */
  async #time(commands: readonly Command[]): Promise<number> {
    const submittedAt = performance.now();
    this.submit(commands);
    await this.#done();
    return performance.now() - submittedAt;
  }

  #done(): Promise<unknown> {
    return this.#watch.checked(this.#device.queue.onSubmittedWorkDone());
  }

  #encode(commands: readonly Command[]): void {
    for (const { kernel, pipeline, group, offset, groups, operations } of commands) {
      // Kernels differ in speed: the mean of them says little of a submit that is all of the slowest.
      const milliseconds = this.#dispatches.millisecondsOf(kernel, operations);
      const isEnough =
        this.#operations + operations > this.#budget.operations ||
        this.#milliseconds + milliseconds > this.#dispatches.longest;
      if (this.#operations > 0 && isEnough) this.#submit();
      this.#encoder ??= this.#device.createCommandEncoder();
      this.#pass ??= this.#encoder.beginComputePass();
      this.#pass.setPipeline(pipeline);
      this.#pass.setBindGroup(0, group, [offset]);
      this.#pass.dispatchWorkgroups(...groups);
      this.#operations += operations;
      this.#milliseconds += milliseconds;
    }
  }

  #submit(): void {
    this.#pass?.end();
    if (this.#encoder) this.#device.queue.submit([this.#encoder.finish()]);
    this.#pass = null;
    this.#encoder = null;
    this.#operations = 0;
    this.#milliseconds = 0;
  }
}
