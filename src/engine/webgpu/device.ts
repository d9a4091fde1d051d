import { DeviceLostError, type EngineInfo, NoAdapterError } from '../engine.ts';
import { inTime } from '../inTime.ts';
import type { KernelName } from './kernels.ts';
import { kernelOf } from './kernels.ts';
import { MOST_INVOCATIONS } from './sizes.ts';

/** A kernel made ready for a device. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** A device with everything that is made once for it; engines of one adapter share it. */
export interface Device {
  readonly device: GPUDevice;
  readonly info: EngineInfo;
  /** Invocations that a workgroup may have. */
  readonly mostInvocations: number;
  /** Null until the device is lost, or is given up because it reported an error that nobody awaited. */
  readonly failure: () => DeviceLostError | null;
  /** Told when the device is lost: what waits for it may wait for ever. */
  readonly losses: Set<(loss: DeviceLostError) => void>;
  /** The kernel of that source, compiled unless it was used lately. @throws Error with the compiler's messages */
  kernel(name: KernelName, source: string): Promise<Kernel>;
}

/** Bytes of a dispatch's uniforms, with the padding that dynamic offsets need. */
export const DISPATCH_BYTES = 256;
/** Bytes of the settings of a lane, and of 16 lanes: LaneSettings in shaders/lib/dispatch.wgsl. */
export const LANE_BYTES = 48;
export const LANES_BYTES = 16 * LANE_BYTES;

/** The flags of WebGPU: their names are no globals in Node. */
export const USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyDestination: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;
export const MAP_READ = 1;
const STAGE_COMPUTE = 4;

/** Kernels that a device keeps ready for the next engine, those of some six shapes: an engine holds its own. */
const MOST_KERNELS = 128;

/** Milliseconds that a browser has to answer: a GPU process that dies meanwhile may leave it silent for ever. */
const ANSWER_LIMIT = 10_000;

/** The device of each adapter, or its opening. */
const devices = new WeakMap<GPU, { readonly opening: Promise<Device>; isUsable(): boolean }>();

/**
 * The device of this machine's adapter.
 * @throws NoAdapterError where there is none
 */
export async function deviceOf(gpu: GPU | undefined): Promise<Device> {
  if (!gpu) throw new NoAdapterError('There is no WebGPU here.');
  const known = devices.get(gpu);
  if (known?.isUsable()) return known.opening;
  // Between here and `set` nothing is awaited: two callers at once get one device.
  let usable = (): boolean => true;
  const opening = open(gpu);
  devices.set(gpu, { opening, isUsable: () => usable() });
  opening.then(
    ({ failure }) => {
      usable = () => failure() === null;
    },
    () => {
      usable = () => false;
    },
  );
  return opening;
}

async function open(gpu: GPU): Promise<Device> {
  // An older GPU may have an adapter of lower limits alone: compatibility mode.
  const adapter =
    (await answered(gpu.requestAdapter({ powerPreference: 'high-performance' }))) ??
    (await answered(gpu.requestAdapter({ featureLevel: 'compatibility' })));
  if (!adapter) throw new NoAdapterError('WebGPU found no adapter on this machine.');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await answered(
    adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } }),
    (late) => late.destroy(),
  );
  let failure: DeviceLostError | null = null;
  const losses = new Set<(loss: DeviceLostError) => void>();
  const fail = (message: string): void => {
    if (failure !== null) return;
    failure = new DeviceLostError(message);
    for (const tell of [...losses]) tell(failure);
  };
  void device.lost.then(({ message }) => {
    const said = message.trim().replace(/\.$/, '');
    fail(said === '' ? 'The GPU was lost.' : `The GPU was lost (${said}).`);
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    // What it computed since cannot be trusted; another device can go on.
    fail(`The GPU reported an error: ${error.message}`);
    // Later: Dawn in Node tells of an error in the middle of a call, in which to destroy the device is to wait for ever.
    setTimeout(() => device.destroy());
  });
  const info = await infoOf(adapter);
  const layouts = new Map<KernelName, GPUBindGroupLayout>();
  const kernels = new Map<string, Promise<Kernel>>();
  return {
    device,
    info,
    mostInvocations: mostInvocationsOf(device.limits),
    failure: () => failure,
    losses,
    kernel(name, source) {
      const key = `${name}\n${source}`;
      let kernel = kernels.get(key);
      if (!kernel) {
        let layout = layouts.get(name);
        if (!layout) {
          layout = layoutOf(device, name);
          layouts.set(name, layout);
        }
        kernel = compile(device, name, source, layout);
        // It may compile the next time: a lost device or full memory fails as well.
        kernel.catch(() => kernels.delete(key));
      }
      // The last used comes last.
      kernels.delete(key);
      kernels.set(key, kernel);
      const [oldest] = kernels.keys();
      if (kernels.size > MOST_KERNELS && oldest !== undefined) kernels.delete(oldest);
      return kernel;
    },
  };
}

