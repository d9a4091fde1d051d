import { digest } from './cells.ts';
import { type Dyadic, dyadicOf, fractionOf, over, ratio } from './dyadic.ts';
import { type ExactPolygon, exactSquare, half, type Line, signsAt } from './exactPolygon.ts';
import { networkOf, QuestionError, type ReluNetwork } from './network.ts';
import type { Subject } from './question.ts';
import type { Reach, Verdict } from './reach.ts';
import { patternWords } from './regions.ts';

/** The layers of a network in whole numbers. */
interface ExactLayer {
  readonly inputs: number;
  readonly input: Dyadic;
  readonly recurrent: Dyadic | null;
  readonly bias: Dyadic;
}

interface Pending {
  readonly stage: number;
  readonly polygon: ExactPolygon;
  readonly states: readonly (Dyadic | null)[]; // [layers] of [3, hidden]
  readonly pattern: Uint32Array;
  readonly sums: Dyadic | null; // [3, hidden]
  readonly crossing: readonly number[];
}

/** A linear region without any rounding. */
export interface ExactRegion {
  readonly polygon: ExactPolygon;
  readonly outputs: Dyadic; // [outputs, 3]
  readonly pattern: Uint32Array; // as in Region
}

/**
 * `RegionSearch` for two free numbers in whole numbers of any length: float32 weights and the inputs are whole numbers over
 * powers of two, and so is everything made of them by sums and products. No tolerance, and no rounding.
 * @throws QuestionError where not two numbers are free
 */
export function* exactRegions({ shape, parameters, question }: Subject): Generator<ExactRegion> {
  const { inputs } = question;
  if (inputs.free !== 2) {
    throw new QuestionError(`${inputs.free} numbers are free: the check in whole numbers takes two.`);
  }
  const network = networkOf(shape, parameters);
  const { hidden, length } = network;
  const layers = network.layers.map(
    ({ inputs, input, recurrent, bias }): ExactLayer => ({
      inputs,
      input: dyadicOf(input),
      recurrent: recurrent && dyadicOf(recurrent),
      bias: dyadicOf(bias),
    }),
  );
  const first = layers[0] as ExactLayer;
  const columns = Array.from({ length }, (_, t) => inputColumns(question.inputs, first.inputs, t));
  const drive = columns.map((values) =>
    plus(biasColumns(first, hidden), product(first.input, dyadicOf(values), hidden)),
  );
  const readout = dyadicOf(network.readout);
  const readoutBias = dyadicOf(network.readoutBias);
  const stages = length * layers.length;

  const sumsOf = ({ stage, states }: Pending): Dyadic => {
    const index = stage % layers.length;
    const layer = layers[index] as ExactLayer;
    const before = states[index] ?? null;
    const fromBelow =
      index === 0
        ? (drive[Math.floor(stage / layers.length)] as Dyadic)
        : plus(biasColumns(layer, hidden), product(layer.input, states[index - 1] as Dyadic, hidden));
    return layer.recurrent && before ? plus(fromBelow, product(layer.recurrent, before, hidden)) : fromBelow;
  };

  const stack: Pending[] = [
    {
      stage: 0,
      polygon: exactSquare(),
      states: layers.map(() => null),
      pattern: new Uint32Array(stages * patternWords(hidden)),
      sums: null,
      crossing: [],
    },
  ];
  for (let work = stack.pop(); work; work = stack.pop()) {
    const { stage, polygon } = work;
    if (stage === stages) {
      const state = work.states.at(-1) as Dyadic;
      yield { polygon, outputs: readOut(network, readout, readoutBias, state), pattern: work.pattern };
      continue;
    }
    const sums: Dyadic = work.sums ?? sumsOf(work);
    const candidates: readonly number[] = work.sums
      ? work.crossing
      : Array.from({ length: hidden }, (_, unit) => unit);
    const split = firstCrossing(sums, hidden, candidates, polygon);
    if (split) {
      const crossing = candidates.slice(split.index + 1);
      for (const side of [1, -1] as const) {
        stack.push({ ...work, polygon: half(polygon, split.line, split.at, side), sums, crossing });
      }
    } else {
      stack.push(afterStage(work, sums, hidden, layers.length));
    }
  }
}

