import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compileKernels, KERNELS_MODULE } from '../../scripts/build-kernels.ts';
import { PlainGammaProducts, SimdGammaProducts } from '../../src/engine/cpu/gammaProducts.ts';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import { loadKernels, startKernels } from '../../src/engine/cpu/kernels.ts';
import { type LaneSnapshot, ShapeTooLargeError } from '../../src/engine/engine.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import { TASKS, type Task } from '../../src/experiment/tasks/index.ts';
import {
  engineAt,
  experimentOf,
  laneOf,
  noiseTask,
  pooled,
  randomParameters,
  relativeError,
  shapeFor,
  uniforms,
} from './support.ts';

/** The kernels, which every machine that runs these tests has. */
async function kernelsHere(): Promise<WebAssembly.Module> {
  const kernels = await loadKernels();
  if (!kernels) throw new Error('There is no WebAssembly with SIMD here.');
  return kernels;
}

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

/** Size of the difference over the size of what is expected. */
const distance = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  norm(Array.from(expected, (value, i) => value - (actual[i] as number))) / norm(expected);

/** One step of the same lane in float32 on WebAssembly and in float64 in TypeScript. */
async function bothSteps(task: Task, experiment: Experiment, scale: number) {
  const shape = shapeFor(task, experiment);
  const parameters = Float64Array.from(Float32Array.from(randomParameters(shape, experiment.seed, scale)));
  const engines = [
    await engineAt(task, experiment, parameters, 'float32', await kernelsHere()),
    await engineAt(task, experiment, parameters, 'float64'),
  ];
  expect(engines.map(({ info }) => info.name)).toEqual(['float32, WebAssembly', 'float64, TypeScript']);
  const evaluations = await Promise.all(engines.map((engine) => engine.evaluate()));
  const snapshots = await Promise.all(engines.map((engine) => engine.inspect({ states: true })));
  const [single, double] = snapshots.map(({ lanes }) => lanes[0]) as [LaneSnapshot, LaneSnapshot];
  const [heldOut, wanted] = evaluations.map(({ lanes }) => lanes[0]?.loss) as [number, number];
  return { single, double, heldOut, wanted };
}

test('the committed kernels are what their source compiles to', async () => {
  expect(readFileSync(KERNELS_MODULE, 'utf8')).toBe(await compileKernels());
});

describe('the product', () => {
  test.each([
    { rows: 1, columns: 8, terms: 1 },
    { rows: 3, columns: 24, terms: 5 },
    { rows: 4, columns: 16, terms: 0 },
    { rows: 7, columns: 40, terms: 33 },
    { rows: 18, columns: 8, terms: 64 },
  ])(
    '$rows x $columns over $terms, either operand across: the sums in their order, and nothing else',
    async (c) => {
      const { rows, columns, terms } = c;
      const kernels = await kernelsHere();
      for (const bytes of [4, 8] as const) {
        for (const across of [false, true]) {
          const { kernels: run, buffer } = startKernels(kernels, 2 ** 16);
          const memory = bytes === 4 ? new Float32Array(buffer) : new Float64Array(buffer);
          const round = bytes === 4 ? Math.fround : (x: number): number => x;
          const random = uniforms(rows + columns);
          for (let i = 0; i < memory.length; i++) memory[i] = 2 * random() - 1;
          const before = memory.slice();
          const [a, b, c] = [1, 1 + rows * terms + 3, 1 + rows * terms + 3 + terms * (columns + 5)];
          const [aRow, aTerm] = across ? [1, rows] : [terms, 1];
          const expected = before.slice();
          for (let r = 0; r < rows; r++) {
            for (let j = 0; j < columns; j++) {
              let sum = 0;
              for (let k = 0; k < terms; k++) {
                const x = before[a + r * aRow + k * aTerm] as number;
                const y = before[b + k * (columns + 5) + j] as number;
                sum = round(sum + round(x * y));
              }
              const at = c + r * (columns + 2) + j;
              expected[at] = (before[at] as number) + sum;
            }
          }
          const addProduct = bytes === 4 ? run.addProduct32 : run.addProduct64;
          // biome-ignore format: one operand a line
          addProduct(
          rows, columns, terms,
          bytes * a, bytes * aRow, bytes * aTerm,
          bytes * b, bytes * (columns + 5),
          bytes * c, bytes * (columns + 2),
        );
          expect(memory.subarray(0, 4096)).toEqual(expected.subarray(0, 4096));
        }
      }
    },
  );

  test('what is not a number passes the ReLU, and a unit that is off sends nothing back', async () => {
    const { kernels, buffer } = startKernels(await kernelsHere(), 1);
    const memory = new Float32Array(buffer);
    memory.set([
      -1,
      2,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      1e-40,
      -1e-40,
      9,
      -9,
    ]);
    kernels.rectify(0, 8);
    expect([...memory.subarray(0, 10)].map((x) => x + 0)).toEqual([
      0,
      2,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      0,
      0,
      Math.fround(1e-40),
      0,
      9,
      -9,
    ]);
    memory.fill(3, 16, 32);
    kernels.mask(64, 0, 8);
    expect([...memory.subarray(16, 28)]).toEqual([0, 3, 0, 3, 0, 0, 3, 0, 3, 3, 3, 3]);
  });

  test('a memory beyond 4 GiB is refused', async () => {
    const kernels = await kernelsHere();
    expect(() => startKernels(kernels, 2 ** 32 + 1)).toThrow(RangeError);
  });
});

