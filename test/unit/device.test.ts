import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEngine } from '../../src/engine/create.ts';
import { DeviceLostError } from '../../src/engine/engine.ts';
import { gpuPreferring, gpusToChoose } from '../../src/engine/webgpu/adapters.ts';
import { deviceOf } from '../../src/engine/webgpu/device.ts';
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

describe('a GPU that cannot be used', () => {
  /** An adapter with these parts, whose device fails in this way. */
  function gpuOf(adapter: object): { readonly gpu: GPU; readonly requestAdapter: ReturnType<typeof vi.fn> } {
    const requestAdapter = vi.fn(async () => ({ limits: {}, info: { description: 'made up' }, ...adapter }));
    return { gpu: { requestAdapter } as unknown as GPU, requestAdapter };
  }
  const create = (gpu: GPU) => createEngine({ experiment, kind: 'auto', gpu, shaders, data: null });
  /** A device that can be opened, but on which nothing can be made. */
  const uselessDevice = () => ({
    lost: new Promise(() => {}),
    limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
    addEventListener: () => {},
    pushErrorScope: () => {},
    popErrorScope: async () => null,
    createBuffer: () => {
      throw new RangeError('createBuffer failed, size is too large');
    },
  });

  test.each([
    [
      'whose device is refused',
      {
        requestDevice: async () => {
          throw new DOMException('Failed to create a device.', 'OperationError');
        },
      },
      /Failed to create a device/,
    ],
    [
      'on which nothing can be made',
      { requestDevice: async () => uselessDevice() },
      /made up failed: .*too large/,
    ],
    [
      'that does not say what it is (Chrome 113), and is useless',
      { info: undefined, requestDevice: async () => uselessDevice() },
      /unnamed adapter failed: /,
    ],
    [
      'that says what it is when asked (Chrome 113)',
      {
        info: undefined,
        requestAdapterInfo: async () => ({ vendor: 'google', description: 'SwiftShader' }),
        requestDevice: async () => uselessDevice(),
      },
      /only emulates a GPU \(SwiftShader\)/,
    ],
  ])('%s: the CPU engine trains, and the page can tell why', async (_, adapter, reason) => {
    const { engine, fallback } = await create(gpuOf(adapter).gpu);
    expect(engine.info.kind).toBe('cpu');
    expect(fallback).toMatch(reason);
    await engine.train(1);
  });

  test('that is lost while an engine is made says so: it did not fail', async () => {
    const { gpu } = gpuOf({
      requestDevice: async () => ({
        ...uselessDevice(),
        lost: Promise.resolve({ reason: 'unknown', message: 'gone' }),
        popErrorScope: async () => {
          throw new DOMException('Instance dropped in popErrorScope', 'OperationError');
        },
      }),
    });
    const request = { experiment, kind: 'webgpu', gpu, shaders, data: null } as const;
    await expect(createEngine(request)).rejects.toThrow(new DeviceLostError('The GPU was lost (gone).'));
  });

  test('is opened once for two who ask at the same time, and again for one who asks after it was lost', async () => {
    let lose = (_: object): void => {};
    const { gpu, requestAdapter } = gpuOf({
      requestDevice: async () => ({
        ...uselessDevice(),
        lost: new Promise((resolve) => {
          lose = resolve;
        }),
      }),
    });
    const [one, other] = await Promise.all([deviceOf(gpu), deviceOf(gpu)]);
    expect(one).toBe(other);
    expect(requestAdapter).toHaveBeenCalledTimes(1);
    const told = new Promise((resolve) => one.losses.add(resolve));
    lose({ reason: 'unknown', message: 'gone' });
    expect(await told).toMatchObject({
      name: 'DeviceLostError',
      message: 'The GPU was lost (gone).',
    });
    const [next, same] = await Promise.all([deviceOf(gpu), deviceOf(gpu)]);
    expect(next).not.toBe(one);
    expect(next).toBe(same);
    expect(requestAdapter).toHaveBeenCalledTimes(2);
  });

  test('is the other one of the machine where that is chosen, each with a device of its own', async () => {
    const requestAdapter = vi.fn(async ({ powerPreference }: GPURequestAdapterOptions) => ({
      limits: {},
      info: { vendor: powerPreference },
      requestDevice: async () => uselessDevice(),
    }));
    const gpu = { requestAdapter } as unknown as GPU;
    expect(await gpusToChoose(gpu)).toEqual({
      'high-performance': 'high-performance',
      'low-power': 'low-power',
    });
    const fast = await deviceOf(gpuPreferring(gpu, 'high-performance'));
    const saving = await deviceOf(gpuPreferring(gpu, 'low-power'));
    expect([fast.info.name, saving.info.name]).toEqual(['high-performance', 'low-power']);
    expect(await deviceOf(gpuPreferring(gpu, 'low-power'))).toBe(saving);
    expect(await deviceOf(gpu)).toBe(fast);
    const [same, none] = [{ info: { vendor: 'one' } }, null].map((adapter) => ({
      requestAdapter: async () => adapter,
    }));
    for (const gpu of [same, none]) expect(await gpusToChoose(gpu as unknown as GPU)).toBeNull();
  });

  test('for it reported an error: it is given up at once, and destroyed after the call that failed', async () => {
    const destroy = vi.fn();
    let report = (_: object): void => {};
    const { gpu } = gpuOf({
      requestDevice: async () => ({
        ...uselessDevice(),
        destroy,
        addEventListener: (_: string, listener: typeof report) => {
          report = listener;
        },
      }),
    });
    const { failure } = await deviceOf(gpu);
    report({ error: { message: 'too many of them' } });
    expect(failure()?.message).toBe('The GPU reported an error: too many of them');
    // Dawn in Node would wait for ever.
    expect(destroy).not.toHaveBeenCalled();
    await expect.poll(() => destroy.mock.calls.length).toBe(1);
  });

  test('for a moment: a kernel that failed to compile is compiled again', async () => {
    const pipeline = vi.fn().mockRejectedValueOnce(new Error('out of memory')).mockResolvedValue({});
    const { gpu } = gpuOf({
      requestDevice: async () => ({
        ...uselessDevice(),
        createBindGroupLayout: () => ({}),
        createPipelineLayout: () => ({}),
        createShaderModule: () => ({ getCompilationInfo: async () => ({ messages: [] }) }),
        createComputePipelineAsync: pipeline,
      }),
    });
    const device = await deviceOf(gpu);
    await expect(device.kernel('batch', 'source')).rejects.toThrow(/batch does not compile.*out of memory/);
    await device.kernel('batch', 'source');
    await device.kernel('batch', 'source');
    expect(pipeline).toHaveBeenCalledTimes(2);
  });
});