const lineOf = ({ integers }: Dyadic, hidden: number, unit: number): Line => [
  integers[unit] as bigint,
  integers[hidden + unit] as bigint,
  integers[2 * hidden + unit] as bigint,
];

function firstCrossing(sums: Dyadic, hidden: number, candidates: readonly number[], polygon: ExactPolygon) {
  for (const [index, unit] of candidates.entries()) {
    const line = lineOf(sums, hidden, unit);
    const at = signsAt(line, polygon);
    if (at.includes(1) && at.includes(-1)) return { index, line, at };
  }
  return null;
}

function afterStage(work: Pending, sums: Dyadic, hidden: number, layers: number): Pending {
  const { stage, polygon } = work;
  const pattern = work.pattern.slice();
  const integers = [...sums.integers];
  for (let unit = 0; unit < hidden; unit++) {
    if (signsAt(lineOf(sums, hidden, unit), polygon).includes(1)) {
      const word = stage * patternWords(hidden) + (unit >> 5);
      pattern[word] = (pattern[word] as number) | (1 << (unit & 31));
    } else {
      for (let at = unit; at < integers.length; at += hidden) integers[at] = 0n;
    }
  }
  const state = { integers, exponent: sums.exponent };
  const states = work.states.map((before, layer) => (layer === stage % layers ? state : before));
  return { stage: stage + 1, polygon, states, pattern, sums: null, crossing: [] };
}

/** The inputs of a step as [3, inputs]: the coefficients of both free numbers, then the constants. */
function inputColumns(
  { constant, linear }: Subject['question']['inputs'],
  inputs: number,
  t: number,
): Float64Array {
  return Float64Array.from({ length: 3 * inputs }, (_, at) => {
    const column = Math.floor(at / inputs);
    const input = t * inputs + (at % inputs);
    return (column === 2 ? constant[input] : linear[2 * input + column]) as number;
  });
}

/** The biases as [3, hidden]. */
const biasColumns = ({ bias }: ExactLayer, hidden: number): Dyadic => ({
  integers: [...Array.from({ length: 2 * hidden }, () => 0n), ...bias.integers],
  exponent: bias.exponent,
});

function plus(a: Dyadic, b: Dyadic): Dyadic {
  const exponent = Math.max(a.exponent, b.exponent);
  const others = over(b, exponent);
  return { integers: over(a, exponent).map((integer, at) => integer + (others[at] as bigint)), exponent };
}

/** Weights [rows, width] times columns [3, width]: [3, rows]. */
function product(weights: Dyadic, columns: Dyadic, rows: number): Dyadic {
  const width = weights.integers.length / rows;
  const used = Array.from({ length: width }, (_, at) => at).filter((at) =>
    [0, 1, 2].some((column) => columns.integers[column * width + at] !== 0n),
  );
  const integers: bigint[] = [];
  for (let column = 0; column < 3; column++) {
    for (let row = 0; row < rows; row++) {
      let sum = 0n;
      for (const at of used) {
        sum +=
          (weights.integers[row * width + at] as bigint) * (columns.integers[column * width + at] as bigint);
      }
      integers.push(sum);
    }
  }
  return { integers, exponent: weights.exponent + columns.exponent };
}

/** y = W_out h + b_out as [outputs, 3]. */
function readOut({ outputs }: ReluNetwork, readout: Dyadic, bias: Dyadic, state: Dyadic): Dyadic {
  const zeros = Array.from({ length: 2 * outputs }, () => 0n);
  const sums = plus(
    { integers: [...zeros, ...bias.integers], exponent: bias.exponent },
    product(readout, state, outputs),
  );
  const integers = Array.from({ length: outputs * 3 }, (_, at) => {
    const output = Math.floor(at / 3);
    return sums.integers[(at % 3) * outputs + output] as bigint;
  });
  return { integers, exponent: sums.exponent };
}

