/** Names of the GPUs that a browser offers, by the power preference that gets each. */
export type GpuNames = Readonly<Record<GPUPowerPreference, string>>;

const preferring = new WeakMap<GPU, GPU>();

/** What gives the adapter of a preference: the same object each time, so that engines share its device. */
export function gpuPreferring(gpu: GPU, powerPreference: GPUPowerPreference): GPU {
  // It is what engines ask for by themselves.
  if (powerPreference === 'high-performance') return gpu;
  const known = preferring.get(gpu);
  if (known) return known;
  const requestAdapter = (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> =>
    gpu.requestAdapter({ ...options, powerPreference });
  const saving = { requestAdapter } as unknown as GPU;
  preferring.set(gpu, saving);
  return saving;
}

/** The two GPUs of a machine, where it has two and the browser offers both; else null. */
export async function gpusToChoose(gpu: GPU): Promise<GpuNames | null> {
  const nameOf = async (powerPreference: GPUPowerPreference): Promise<string> => {
    const { vendor, architecture, device, description } =
      (await gpu.requestAdapter({ powerPreference }))?.info ?? ({} as Partial<GPUAdapterInfo>);
    return description || [vendor, architecture, device].filter(Boolean).join(' ');
  };
  const names = {
    'high-performance': await nameOf('high-performance'),
    'low-power': await nameOf('low-power'),
  };
  const [fast, saving] = Object.values(names);
  return fast && saving && fast !== saving ? names : null;
}
