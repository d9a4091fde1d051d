import type { ShaderSources } from '../shaders.ts';

/** How a kernel uses a storage buffer. */
type Access = 'read' | 'write';

interface KernelDeclaration {
  /** File below shaders/; the batch kernel is the task's own. */
  readonly file: string | null;
  /** Files of shaders/lib/ that it needs. */
  readonly lib: readonly string[];
  /** Its storage buffers, from binding 2 on; bindings 0 and 1 are the dispatch and the lanes' settings. */
  readonly buffers: readonly (readonly [name: string, access: Access])[];
  /** Value of the constant BACKWARD. */
  readonly backward?: boolean;
}

/** Every kernel with its buffers, in the order of their bindings. */
export const KERNELS = {
  batch: {
    file: null,
    lib: ['philox'],
    buffers: [
      ['run', 'read'],
      ['inputs', 'write'],
      ['targets', 'write'],
    ],
  },
  /** The batch kernel of a task with data. */
  batchOfData: {
    file: null,
    lib: ['philox', 'data'],
    buffers: [
      ['run', 'read'],
      ['inputs', 'write'],
      ['targets', 'write'],
      ['data', 'read'],
    ],
  },
  pack: {
    file: 'pack',
    lib: [],
    buffers: [
      ['parameters', 'read'],
      ['jobs', 'read'],
      ['packed', 'write'],
    ],
  },
  projectForward: {
    file: 'project',
    lib: ['gamma'],
    backward: false,
    buffers: [
      ['packed', 'read'],
      ['source', 'read'],
      ['destination', 'write'],
      ['gamma', 'write'],
    ],
  },
  projectBackward: {
    file: 'project',
    lib: ['gamma'],
    backward: true,
    buffers: [
      ['packed', 'read'],
      ['source', 'read'],
      ['destination', 'write'],
      ['gamma', 'write'],
    ],
  },
  forward: {
    file: 'forward',
    lib: ['scale', 'gamma', 'recurrence'],
    backward: false,
    buffers: [
      ['packed', 'read'],
      ['gamma', 'write'],
      ['hidden', 'write'],
    ],
  },
  backward: {
    file: 'backward',
    lib: ['scale', 'gamma', 'recurrence'],
    backward: true,
    buffers: [
      ['packed', 'read'],
      ['gamma', 'write'],
      ['hidden', 'read'],
      ['deltas', 'write'],
    ],
  },
  unitaryTables: {
    file: 'unitaryTables',
    lib: [],
    buffers: [
      ['parameters', 'read'],
      ['tables', 'write'],
    ],
  },
  unitaryForward: {
    file: 'unitaryForward',
    lib: ['unitary'],
    buffers: [
      ['tables', 'read'],
      ['twiddles', 'read'],
      ['permutations', 'read'],
      ['run', 'read'],
      ['hidden', 'write'],
      ['linear', 'write'],
      ['rotated', 'write'],
    ],
  },
  unitaryBackward: {
    file: 'unitaryBackward',
    lib: ['unitary'],
    buffers: [
      ['tables', 'read'],
      ['twiddles', 'read'],
      ['permutations', 'read'],
      ['linear', 'read'],
      ['rotated', 'read'],
      ['deltas', 'write'],
      ['unitarySums', 'write'],
    ],
  },
  unitaryReduce: {
    file: 'unitaryReduce',
    lib: [],
    buffers: [
      ['run', 'read'],
      ['tables', 'read'],
      ['unitarySums', 'read'],
      ['partials', 'write'],
    ],
  },
  carry: {
    file: 'carry',
    lib: [],
    buffers: [
      ['run', 'read'],
      ['hidden', 'write'],
      ['carried', 'write'],
    ],
  },
  readout: {
    file: 'readout',
    lib: ['scale'],
    buffers: [
      ['packed', 'read'],
      ['hidden', 'read'],
      ['targets', 'read'],
      ['outputs', 'write'],
      ['rowResults', 'write'],
    ],
  },
  gradient: {
    file: 'gradient',
    lib: ['groups'],
    buffers: [
      ['left', 'read'],
      ['hidden', 'read'],
      ['source', 'read'],
      ['partials', 'write'],
    ],
  },
  kappa1: {
    file: 'kappa1',
    lib: ['scale', 'gamma', 'groups'],
    buffers: [
      ['gammaIn', 'read'],
      ['gammaOut', 'read'],
      ['kappa1', 'write'],
      ['exponents', 'write'],
    ],
  },
  kappa2: {
    file: 'kappa2',
    lib: ['scale', 'gamma'],
    buffers: [
      ['packed', 'read'],
      ['gammaIn', 'read'],
      ['gammaOut', 'read'],
      ['kappa2', 'write'],
      ['exponents', 'write'],
    ],
  },
  reduce: {
    file: 'reduce',
    lib: ['scale', 'kappa'],
    buffers: [
      ['partials', 'read'],
      ['kappa1', 'read'],
      ['kappa2', 'read'],
      ['exponents', 'read'],
      ['chunks', 'read'],
      ['gradient', 'write'],
      ['sums', 'write'],
    ],
  },
  finish: {
    file: 'finish',
    lib: ['scale', 'gamma', 'rows', 'state'],
    buffers: [
      ['packed', 'read'],
      ['gammaIn', 'read'],
      ['rowResults', 'read'],
      ['sums', 'read'],
      ['run', 'write'],
      ['ring', 'write'],
    ],
  },
  update: {
    file: 'update',
    lib: ['scale', 'kappa', 'state'],
    buffers: [
      ['parameters', 'write'],
      ['kappa1', 'read'],
      ['kappa2', 'read'],
      ['exponents', 'read'],
      ['chunks', 'read'],
      ['gradient', 'read'],
      ['run', 'write'],
    ],
  },
  evaluate: {
    file: 'evaluate',
    lib: ['rows'],
    buffers: [
      ['rowResults', 'read'],
      ['evaluation', 'write'],
    ],
  },
} as const satisfies Record<string, KernelDeclaration>;

export type KernelName = keyof typeof KERNELS;

/** The declaration of a kernel, in its general type. */
export const kernelOf = (name: KernelName): KernelDeclaration => KERNELS[name];

/**
 * The whole source of a kernel: the constants that it uses, the shared files, its own file. Constants that it does not use are left
 * out, so that kernels which differ in nothing else have the same source and are compiled once.
 * @param constants `const` declarations of the shape, one a line
 * @param task file of the batch kernel in shaders/tasks/
 * @throws Error where a file is missing
 */
export function sourceOf(name: KernelName, shaders: ShaderSources, constants: string, task: string): string {
  const { file, lib, backward } = kernelOf(name);
  const read = (path: string): string => {
    const source = shaders[path];
    if (source === undefined) throw new Error(`shaders/${path} is missing.`);
    return source;
  };
  const direction = backward === undefined ? '' : `const BACKWARD = ${backward};\n`;
  const files = [
    ...['dispatch', ...lib].map((shared) => read(`lib/${shared}.wgsl`)),
    read(file === null ? `tasks/${task}.wgsl` : `${file}.wgsl`),
  ].join('\n');
  const words = new Set(files.replaceAll(/\/\/.*/g, '').match(/\w+/g));
  const used = constants.split('\n').filter((line) => words.has(/^const (\w+)/.exec(line)?.[1] ?? ''));
  return `${used.join('\n')}\n${direction}${files}`;
}