/** What the search in whole numbers found. */
export interface ExactReach {
  readonly count: number;
  readonly verdict: Verdict;
  /** The largest value of any bound minus the limit, rounded once at the end; its sign decides the verdict, unrounded. */
  readonly excess: number;
  /** Different affine maps to the outputs. */
  readonly maps: number;
  readonly patterns: Uint32Array; // [count, 2]
  readonly milliseconds: number;
}

/** Regions between two reports of progress. */
const REPORT_EVERY = 32;

/**
 * Answers a question without rounding.
 * @param cap regions after which the search is given up
 * @throws QuestionError
 */
export function exactReach(
  subject: Subject,
  cap: number,
  onProgress?: (regions: number) => void,
): ExactReach {
  const started = performance.now();
  const { bounds, limit } = subject.question.property;
  const [top, bottom] = fractionOf(limit);
  const patterns: number[] = [];
  const maps = new Set<string>();
  let count = 0;
  let broken = false;
  let finished = true;
  let excess = Number.NEGATIVE_INFINITY;
  for (const { polygon, outputs, pattern } of exactRegions(subject)) {
    if (count >= cap) {
      finished = false;
      break;
    }
    count++;
    patterns.push(...digest(pattern));
    // Exponents differ by region: without their trailing zeros the integers are those of the map alone.
    maps.add(reducedKey(outputs));
    for (const bound of bounds) {
      const { integers, exponent } = boundOn(bound, outputs);
      const [a, b, c] = integers as unknown as Line;
      for (const { x, y, w } of polygon.vertices) {
        // value - limit = over / under, under > 0.
        const over = (a * x + b * y + c * w) * bottom - ((top * w) << BigInt(exponent));
        if (over > 0n) broken = true;
        excess = Math.max(excess, ratio(over, (w * bottom) << BigInt(exponent)));
      }
    }
    if (count % REPORT_EVERY === 0) onProgress?.(count);
  }
  return {
    count,
    verdict: broken ? 'COUNTEREXAMPLE' : finished ? 'VERIFIED' : 'UNFINISHED',
    excess,
    maps: maps.size,
    patterns: Uint32Array.from(patterns),
    milliseconds: performance.now() - started,
  };
}

function boundOn(bound: Subject['question']['property']['bounds'][number], outputs: Dyadic): Dyadic {
  const factors = dyadicOf(bound.outputs);
  const own = dyadicOf([...bound.free, bound.constant]);
  const sums = [0n, 0n, 0n];
  for (const [at, integer] of outputs.integers.entries()) {
    sums[at % 3] = (sums[at % 3] as bigint) + integer * (factors.integers[Math.floor(at / 3)] as bigint);
  }
  return plus({ integers: sums, exponent: outputs.exponent + factors.exponent }, own);
}

function reducedKey({ integers, exponent }: Dyadic): string {
  const zeros = (integer: bigint): number => {
    const binary = integer.toString(2);
    return binary.length - 1 - binary.lastIndexOf('1');
  };
  const shift = integers
    .filter((integer) => integer !== 0n)
    .reduce((least, integer) => Math.min(least, zeros(integer)), exponent);
  return `${exponent - shift}:${integers.map((integer) => (integer >> BigInt(shift)).toString(36)).join()}`;
}

/** Whether both searches found just the same patterns, each once; and how many only one of them has. */
export function comparePatterns(
  a: Pick<Reach['cells'], 'patterns'>,
  b: Pick<ExactReach, 'patterns'>,
): { readonly same: boolean; readonly onlyFirst: number; readonly onlySecond: number } {
  const keys = ({ patterns }: { readonly patterns: Uint32Array }): Set<string> =>
    new Set(
      Array.from(
        { length: patterns.length / 2 },
        (_, cell) => `${patterns[2 * cell]} ${patterns[2 * cell + 1]}`,
      ),
    );
  const [first, second] = [keys(a), keys(b)];
  const onlyFirst = [...first].filter((key) => !second.has(key)).length;
  const onlySecond = [...second].filter((key) => !first.has(key)).length;
  const single = first.size * 2 === a.patterns.length && second.size * 2 === b.patterns.length;
  return { same: single && onlyFirst === 0 && onlySecond === 0, onlyFirst, onlySecond };
}
