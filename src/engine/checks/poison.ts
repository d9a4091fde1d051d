import type { Task } from '../../experiment/tasks/index.ts';
import type { Checkpoint } from '../engine.ts';
import type { ShaderSources } from '../shaders.ts';
import type { WebGpuEngineParts } from '../webgpu/engine.ts';
import { createUntested } from '../webgpu/index.ts';
import { KERNELS, type KernelName, kernelOf } from '../webgpu/kernels.ts';
import { type CheckResult, checked, differences } from './compare.ts';
import { ON_GPU } from './comparisons.ts';
import { NETWORK_NOISE, noiseTask } from './noise.ts';
import { type CheckCase, experimentOf, lane, withEngines } from './support.ts';
import { unitary } from './unitary.ts';

// WGSL promises that variables are zero at first, and some drivers break the promise. Here each kernel begins with NaN in all of its
// workgroup memory, and in what each invocation keeps for itself.

/** A number in the bits of `garbage`, or of a vector or matrix of it. */
function garbageOf(type: string): string {
  if (type === 'u32') return 'garbage';
  if (type === 'i32' || type === 'f32') return `bitcast<${type}>(garbage)`;
  const matrix = /^mat4x4<f32>$/.exec(type);
  if (matrix) return `mat4x4<f32>(${Array(4).fill(garbageOf('vec4<f32>')).join(', ')})`;
  const component = /^vec\d<(\w+)>$/.exec(type)?.[1];
  if (component === undefined) throw new Error(`There is no garbage of type ${type}.`);
  return `${type}(${garbageOf(component)})`;
}

/** Statements that fill the variables of an address space which a source declares without a value. */
const fillings = (source: string, space: 'workgroup' | 'private'): string =>
  [...source.matchAll(new RegExp(`^var<${space}> (\\w+): ((?:(?! = ).)+?);`, 'gm'))]
    .map(([, name, type]) => {
      const array = /^array<([\w<>]+?), (.+)>$/.exec(type as string);
      if (!array) return `${name} = ${garbageOf(type as string)};`;
      return `for (var i = 0u; i < ${array[2]}; i++) { ${name}[i] = ${garbageOf(array[1] as string)}; }`;
    })
    .join('\n');

/** A kernel's file, which fills the memory of it and of what it includes: its first invocation that of the workgroup. */
function poisoned(shaders: ShaderSources, name: KernelName): string | null {
  const { file, lib } = kernelOf(name);
  if (file === null) return null;
  const source = shaders[`${file}.wgsl`] as string;
  const whole = [source, ...lib.map((each) => shaders[`lib/${each}.wgsl`])].join('\n');
  const shared = fillings(whole, 'workgroup');
  const own = fillings(whole, 'private');
  if (shared === '' && own === '') return null;
  const index = /@builtin\(local_invocation_index\) (\w+)/.exec(source)?.[1];
  const id = /@builtin\(local_invocation_id\) (\w+)/.exec(source)?.[1];
  const isFirst = index ? `${index} == 0u` : `all(${id} == vec3<u32>())`;
  const start = /@compute[^{]+\{\n/.exec(source)?.[0] as string;
  return source.replace(
    start,
    [
      start,
      // Known only when it runs: a compiler refuses a NaN that it sees.
      'let garbage = dispatch.length | 0x7fc00000u;',
      own,
      ...(shared === '' ? [] : [`if (${isFirst}) {`, shared, '}', 'workgroupBarrier();']),
      '',
    ].join('\n'),
  );
}

export function poisonedShaders(shaders: ShaderSources): ShaderSources {
  const names = Object.keys(KERNELS) as KernelName[];
  const changed = names.flatMap((name) => {
    const source = poisoned(shaders, name);
    return source === null ? [] : [[`${kernelOf(name).file}.wgsl`, source] as const];
  });
  return { ...shaders, ...Object.fromEntries(changed) };
}

export const garbageInMemory: CheckCase = {
  name: 'the same bits with garbage in the memory of kernels',
  set: 'short',
  async run(context) {
    const shaders = poisonedShaders(context.shaders);
    const lanes = [lane('path2'), lane('adam', { activation: 'tanh' })];
    const experiment = experimentOf({ hidden: 9, layers: 2, batch: 5, lanes });
    const softmax = noiseTask(NETWORK_NOISE);
    const cases: readonly (readonly [string, Task, typeof experiment, WebGpuEngineParts['tiling']])[] = [
      ['softmax', softmax, experiment, {}],
      ['squared, as on a GPU', noiseTask({ ...NETWORK_NOISE, loss: 'squared' }), experiment, ON_GPU],
      ['uRNN', softmax, { ...experiment, layers: 1, hidden: 16, lanes: [unitary('rmsprop')] }, {}],
    ];
    const results: CheckResult[] = [];
    for (const [name, task, own, tiling] of cases) {
      const parts = { ...context, data: null, ...(tiling ? { tiling } : {}) };
      const engines = [context.shaders, shaders].map((each) =>
        createUntested(task, own, { ...parts, shaders: each }),
      );
      const differ = await withEngines(engines, async (...made) => {
        const ends: Checkpoint[] = [];
        const losses: number[][] = [];
        for (const engine of made) {
          await engine.train(3);
          losses.push((await engine.evaluate()).lanes.map(({ loss }) => loss));
          ends.push(await engine.checkpoint());
        }
        const [plain, garbage] = ends as [Checkpoint, Checkpoint];
        return (
          differences(plain.parameters, garbage.parameters) +
          differences(plain.velocity, garbage.velocity) +
          differences(losses[0] as number[], losses[1] as number[])
        );
      });
      results.push(checked(`${name}: numbers that differ`, differ, 0));
    }
    return results;
  },
};
