import { SubmitBudget } from './submitBudget.ts';

/** A dispatch made ready. */
export interface Command {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Of its uniforms, in bytes. */
  readonly offset: number;
  readonly groups: readonly [number, number, number];
  readonly operations: number;
}

/** Encodes commands, many to a pass, and submits whenever enough work has come together. */
export class Submitter {
  readonly #device: GPUDevice;
  readonly #budget = new SubmitBudget();
  /** Resolves when all but the latest training is done. */
  #outstanding: Promise<unknown> = Promise.resolve();
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #operations = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Submits that many training steps; resolves when the training before them is done. */
  train(commands: readonly Command[], steps: number): Promise<unknown> {
    const submittedAt = performance.now();
    for (let step = 0; step < steps; step++) this.#encode(commands);
    this.#submit();
    const operations = steps * commands.reduce((sum, command) => sum + command.operations, 0);
    const before = this.#outstanding;
    this.#outstanding = this.#device.queue
      .onSubmittedWorkDone()
      .then(() => this.#budget.note(operations, submittedAt, performance.now()));
    // Whoever waits for it hears of its failure; nobody waits for the last one.
    this.#outstanding.catch(() => {});
    return before;
  }

  /** Submits commands that are waited for otherwise. */
  submit(commands: readonly Command[]): void {
    this.#encode(commands);
    this.#submit();
  }

  #encode(commands: readonly Command[]): void {
    for (const { pipeline, group, offset, groups, operations } of commands) {
      if (this.#operations > 0 && this.#operations + operations > this.#budget.operations) this.#submit();
      this.#encoder ??= this.#device.createCommandEncoder();
      this.#pass ??= this.#encoder.beginComputePass();
      this.#pass.setPipeline(pipeline);
      this.#pass.setBindGroup(0, group, [offset]);
      this.#pass.dispatchWorkgroups(...groups);
      this.#operations += operations;
    }
  }

  #submit(): void {
    this.#pass?.end();
    if (this.#encoder) this.#device.queue.submit([this.#encoder.finish()]);
    this.#pass = null;
    this.#encoder = null;
    this.#operations = 0;
  }
}
