import { describe, expect, test } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import type { LaneSnapshot, ScaledArray } from '../../src/engine/engine.ts';
import { matrixOf, type Shape, shapeOf } from '../../src/engine/layout.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import type { Task } from '../../src/experiment/tasks/index.ts';
import {
  ALL_ARITHMETICS,
  cpuEngine,
  engineAt,
  experimentOf,
  laneOf,
  noiseTask,
  pooled,
  randomParameters,
  relativeError,
  setParameters,
  shapeFor,
  valuesOf,
} from './support.ts';

/** A path from an input to a unit, or from a unit to an output: the numbers of the parameters on its edges. */
type Path = readonly number[];

/** All paths of the unrolled network, edge by edge: what the definitions of gamma and kappa speak of. */
function enumeratePaths(shape: Shape) {
  const { hidden, layers, length, inputs, outputs, scoredFrom } = shape;
  const edge = (name: string, row: number, column: number): number => {
    const matrix = shape.matrices.find((candidate) => candidate.name === name);
    if (!matrix) throw new Error(`no matrix ${name}`);
    return matrix.offset + row * matrix.columns + column;
  };
  /** Paths that end at unit j of a layer (from 1) at time t (from 1). A bias is an edge from an input. */
  const into = (layer: number, t: number, j: number): Path[] => {
    const paths: Path[] = [[edge(`b.${layer}`, j, 0)]];
    if (layer === 1) for (let k = 0; k < inputs; k++) paths.push([edge('W_in.1', j, k)]);
    for (let k = 0; k < hidden; k++) {
      if (layer > 1) {
        for (const path of into(layer - 1, t, k)) paths.push([...path, edge(`W_in.${layer}`, j, k)]);
      }
      if (t > 1)
        for (const path of into(layer, t - 1, k)) paths.push([...path, edge(`W_rec.${layer}`, j, k)]);
    }
    return paths;
  };
  /** Paths from that unit to the outputs. */
  const outOf = (layer: number, t: number, j: number): Path[] => {
    const paths: Path[] = [];
    if (layer === layers && t > scoredFrom) {
      for (let o = 0; o < outputs; o++) paths.push([edge('W_out', o, j)]);
    }
    for (let next = 0; next < hidden; next++) {
      if (layer < layers) {
        for (const path of outOf(layer + 1, t, next))
          paths.push([edge(`W_in.${layer + 1}`, next, j), ...path]);
      }
      if (t < length) {
        for (const path of outOf(layer, t + 1, next)) paths.push([edge(`W_rec.${layer}`, next, j), ...path]);
      }
    }
    return paths;
  };
  /** Paths from an input to an output. */
  const whole: Path[] = [];
  for (let t = scoredFrom + 1; t <= length; t++) {
    for (let o = 0; o < outputs; o++) {
      whole.push([edge('b_out', o, 0)]);
      for (let k = 0; k < hidden; k++) {
        for (const path of into(layers, t, k)) whole.push([...path, edge('W_out', o, k)]);
      }
    }
  }
  return { into, outOf, whole };
}

/** The product of squared weights over the edges of a path. */
const mass = (path: Path, parameters: Float64Array): number =>
  path.reduce((product, index) => product * (parameters[index] as number) ** 2, 1);

/** kappa1, kappa2 and gamma^2 as sums over paths: half the second derivative of p^(2n) rest is n(2n-1) p^(2n-2) rest. */
function kappaByPaths(paths: readonly Path[], parameters: Float64Array) {
  const kappa1 = new Array<number>(parameters.length).fill(0);
  const kappa2 = new Array<number>(parameters.length).fill(0);
  let gamma2 = 0;
  for (const path of paths) {
    gamma2 += mass(path, parameters);
    for (const index of new Set(path)) {
      const uses = path.filter((other) => other === index).length;
      const rest = path.filter((other) => other !== index);
      const base = mass(rest, parameters) * (parameters[index] as number) ** (2 * uses - 2);
      kappa1[index] = (kappa1[index] as number) + uses * base;
      kappa2[index] = (kappa2[index] as number) + 2 * uses * (uses - 1) * base;
    }
  }
  return { kappa1, kappa2, gamma2 };
}

