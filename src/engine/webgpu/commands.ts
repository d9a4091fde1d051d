import type { ShaderSources } from '../shaders.ts';
import type { Buffers } from './buffers.ts';
import { type Device, DISPATCH_BYTES, type Kernel, USAGE } from './device.ts';
import { type KernelName, kernelOf, sourceOf } from './kernels.ts';
import { type Dispatch, writeFields } from './planner.ts';
import type { Command } from './submitter.ts';

/** What kernels are compiled from and work on. */
export interface CommandParts {
  readonly device: Device;
  readonly shaders: ShaderSources;
  /** `const` declarations of the shape. */
  readonly constants: string;
  /** File of the batch kernel in shaders/tasks/. */
  readonly batchShader: string;
  readonly buffers: Buffers;
}

/** Makes planned dispatches ready: compiles their kernels, once each, and binds their buffers. */
export class Commands {
  readonly #parts: CommandParts;
  readonly #kernels = new Map<KernelName, Kernel>();
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /**
   * Makes dispatches ready; their uniforms go to a buffer of that name.
   * @throws Error with the compiler's messages where a kernel does not compile
   */
  async of(dispatches: readonly Dispatch[], name: string): Promise<Command[]> {
    await this.#compile(new Set(dispatches.map(({ kernel }) => kernel)));
    const uniforms = new DataView(new ArrayBuffer(dispatches.length * DISPATCH_BYTES));
    for (const [index, { fields }] of dispatches.entries())
      writeFields(fields, uniforms, index * DISPATCH_BYTES);
    this.release(`uniforms.${name}`);
    this.#parts.buffers.makeFilled(`uniforms.${name}`, uniforms.buffer, USAGE.uniform);
    return dispatches.map(({ kernel, buffers, groups, operations, isCut }, index) => ({
      kernel,
      pipeline: this.#kernel(kernel).pipeline,
      group: this.#groupOf(kernel, buffers, `uniforms.${name}`),
      offset: index * DISPATCH_BYTES,
      groups,
      operations,
      isCut,
    }));
  }

  /** Destroys a buffer and the groups that hold it, which are of no more use. */
  release(name: string): void {
    this.#parts.buffers.release(name);
    for (const key of this.#groups.keys()) if (key.includes(name)) this.#groups.delete(key);
  }

  /** Compiles what is not compiled yet: a kernel that no lane needs costs no time. */
  async #compile(needed: ReadonlySet<KernelName>): Promise<void> {
    const { device, shaders, constants, batchShader } = this.#parts;
    const names = [...needed].filter((name) => !this.#kernels.has(name));
    const kernels = await Promise.all(
      names.map((name) => device.kernel(name, sourceOf(name, shaders, constants, batchShader))),
    );
    for (const [index, name] of names.entries()) this.#kernels.set(name, kernels[index] as Kernel);
  }

  #kernel(name: KernelName): Kernel {
    const kernel = this.#kernels.get(name);
    if (!kernel) throw new Error(`The kernel ${name} is not compiled.`);
    return kernel;
  }

  #groupOf(kernel: KernelName, names: Readonly<Record<string, string>>, uniforms: string): GPUBindGroup {
    const { device, buffers } = this.#parts;
    const bound = kernelOf(kernel).buffers.map(([name]) => names[name] ?? name);
    const key = [kernel, uniforms, ...bound].join(' ');
    let group = this.#groups.get(key);
    if (!group) {
      group = device.device.createBindGroup({
        label: key,
        layout: this.#kernel(kernel).layout,
        entries: [
          { binding: 0, resource: { buffer: buffers.get(uniforms), size: DISPATCH_BYTES } },
          { binding: 1, resource: { buffer: buffers.get('lanes') } },
          ...bound.map((name, index) => ({ binding: 2 + index, resource: { buffer: buffers.get(name) } })),
        ],
      });
      this.#groups.set(key, group);
    }
    return group;
  }
}