/** Those of default limits, or fewer where the device takes fewer. */
const mostInvocationsOf = (limits: Partial<GPUSupportedLimits>): number =>
  Math.min(
    MOST_INVOCATIONS,
    limits.maxComputeInvocationsPerWorkgroup ?? MOST_INVOCATIONS,
    limits.maxComputeWorkgroupSizeX ?? MOST_INVOCATIONS,
  );

/** @throws NoAdapterError where the answer does not come in time */
function answered<Answer>(answer: Promise<Answer>, late?: (answer: Answer) => void): Promise<Answer> {
  const seconds = ANSWER_LIMIT / 1000;
  const reason = () => new NoAdapterError(`WebGPU did not answer within ${seconds} seconds.`);
  return inTime(answer, ANSWER_LIMIT, reason, late);
}

/** Adapters of Chrome 113 to 126: these had no `info`, and told by themselves whether they emulate. */
interface OldAdapter {
  readonly info?: GPUAdapterInfo;
  readonly isFallbackAdapter?: boolean;
  requestAdapterInfo?(): Promise<GPUAdapterInfo>;
}

async function infoOf(adapter: GPUAdapter): Promise<EngineInfo> {
  const old: OldAdapter = adapter;
  // A name is no reason to do without a GPU.
  const asked = async (): Promise<Partial<GPUAdapterInfo>> => (await old.requestAdapterInfo?.()) ?? {};
  const info = old.info ?? (await answered(asked()).catch(() => ({})));
  const { vendor = '', architecture = '', device = '', description = '' } = info as Partial<GPUAdapterInfo>;
  const named = description || [vendor, architecture].filter(Boolean).join(' ') || device;
  return {
    kind: 'webgpu',
    name: named || 'unnamed adapter',
    // Lavapipe and WARP do not always say that they emulate.
    software:
      (info as Partial<GPUAdapterInfo>).isFallbackAdapter === true ||
      old.isFallbackAdapter === true ||
      /swiftshader|llvmpipe|lavapipe|basic render|warp/i.test(`${vendor} ${architecture} ${description}`),
  };
}

function layoutOf(device: GPUDevice, name: KernelName): GPUBindGroupLayout {
  const visibility = STAGE_COMPUTE;
  const uniform = (binding: number, size: number, hasDynamicOffset: boolean): GPUBindGroupLayoutEntry => ({
    binding,
    visibility,
    buffer: { type: 'uniform', hasDynamicOffset, minBindingSize: size },
  });
  return device.createBindGroupLayout({
    label: name,
    entries: [
      uniform(0, DISPATCH_BYTES, true),
      uniform(1, LANES_BYTES, false),
      ...kernelOf(name).buffers.map(
        ([, access], index): GPUBindGroupLayoutEntry => ({
          binding: 2 + index,
          visibility,
          buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
        }),
      ),
    ],
  });
}

async function compile(
  device: GPUDevice,
  name: KernelName,
  source: string,
  layout: GPUBindGroupLayout,
): Promise<Kernel> {
  const module = device.createShaderModule({ label: name, code: source });
  try {
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    return { pipeline, layout };
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const lines = source.split('\n');
    const details = messages
      .filter(({ type }) => type === 'error')
      .map(({ lineNum, message }) => `${message}\n  ${lineNum}: ${lines[lineNum - 1] ?? ''}`);
    throw new Error(`The kernel ${name} does not compile: ${details.join('\n') || String(error)}`);
  }
}