/** The snapshot of a float64 lane at the given parameters, and its path norm. */
async function inspectAt(task: Task, experiment: Experiment, parameters: Float64Array) {
  const engine = await engineAt(task, experiment, parameters);
  const lane = (await engine.inspect()).lanes[0] as LaneSnapshot;
  const pathNormLog2 = (await engine.metrics(0))[0]?.pathNormLog2 as number;
  return { lane, pathNormLog2 };
}

/** F = p^2 kappa1 of the matrices by name: the path mass through each parameter. */
function flows(shape: Shape, lane: LaneSnapshot): (name: string) => number[] {
  return (name) => {
    const index = shape.matrices.findIndex((matrix) => matrix.name === name);
    const kappa = valuesOf(lane.kappa1[index] as ScaledArray);
    const offset = shape.matrices[index]?.offset ?? 0;
    return kappa.map((value, i) => value * (lane.before[offset + i] as number) ** 2);
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const rowSum = (values: readonly number[], row: number, columns: number): number =>
  total(values.slice(row * columns, (row + 1) * columns));
const columnSum = (values: readonly number[], column: number, columns: number): number =>
  total(values.filter((_, index) => index % columns === column));

describe('gamma, kappa1 and kappa2 are sums over paths', () => {
  const sizes = [
    { layers: 1, length: 2, hidden: 4 },
    { layers: 1, length: 3, hidden: 4 },
    { layers: 1, length: 5, hidden: 3 },
    { layers: 2, length: 2, hidden: 3 },
    { layers: 2, length: 3, hidden: 3 },
    { layers: 2, length: 4, hidden: 2 },
    { layers: 2, length: 5, hidden: 2 },
    { layers: 3, length: 3, hidden: 2 },
  ];
  const cases = sizes.flatMap((size) =>
    (['last', 'every'] as const).map((readout) => ({ ...size, readout })),
  );

  test.each(cases)('$layers layers, length $length, $hidden hidden, readout $readout', async (size) => {
    const task = noiseTask('squared', size.readout, 2, 2);
    const experiment = experimentOf({ ...size, batch: 1 });
    const shape = shapeFor(task, experiment);
    const parameters = randomParameters(shape, 31 + size.length);
    // A weight of zero is on paths all the same.
    parameters[matrixOf(shape, 'recurrent', 0).offset + 1] = 0;
    const { lane, pathNormLog2 } = await inspectAt(task, experiment, parameters);
    const paths = enumeratePaths(shape);
    const expected = kappaByPaths(paths.whole, parameters);
    expect(relativeError(pooled(lane.kappa1), expected.kappa1)).toBeLessThan(1e-13);
    expect(relativeError(pooled(lane.kappa2), expected.kappa2)).toBeLessThan(1e-13);
    if (size.length > 2) expect(Math.max(...expected.kappa2)).toBeGreaterThan(0);
    expect(2 * pathNormLog2).toBeCloseTo(Math.log2(expected.gamma2), 12);

    const sum = (list: readonly Path[]): number => total(list.map((path) => mass(path, parameters)));
    const gammaIn: number[] = [];
    const gammaOut: number[] = [];
    for (let layer = 1; layer <= size.layers; layer++) {
      for (let t = 1; t <= size.length; t++) {
        for (let j = 0; j < size.hidden; j++) {
          gammaIn.push(sum(paths.into(layer, t, j)));
          gammaOut.push(sum(paths.outOf(layer, t, j)));
        }
      }
    }
    expect(relativeError(valuesOf(lane.gammaIn), gammaIn)).toBeLessThan(1e-13);
    expect(relativeError(valuesOf(lane.gammaOut), gammaOut)).toBeLessThan(1e-13);
  });

  test('a dead unit has kappa 0 and takes no step', async () => {
    const task = noiseTask('squared', 'last', 2, 1);
    const experiment = experimentOf({ layers: 1, length: 4, batch: 2, lanes: [laneOf('path2')] });
    const shape = shapeFor(task, experiment);
    const parameters = randomParameters(shape, 3);
    const unit = 1;
    const recurrent = matrixOf(shape, 'recurrent', 0);
    for (let j = 0; j < 4; j++) parameters[recurrent.offset + j * 4 + unit] = 0;
    parameters[matrixOf(shape, 'readout', 1).offset + unit] = 0;
    const { lane } = await inspectAt(task, experiment, parameters);
    const incoming = [0, 1].map((k) => matrixOf(shape, 'input', 0).offset + unit * 2 + k);
    incoming.push(matrixOf(shape, 'bias', 0).offset + unit);
    const kappa = pooled(lane.kappa1);
    for (const index of incoming) {
      expect(kappa[index]).toBe(0);
      expect(lane.after[index]).toBe(lane.before[index]);
    }
    expect(lane.after.some((value, index) => value !== lane.before[index])).toBe(true);
  });

  test('a network without any path has gamma 0 and does not move', async () => {
    const task = noiseTask('squared', 'last', 2, 1);
    const experiment = experimentOf({ layers: 2, lanes: [laneOf('path2')] });
    const parameters = new Float64Array(shapeFor(task, experiment).parameters);
    const { lane, pathNormLog2 } = await inspectAt(task, experiment, parameters);
    expect(pathNormLog2).toBe(Number.NEGATIVE_INFINITY);
    expect(valuesOf(lane.gammaIn).every((value) => value === 0)).toBe(true);
    expect(pooled(lane.kappa1).filter((value) => value !== 0)).toEqual([1]);
    // Only the readout's bias is on a path.
    expect(lane.after.filter((value) => value !== 0).length).toBe(1);
  });
});

describe('flow identities', () => {
  const cases = [1, 2, 3].flatMap((layers) =>
    (['last', 'every'] as const).map((readout) => ({ layers, readout })),
  );

  test.each(cases)(
    'what flows into a unit flows out: $layers layers, readout $readout',
    async ({ layers, readout }) => {
      const task = noiseTask('squared', readout, 3, 2);
      const hidden = 24;
      const length = 30;
      const experiment = experimentOf({ layers, hidden, length, batch: 1 });
      const shape = shapeFor(task, experiment);
      const { lane, pathNormLog2 } = await inspectAt(task, experiment, randomParameters(shape, layers, 1.1));
      const flow = flows(shape, lane);
      const gamma2 = 2 ** (2 * pathNormLog2);
      const layerNumbers = Array.from({ length: layers }, (_, index) => index + 1);
      expect(total(flow('W_out')) + total(flow('b_out'))).toBeCloseTo(gamma2, -Math.log10(gamma2 * 1e-12));
      const entering =
        total(flow('W_in.1')) + total(layerNumbers.flatMap((l) => flow(`b.${l}`))) + total(flow('b_out'));
      expect(entering / gamma2).toBeCloseTo(1, 12);
      const u = valuesOf(lane.gammaIn);
      const v = valuesOf(lane.gammaOut);
      for (const l of layerNumbers) {
        const columns = l === 1 ? 3 : hidden;
        for (let j = 0; j < hidden; j++) {
          const recurrent = flow(`W_rec.${l}`);
          const inflow =
            rowSum(flow(`W_in.${l}`), j, columns) +
            (flow(`b.${l}`)[j] as number) +
            rowSum(recurrent, j, hidden);
          const next = l === layers ? 'W_out' : `W_in.${l + 1}`;
          const outflow = columnSum(recurrent, j, hidden) + columnSum(flow(next), j, hidden);
          let through = 0;
          for (let t = 0; t < length; t++) {
            const at = ((l - 1) * length + t) * hidden + j;
            through += (u[at] as number) * (v[at] as number);
          }
          expect(inflow / through).toBeCloseTo(1, 11);
          expect(outflow / through).toBeCloseTo(1, 11);
        }
      }
    },
  );

  test.each([3, 20, 100])(
    'identity recurrent weights have kappa2/kappa1 = 4(T-2)/3 at length %i',
    async (length) => {
      const experiment = experimentOf({ length, hidden: 6, lanes: [laneOf('path', { init: 'identity' })] });
      const engine = await createCpuEngine(experiment, { data: null, precision: 'float64' });
      const lane = (await engine.inspect()).lanes[0] as LaneSnapshot;
      const index = shapeOf(experiment).matrices.findIndex(({ name }) => name === 'W_rec.1');
      const kappa1 = valuesOf(lane.kappa1[index] as ScaledArray);
      const kappa2 = valuesOf(lane.kappa2[index] as ScaledArray);
      for (let i = 0; i < 36; i++) {
        if (i % 7 === 0)
          expect((kappa2[i] as number) / (kappa1[i] as number)).toBeCloseTo((4 * (length - 2)) / 3, 10);
        else expect(kappa2[i]).toBe(0);
      }
    },
  );

  test('a rescaled network has the same gamma, and kappa over the squared factors, to the last bit', async () => {
    const plain = laneOf('path', { init: 'gaussian' });
    for (const arithmetic of ALL_ARITHMETICS) {
      const lanes = [plain, { ...plain, unbalance: 5 }];
      const experiment = experimentOf({ layers: 2, hidden: 9, length: 15, lanes });
      const engine = await cpuEngine(experiment, arithmetic);
      const [first, second] = (await engine.inspect()).lanes as [LaneSnapshot, LaneSnapshot];
      const factor = Array.from(second.before, (value, i) => value / (first.before[i] as number));
      const scaled = (kappa: readonly ScaledArray[]): number[] =>
        pooled(kappa).map((value, i) => (first.before[i] === 0 ? 0 : value * (factor[i] as number) ** 2));
      const known = (kappa: readonly ScaledArray[]): number[] =>
        pooled(kappa).map((value, i) => (first.before[i] === 0 ? 0 : value));
      expect(scaled(second.kappa1)).toEqual(known(first.kappa1));
      expect(scaled(second.kappa2)).toEqual(known(first.kappa2));
      expect(pooled(second.kappa1)).not.toEqual(pooled(first.kappa1));
    }
  });
});

describe('range', () => {
  /** Recurrent matrices whose spectral radius is about the given one: all random, or near a multiple of the identity. */
  function grown(shape: Shape, radius: number, diagonal: boolean): Float64Array {
    const parameters = randomParameters(shape, 77);
    const { offset, rows } = matrixOf(shape, 'recurrent', 0);
    for (let j = 0; j < rows; j++) {
      for (let k = 0; k < rows; k++) {
        const at = offset + j * rows + k;
        const value = parameters[at] as number;
        parameters[at] = diagonal ? (j === k ? radius : 0) + 0.1 * value : radius * value;
      }
    }
    return Float64Array.from(Float32Array.from(parameters));
  }

  /** Plain float64 recursions, without exponents: they reach rho(W*W)^length of 2^1000. */
  function plainQuantities(shape: Shape, parameters: Float64Array) {
    const { hidden, length, inputs } = shape;
    const squares = parameters.map((value) => value * value);
    const square = (
      kind: 'input' | 'recurrent' | 'bias' | 'readout',
      row: number,
      column: number,
    ): number => {
      const { offset, columns } = matrixOf(shape, kind, kind === 'readout' ? 1 : 0);
      return squares[offset + row * columns + column] as number;
    };
    const units = [...new Array(hidden).keys()];
    const a = units.map((j) => units.map((k) => square('recurrent', j, k)));
    const at = (rows: number[][], j: number, k: number): number => rows[j]?.[k] as number;
    const constant = units.map(
      (j) => total(Array.from({ length: inputs }, (_, k) => square('input', j, k))) + square('bias', j, 0),
    );
    const u: number[][] = [];
    for (let t = 0; t < length; t++) {
      const before = u.at(-1) ?? units.map(() => 0);
      u.push(
        units.map(
          (j) => (constant[j] as number) + total(units.map((k) => at(a, j, k) * (before[k] as number))),
        ),
      );
    }
    const v: number[][] = [units.map((k) => square('readout', 0, k))];
    for (let t = length - 2; t >= 0; t--) {
      const after = v[0] as number[];
      v.unshift(units.map((k) => total(units.map((j) => at(a, j, k) * (after[j] as number)))));
    }
    const times = [...new Array(length).keys()];
    const kappa1 = units.flatMap((j) =>
      units.map((k) => total(times.slice(1).map((t) => at(v, t, j) * at(u, t - 1, k)))),
    );
    // By the length of the walk between two uses, as section 2.3 of the derivation has it.
    const kappa2 = new Array<number>(hidden * hidden).fill(0);
    let power: number[][] = units.map((j) => units.map((k) => (j === k ? 1 : 0)));
    for (let m = 0; m <= length - 3; m++) {
      for (const j of units) {
        for (const k of units) {
          let pairs = 0;
          for (let t = 1; t + 1 + m < length; t++) pairs += at(v, t + 1 + m, j) * at(u, t - 1, k);
          kappa2[j * hidden + k] =
            (kappa2[j * hidden + k] as number) + 4 * at(a, j, k) * at(power, k, j) * pairs;
        }
      }
      power = power.map((row) => units.map((k) => total(units.map((i) => (row[i] as number) * at(a, i, k)))));
    }
    return { kappa1, kappa2 };
  }

  const length = 750;

  test.each([false, true])('length 750, spectral radius 1.4, near-diagonal: %s', async (diagonal) => {
    const experiment = experimentOf({ length, hidden: 6, batch: 1, lanes: [laneOf('path2')] });
    const shape = shapeOf(experiment);
    const parameters = grown(shape, 1.4, diagonal);
    const expected = plainQuantities(shape, parameters);
    const index = shape.matrices.findIndex(({ name }) => name === 'W_rec.1');
    for (const arithmetic of ALL_ARITHMETICS) {
      const tolerance = arithmetic === 'float64, TypeScript' ? 1e-10 : 1e-6;
      const engine = await cpuEngine(experiment, arithmetic);
      await setParameters(engine, parameters);
      const lane = (await engine.inspect()).lanes[0] as LaneSnapshot;
      const largest = Math.max(...expected.kappa1);
      expect(largest).toBeGreaterThan(2 ** 500);
      expect(relativeError(valuesOf(lane.kappa1[index] as ScaledArray), expected.kappa1)).toBeLessThan(
        tolerance,
      );
      expect(relativeError(valuesOf(lane.kappa2[index] as ScaledArray), expected.kappa2)).toBeLessThan(
        tolerance,
      );
      for (const { data, log2 } of [...lane.kappa1, ...lane.kappa2, lane.gammaIn, lane.gammaOut]) {
        expect(data.every(Number.isFinite)).toBe(true);
        expect(typeof log2 === 'number' ? Number.isFinite(log2) : log2.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('beyond float64: length 1000, spectral radius of W*W about 4', async () => {
    const experiment = experimentOf({
      length: 1000,
      hidden: 8,
      batch: 1,
      layers: 1,
      lanes: [laneOf('path2')],
    });
    const shape = shapeOf(experiment);
    const engine = await createCpuEngine(experiment, { data: null, precision: 'float32' });
    await setParameters(engine, grown(shape, 2, true));
    const lane = (await engine.inspect()).lanes[0] as LaneSnapshot;
    const gammaLog2 = (await engine.metrics(0))[0]?.pathNormLog2 as number;
    expect(gammaLog2).toBeGreaterThan(990);
    // The flow through the readout is gamma^2, exponents apart.
    const readout = shape.matrices.findIndex(({ name }) => name === 'W_out');
    const { data, log2 } = lane.kappa1[readout] as ScaledArray;
    const offset = shape.matrices[readout]?.offset ?? 0;
    const flow = total(Array.from(data, (value, i) => value * (lane.before[offset + i] as number) ** 2));
    expect(Math.log2(flow) + (log2 as number)).toBeCloseTo(2 * gammaLog2, 5);
    for (const kappa of [...lane.kappa1, ...lane.kappa2])
      expect(kappa.data.every(Number.isFinite)).toBe(true);
    const recurrent = shape.matrices.findIndex(({ name }) => name === 'W_rec.1');
    expect(lane.kappa2[recurrent]?.log2).toBeGreaterThan(1900);
    expect(lane.kappa2[recurrent]?.data.some((value) => value > 0)).toBe(true);
  });

  test('vanishing: length 1000, all weights small', async () => {
    const experiment = experimentOf({ length: 1000, hidden: 6, batch: 1, lanes: [laneOf('path2')] });
    const shape = shapeOf(experiment);
    const engine = await createCpuEngine(experiment, { data: null, precision: 'float32' });
    const parameters = grown(shape, 0.05, true);
    await setParameters(engine, parameters);
    const lane = (await engine.inspect()).lanes[0] as LaneSnapshot;
    const rows = lane.gammaOut.log2 as Int32Array;
    expect(rows[0]).toBeLessThan(-5900);
    expect(lane.gammaOut.data.every(Number.isFinite)).toBe(true);
    const expected = plainQuantities(shape, parameters);
    const index = shape.matrices.findIndex(({ name }) => name === 'W_rec.1');
    expect(relativeError(valuesOf(lane.kappa1[index] as ScaledArray), expected.kappa1)).toBeLessThan(1e-6);
  });
});
