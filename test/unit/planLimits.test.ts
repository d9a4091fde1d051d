import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readShaders } from '../../src/cli/shaders.ts';
import { partsByNetwork } from '../../src/engine/joined.ts';
import { shapeFor } from '../../src/engine/layout.ts';
import { constantsOf } from '../../src/engine/webgpu/constants.ts';
import { type KernelName, kernelOf, sourceOf } from '../../src/engine/webgpu/kernels.ts';
import { planEvaluation, planStep } from '../../src/engine/webgpu/plan.ts';
import {
  capacityOf,
  GROUPS,
  packingsOf,
  type TilingChoice,
  tilingOf,
} from '../../src/engine/webgpu/sizes.ts';
import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  MAX_LANES,
  parseExperiment,
  RANGES,
} from '../../src/experiment/schema.ts';
import { TASK_NAMES, TASKS, type TaskData, type TaskName } from '../../src/experiment/tasks/index.ts';
import { TEXT_BYTES, textWords } from '../../src/experiment/tasks/textData.ts';
import { experimentOf as anyExperiment, RUNS } from './anyExperiment.ts';

/** What every device takes: the lowest limits that the specification of WebGPU allows. */
const LIMITS = {
  workgroupsInADimension: 65_535,
  invocations: 256,
  invocationsInZ: 64,
  workgroupBytes: 16_384,
  bindingBytes: 2 ** 27,
  storageBuffers: 8,
} as const;

/** How work is dealt on a GPU, and where a processor emulates one. */
const DEALT: readonly TilingChoice[] = [
  { sliced: true, groups: GROUPS },
  { sliced: true, groups: GROUPS, tile: 'wide' },
  { sliced: false, groups: 1 },
  { sliced: true, groups: GROUPS, mostInvocations: 128 },
];

/** A text of the largest vocabulary, whose length does not matter to a plan. */
const TEXT: TaskData = {
  kind: 'text',
  title: 'characters',
  vocabulary: Array.from({ length: 256 }, (_, index) => String.fromCodePoint(0x100 + index)),
  training: new Uint8Array(257 * 1001),
  heldOut: new Uint8Array(257 * 1001),
};

const shaders = readShaders();

type Sizes = Pick<Experiment, 'length' | 'hidden' | 'layers' | 'batch'>;

/** An experiment of that task and network; null where the schema has none such. */
function experimentOf(task: TaskName, sizes: Sizes, lanes: readonly Lane[]): Experiment | null {
  const length = TASKS[task].lengthRange === null ? defaultExperiment(task).length : sizes.length;
  try {
    return parseExperiment({ ...defaultExperiment(task), ...sizes, length, lanes });
  } catch {
    return null;
  }
}

const laneOf = (task: TaskName, optimizer: Lane['optimizer'], network: Lane['network']): Lane =>
  defaultLane(optimizer, { task, length: 10, seed: 1 }, network);

const BYTES: Readonly<Record<string, number>> = {
  'vec4<f32>': 16,
  'vec2<f32>': 8,
  // As far apart as vectors of four.
  'vec3<i32>': 16,
  'vec4<u32>': 16,
  'mat4x4<f32>': 64,
  f32: 4,
  i32: 4,
  u32: 4,
  'atomic<u32>': 4,
  'atomic<i32>': 4,
};

interface Resources {
  /** Invocations of a workgroup in each dimension. */
  readonly size: readonly number[];
  /** Of its workgroup memory. */
  readonly bytes: number;
}

/** Constants of a shape, as `constantsOf` writes them. */
const numbersIn = (constants: string): Record<string, number | boolean> =>
  Object.fromEntries(
    [...constants.matchAll(/^const (\w+) = (.+?)u?;$/gm)].map(([, name, text]) => [
      name,
      JSON.parse(text ?? ''),
    ]),
  );

/** A constant expression of WGSL over whole numbers as one of JavaScript; what is divided is a name, a number or one bracket. */
const inJavaScript = (expression: string): string =>
  expression.replaceAll(/\b(\d+)u\b/g, '$1').replaceAll(/(\([^()]*\)|\w+) \/ (\w+)/g, 'Math.floor($1 / $2)');

/** What the source of a kernel says of its workgroups, as a function of the shape's constants. */
function resourcesOf(
  source: string,
  names: readonly string[],
): (...values: (number | boolean)[]) => Resources {
  const code = source.replaceAll(/\/\/.*/g, '');
  const own = [...code.matchAll(/^const (\w+) = ([^;]+);/gm)].filter(
    ([, , text]) => !/\.|e-|0x/.test(text ?? ''),
  );
  const size = inJavaScript(/@workgroup_size\(([^)]+)\)/.exec(code)?.[1] ?? '');
  const variables = [...code.matchAll(/var<workgroup> \w+: (?:array<)?([\w<>]+?)(?:, (.+)>)?;/g)];
  const bytes = variables.map(([, type, count]) => {
    const each = BYTES[type ?? ''];
    if (each === undefined) throw new Error(`The size of ${type} is not known.`);
    return `${each} * (${inJavaScript(count ?? '1')})`;
  });
  return new Function(
    ...names,
    `const select = (no, yes, which) => (which ? yes : no);
    ${own.map(([, name, text]) => `const ${name} = ${inJavaScript(text ?? '')};`).join('\n')}
    return { size: [${size}], bytes: ${bytes.join(' + ') || 0} };`,
  ) as (...values: (number | boolean)[]) => Resources;
}

