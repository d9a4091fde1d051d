/**
 * Limits that a device can be held to: WebGPU's default ones, or those of compatibility mode, which has fewer invocations in a workgroup.
 */
export const LIMIT_LEVELS = ['default', 'compatibility'] as const;
export type LimitLevel = (typeof LIMIT_LEVELS)[number];

/** WebGPU's default limits, as far as an engine asks for more where an adapter has more. */
const DEFAULT_LIMITS = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 };

/** A GPU whose devices have no more than the limits of a level, whatever its adapter could do. */
export const gpuWithLimits = (gpu: GPU, level: LimitLevel): GPU =>
  ({
    async requestAdapter(options?: GPURequestAdapterOptions) {
      const featureLevel = level === 'default' ? 'core' : level;
      const adapter = await gpu.requestAdapter({ ...options, featureLevel });
      if (!adapter) return null;
      const requestDevice = async (): Promise<GPUDevice> => {
        const device = await adapter.requestDevice();
        if (level === 'compatibility' && device.features.has('core-features-and-limits')) {
          throw new Error('This browser has no compatibility mode.');
        }
        return device;
      };
      return { info: adapter.info, limits: DEFAULT_LIMITS, requestDevice };
    },
  }) as unknown as GPU;