test.each([1, 4, 9, 16, 33])(
  'gamma products of %i units have the bits of those in TypeScript',
  async (hidden) => {
    const experiment = experimentOf({ hidden, layers: 2, length: 11 });
    const shape = shapeFor(TASKS.adding, experiment);
    const random = uniforms(hidden);
    const filled = (length: number): Float64Array => Float64Array.from({ length }, random);
    const squares = filled(shape.parameters);
    const [source, tails] = [filled(12 * hidden), filled(12 * hidden)];
    const results = [new PlainGammaProducts(shape), new SimdGammaProducts(shape, await kernelsHere())].map(
      (products) => {
        products.load(squares);
        const written = filled(0);
        const all: Float64Array[] = [written];
        for (const { kind, layer, offset } of shape.matrices) {
          if (kind !== 'recurrent' && !(kind === 'input' && layer > 0)) continue;
          for (const [rows, at] of [
            [11, hidden],
            [1, 3 * hidden],
          ] as const) {
            const forward = new Float64Array(20 * hidden).fill(7);
            const backward = forward.slice();
            products.forward(forward, hidden, rows, source, at, offset);
            products.backward(backward, hidden, rows, source, at, offset);
            all.push(forward, backward);
          }
        }
        const outer = new Float64Array(hidden * hidden + 1).fill(7);
        products.outer(outer, 10, source, tails, hidden);
        all.push(outer);
        return all;
      },
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[0]?.length).toBe(14);
  },
);

describe('the engine on WebAssembly', () => {
  const shapes = [
    { hidden: 4, layers: 1, batch: 1, length: 9, inputs: 2, outputs: 1 },
    { hidden: 5, layers: 2, batch: 3, length: 6, inputs: 3, outputs: 2 },
    { hidden: 13, layers: 3, batch: 7, length: 20, inputs: 9, outputs: 10 },
    { hidden: 40, layers: 1, batch: 33, length: 12, inputs: 28, outputs: 9 },
  ];
  const cases = shapes.flatMap((shape) =>
    (['squared', 'softmax'] as const).flatMap((loss) =>
      (['last', 'every'] as const).map((readout) => ({
        ...shape,
        // One class has no loss.
        outputs: loss === 'softmax' ? Math.max(2, shape.outputs) : shape.outputs,
        loss,
        readout,
      })),
    ),
  );

  test.each(cases)(
    'agrees with float64: $loss, $readout, $layers layers of $hidden, batch $batch',
    async ({ inputs, outputs, loss, readout, ...sizes }) => {
      const experiment = experimentOf({ ...sizes, lanes: [laneOf('path2')] });
      const { single, double, heldOut, wanted } = await bothSteps(
        noiseTask(loss, readout, inputs, outputs),
        experiment,
        1.2,
      );
      expect(Math.abs(single.loss / double.loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs(heldOut / wanted - 1)).toBeLessThan(1e-5);
      expect(norm(double.gradient)).toBeGreaterThan(1e-3);
      expect(distance(single.gradient, double.gradient)).toBeLessThan(1e-5);
      expect(distance(single.states?.hidden ?? [], double.states?.hidden ?? [])).toBeLessThan(1e-5);
      expect(distance(single.states?.deltas ?? [], double.states?.deltas ?? [])).toBeLessThan(1e-5);
      // Rounded once, to float32: everything before is float64.
      expect(relativeError(pooled(single.kappa1), pooled(double.kappa1))).toBeLessThan(1e-7);
      expect(relativeError(pooled(single.kappa2), pooled(double.kappa2))).toBeLessThan(1e-7);
      expect(distance(single.after, double.after)).toBeLessThan(1e-5);
    },
  );

  test('agrees with float64 over 400 time steps', async () => {
    const experiment = experimentOf({ length: 400, hidden: 24, batch: 8, lanes: [laneOf('path')] });
    const { single, double } = await bothSteps(TASKS.adding, experiment, 1.4);
    expect(distance(single.gradient, double.gradient)).toBeLessThan(1e-4);
    expect(relativeError(pooled(single.kappa1), pooled(double.kappa1))).toBeLessThan(1e-7);
  });

  test('computes in float32 what the twin in TypeScript does, to rounding', async () => {
    const experiment = experimentOf({
      length: 20,
      hidden: 12,
      batch: 8,
      lanes: [laneOf('path'), laneOf('sgd')],
    });
    const losses = await Promise.all(
      [true, false].map(async (webAssembly) => {
        const engine = await createCpuEngine(experiment, { data: null, precision: 'float32', webAssembly });
        expect(engine.info.name).toBe(webAssembly ? 'float32, WebAssembly' : 'float32, TypeScript');
        await engine.train(30);
        return (await engine.metrics(0)).map(({ loss }) => loss);
      }),
    );
    expect(losses[0]).toHaveLength(60);
    expect(distance(losses[0] as number[], losses[1] as number[])).toBeLessThan(1e-3);
    expect(losses[0]).not.toEqual(losses[1]);
  });

  test('says what is too large', async () => {
    const experiment = experimentOf({ length: 1000, hidden: 256, batch: 256, layers: 3 });
    const huge = { ...experiment, length: 4000 };
    await expect(createCpuEngine(huge, { data: null, precision: 'float32' })).rejects.toThrow(
      ShapeTooLargeError,
    );
  });
});

describe('without WebAssembly SIMD', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test.each([
    ['none at all', undefined],
    ['a policy against it', { compile: () => Promise.reject(new WebAssembly.CompileError('refused')) }],
  ])('the engine computes in TypeScript: %s', async (_, replacement) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', replacement);
    const fresh = await import('../../src/engine/cpu/index.ts');
    const engine = await fresh.createCpuEngine(experimentOf({}), { data: null, precision: 'float32' });
    expect(engine.info.name).toBe('float32, TypeScript');
    await engine.train(2);
    expect((await engine.metrics(0)).length).toBe(2);
  });
});
