import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DispatchBudget } from '../../src/engine/webgpu/dispatchBudget.ts';
import type { KernelName } from '../../src/engine/webgpu/kernels.ts';
import { type Command, Submitter } from '../../src/engine/webgpu/submitter.ts';
import { Trainer } from '../../src/engine/webgpu/trainer.ts';
import { RUNS } from './anyExperiment.ts';

/** Operations of each kernel in a step, in its order: what is cut, and what is too short to be. */
const STEP: readonly (readonly [KernelName, number])[] = [
  ['pack', 1e5],
  ['projectForward', 6e8],
  ['forward', 3e9],
  ['readout', 1e6],
  ['backward', 6e9],
  ['gradient', 9e9],
  ['kappa2', 2e8],
  ['update', 1e6],
];

interface Simulated {
  /** Operations a millisecond of each kernel of `STEP`. */
  readonly speeds: readonly number[];
  /** Milliseconds by which news of finished work is late. */
  readonly waits: () => number;
}

/** A device in simulated time that takes what is submitted one after another. */
class SimulatedDevice {
  slowness = 1;
  /** Milliseconds of each dispatch and of each submit. */
  dispatches: number[] = [];
  submits: number[] = [];
  readonly submittedAt: number[] = [];
  #freeAt = 0;
  readonly #device: Simulated;

  constructor(device: Simulated) {
    this.#device = device;
  }

  commandsFor(budget: DispatchBudget): Command[] {
    return STEP.flatMap(([kernel, work], index) => {
      const parts = Math.ceil(work / budget.operationsOf(kernel));
      const operations = work / parts;
      const command = {
        kernel,
        offset: 0,
        operations,
        isCut: parts > 1,
        pipeline: {},
        group: {},
        groups: [operations, index, 1],
      };
      return Array.from({ length: parts }, () => command as unknown as Command);
    });
  }

  get device(): GPUDevice {
    const finish = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      });
    return {
      createCommandEncoder: () => {
        let milliseconds = 0;
        return {
          beginComputePass: () => ({
            setPipeline() {},
            setBindGroup() {},
            dispatchWorkgroups: (operations: number, kernel: number) => {
              const own = (this.slowness * operations) / (this.#device.speeds[kernel] as number);
              this.dispatches.push(own);
              milliseconds += own;
            },
            end() {},
          }),
          finish: () => milliseconds,
        };
      },
      queue: {
        submit: ([milliseconds]: [number]) => {
          this.submits.push(milliseconds);
          this.submittedAt.push(performance.now());
          this.#freeAt = Math.max(this.#freeAt, performance.now()) + milliseconds;
        },
        onSubmittedWorkDone: () =>
          finish(Math.max(0, this.#freeAt - performance.now()) + this.#device.waits()),
      },
    } as unknown as GPUDevice;
  }
}

async function inSimulatedTime<Result>(work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  for (;;) {
    await Promise.resolve();
    await vi.advanceTimersByTimeAsync(0);
    if (isOver) return over;
    await vi.advanceTimersToNextTimerAsync();
  }
}

async function start(simulated: Simulated, emulated = false) {
  const device = new SimulatedDevice(simulated);
  const budget = new DispatchBudget(emulated);
  const plan = async (): Promise<readonly Command[]> => device.commandsFor(budget);
  let isDisposed = false;
  /** What the engine's watch does. */
  const watch = {
    async checked<Answer>(answer: Promise<Answer>): Promise<Answer> {
      const value = await answer;
      if (isDisposed) throw new Error('This engine was disposed of.');
      return value;
    },
  };
  const trainer = new Trainer(new Submitter(device.device, budget, watch), budget, plan);
  await trainer.plan();
  return {
    dispose: () => {
      isDisposed = true;
    },
    device,
    budget,
    train: (steps: number) => inSimulatedTime(trainer.train(steps)),
  };
}

/** 5 GFLOP/s to 50 TFLOP/s, each kernel at a speed of its own. */
const speeds = fc
  .array(fc.double({ min: Math.log(5e6), max: Math.log(5e10), noNaN: true }), {
    minLength: STEP.length,
    maxLength: STEP.length,
  })
  .map((logarithms) => logarithms.map(Math.exp));
/** Draws for waits of 0 to 100 ms. */
const lateness = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 5, maxLength: 50 });
const waitsOf = (values: readonly number[]): (() => number) => {
  let index = 0;
  return () => values[index++ % values.length] as number;
};

describe('dispatches are as long as was measured to be safe', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('none takes over 50 ms, or 100 ms where a processor emulates the GPU, however late news is', async () => {
    await fc.assert(
      fc.asyncProperty(speeds, lateness, fc.boolean(), async (own, waits, emulated) => {
        const { device, train } = await start({ speeds: own, waits: waitsOf(waits) }, emulated);
        for (let call = 0; call < 20; call++) await train(1);
        for (let call = 0; call < 5; call++) await train(20);
        expect(Math.max(...device.dispatches)).toBeLessThanOrEqual(emulated ? 100 : 50);
      }),
      { ...RUNS, numRuns: 40 },
    );
  });

  test('where news is not late, each becomes as long as may be, or the whole of its work', async () => {
    await fc.assert(
      fc.asyncProperty(speeds, async (own) => {
        const { budget, train } = await start({ speeds: own, waits: () => 0.2 });
        await train(20);
        for (const [index, [kernel, work]] of STEP.entries()) {
          const longest = Math.min(budget.operationsOf(kernel), work);
          expect(longest === work || longest / (own[index] as number) > 50 / 2.5).toBe(true);
        }
      }),
      { ...RUNS, numRuns: 40 },
    );
  });

  test('a device that becomes slow has short ones again', async () => {
    const own = STEP.map(() => 1e8);
    const { device, train } = await start({ speeds: own, waits: () => 1 });
    for (let call = 0; call < 30; call++) await train(1);
    expect(Math.max(...device.dispatches)).toBeGreaterThan(20);
    device.slowness = 20;
    for (let call = 0; call < 20; call++) await train(1);
    device.dispatches = [];
    for (let call = 0; call < 5; call++) await train(1);
    expect(Math.max(...device.dispatches)).toBeLessThanOrEqual(50);
  });

  test('an engine that is disposed of while a step is measured submits nothing more', async () => {
    const { device, dispose, train } = await start({ speeds: STEP.map(() => 1e7), waits: () => 1 });
    setTimeout(dispose, 200);
    const trained = train(3);
    await expect(trained).rejects.toThrow('This engine was disposed of.');
    const [all, inTime] = [device.submits.length, device.submittedAt.filter((at) => at <= 200).length];
    expect(all).toBeGreaterThan(1);
    expect(all).toBe(inTime);
  });

  test('a device too slow for the first ones gets shorter ones', async () => {
    const own = STEP.map(() => 1e5);
    const { device, train } = await start({ speeds: own, waits: () => 1 });
    await train(3);
    device.dispatches = [];
    await train(1);
    expect(Math.max(...device.dispatches)).toBeLessThanOrEqual(50);
  });

  test('submits stay short, too: none of many dispatches takes over 50 ms, but for what is too short to be measured', async () => {
    await fc.assert(
      fc.asyncProperty(speeds, lateness, async (own, waits) => {
        const { device, train } = await start({ speeds: own, waits: waitsOf(waits) });
        for (let call = 0; call < 30; call++) await train(2);
        expect(Math.max(...device.submits)).toBeLessThanOrEqual(60);
      }),
      { ...RUNS, numRuns: 40 },
    );
  });
});
