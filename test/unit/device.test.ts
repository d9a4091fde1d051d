import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEngine } from '../../src/engine/create.ts';
import { DeviceLostError } from '../../src/engine/engine.ts';
import { defaultExperiment } from '../../src/experiment/schema.ts';
import { Recovery } from '../../src/session/worker/recovery.ts';

const experiment = { ...defaultExperiment('adding'), length: 4, hidden: 4, batch: 2 };
const shaders = { files: {} } as never;

describe('a browser that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const silent = (): Promise<never> => new Promise(() => {});
  const requestFor = (gpu: GPU, kind: 'auto' | 'webgpu') => ({ experiment, kind, gpu, shaders, data: null });

  test('does not keep the page from starting: the CPU engine trains, and the page can tell why', async () => {
    const creating = createEngine(requestFor({ requestAdapter: silent } as unknown as GPU, 'auto'));
    await vi.advanceTimersByTimeAsync(11_000);
    const { engine, fallback } = await creating;
    expect(engine.info.kind).toBe('cpu');
    expect(fallback).toBe('WebGPU did not answer within 10 seconds.');
  });

  test('is asked anew by the next attempt, and a device that comes too late is given back', async () => {
    const destroy = vi.fn();
    let give = (_device: unknown): void => {};
    const requestDevice = vi.fn(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    const requestAdapter = vi.fn(async () => ({ limits: {}, info: {}, requestDevice }));
    const gpu = { requestAdapter } as unknown as GPU;
    for (const attempt of [1, 2]) {
      const failing = expect(createEngine(requestFor(gpu, 'webgpu'))).rejects.toThrow(/did not answer/);
      await vi.advanceTimersByTimeAsync(11_000);
      await failing;
      expect(requestAdapter).toHaveBeenCalledTimes(attempt);
    }
    give({ destroy });
    await vi.advanceTimersByTimeAsync(0);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  test('after a loss is waited for half a minute in all, then the CPU engine goes on', async () => {
    const gpu = { requestAdapter: vi.fn(silent) };
    const going = new Recovery().engineAfterLoss(
      requestFor(gpu as unknown as GPU, 'webgpu'),
      new DeviceLostError('The GPU was lost.'),
      null,
    );
    await vi.advanceTimersByTimeAsync(31_000);
    const { engine, fallback } = await going;
    expect(engine.info.kind).toBe('cpu');
    expect(fallback).toMatch(/^The GPU cannot be used any more\. .*answer/);
    expect(gpu.requestAdapter.mock.calls.length).toBeGreaterThan(1);
  });
});