/** The largest of each quantity over all plans, and what exceeded its limit. */
class Walk {
  readonly largest = { workgroups: 0, invocations: 0, bytes: 0, buffers: 0 };
  readonly faults: string[] = [];
  readonly #resources = new Map<string, ReturnType<typeof resourcesOf>>();

  add(experiment: Experiment, dealt: TilingChoice): void {
    const task = TASKS[experiment.task];
    const data = task.data === 'text' ? TEXT : null;
    const shape = shapeFor(task, experiment, data);
    const [packings, tiling] = [packingsOf(shape), tilingOf(shape, dealt)];
    // As long as dispatches can be: cut by their operations, they have fewer workgroups.
    const mostOperations = () => Number.MAX_VALUE;
    const request = { task, experiment, shape, packings, tiling, everything: true, mostOperations };
    const heldOut = Math.min(task.heldOutSequences(experiment, data), 2 * capacityOf(shape) - 1);
    const dispatches = [...planStep(request), ...planEvaluation(request, heldOut)];
    const { largest } = this;
    const name = (kernel: string): string => {
      const { length, hidden, layers, batch, lanes } = experiment;
      const sizes = `length ${length}, hidden ${hidden}, layers ${layers}, batch ${batch}, ${lanes.length} lanes`;
      return `${kernel} of ${experiment.task} (${shape.network}), ${sizes}, dealt ${JSON.stringify(dealt)}`;
    };
    const kernels = new Set<KernelName>();
    for (const { kernel, groups } of dispatches) {
      kernels.add(kernel);
      const most = Math.max(...groups);
      largest.workgroups = Math.max(largest.workgroups, most);
      if (most > LIMITS.workgroupsInADimension) this.faults.push(`${name(kernel)}: ${groups} workgroups`);
    }
    const constants = numbersIn(constantsOf(task, shape, packings.quads, tiling));
    for (const kernel of kernels) {
      const key = `${kernel} ${task.shader}`;
      const of =
        this.#resources.get(key) ??
        resourcesOf(sourceOf(kernel, shaders, '', task.shader), Object.keys(constants));
      this.#resources.set(key, of);
      const { size, bytes } = of(...Object.values(constants));
      const invocations = size.reduce((product, each) => product * each, 1);
      const buffers = kernelOf(kernel).buffers.length;
      largest.invocations = Math.max(largest.invocations, invocations);
      largest.bytes = Math.max(largest.bytes, bytes);
      largest.buffers = Math.max(largest.buffers, buffers);
      if (
        invocations > (dealt.mostInvocations ?? LIMITS.invocations) ||
        (size[2] ?? 1) > LIMITS.invocationsInZ ||
        bytes > LIMITS.workgroupBytes ||
        buffers > LIMITS.storageBuffers
      ) {
        this.faults.push(`${name(kernel)}: ${size} invocations, ${bytes} bytes, ${buffers} buffers`);
      }
    }
  }
}

/** Lanes of one network, one or as many as there can be. */
const lanesOf = (task: TaskName): (readonly Lane[])[] =>
  (['relu', 'urnn', 'feedforward'] as const).flatMap((network) => {
    const optimizer = network === 'urnn' ? 'rmsprop' : 'path2';
    const one = laneOf(task, optimizer, network);
    return [[one], Array.from({ length: MAX_LANES }, () => one)];
  });

describe('every dispatch stays within what every device takes', () => {
  test('at the edges of what an experiment can be', () => {
    const walk = new Walk();
    for (const task of TASK_NAMES) {
      const { min, max } = TASKS[task].lengthRange ?? RANGES.length;
      for (const lanes of lanesOf(task)) {
        for (const length of new Set([min, max]))
          for (const hidden of [RANGES.hidden.min, 8, RANGES.hidden.max, 512])
            for (const layers of [1, RANGES.layers.max])
              for (const batch of [1, RANGES.batch.max])
                for (const dealt of DEALT) {
                  const experiment = experimentOf(task, { length, hidden, layers, batch }, lanes);
                  if (experiment) walk.add(experiment, dealt);
                }
      }
    }
    expect(walk.faults).toEqual([]);
    // It did walk: near the limits.
    expect(walk.largest).toMatchObject({ invocations: 256, buffers: 7 });
    expect(walk.largest.workgroups).toBeGreaterThan(50_000);
  });

  test('in random experiments', () => {
    const walk = new Walk();
    fc.assert(
      fc.property(anyExperiment, fc.constantFrom(...DEALT), (experiment, dealt) => {
        // Each network of an experiment has plans of its own.
        for (const part of partsByNetwork(experiment)) walk.add(part.experiment, dealt);
        expect(walk.faults).toEqual([]);
      }),
      { ...RUNS, numRuns: import.meta.env.TEST_LONG ? 100_000 : 1000 },
    );
  });
});

test('the largest data of a task fit into one binding', () => {
  // Of a text, a byte for each character, and what is beside them.
  const characters = TEXT.kind === 'text' ? TEXT.training.length + TEXT.heldOut.length : 0;
  const beside = textWords(TEXT).byteLength - characters;
  expect(beside).toBeGreaterThan(0);
  expect(TEXT_BYTES.max + beside).toBeLessThan(LIMITS.bindingBytes);
  // All 70,000 images with their labels, and the table of their greys.
  expect(70_000 * (28 * 28 + 1) + 1e6).toBeLessThan(LIMITS.bindingBytes);
});
