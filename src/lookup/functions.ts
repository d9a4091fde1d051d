import type { Evaluate } from './formula.ts';

/** What the network is to look up: a continuous function of [0, 1] or of [0, 1]^2. */
export interface Target {
  readonly dimension: 1 | 2;
  readonly value: Evaluate;
  /**
   * A modulus of continuity that is known: |f(u) - f(v)| <= modulus(|u - v|). Null where it must be measured.
   * @param distance Euclidean, above 0
   */
  readonly modulus: ((distance: number) => number) | null;
}

/** The names of listed functions, as a link writes them. */
export const FUNCTIONS = ['face', 'root', 'wave', 'weierstrass', 'zigzag', 'hill'] as const;

export type FunctionName = (typeof FUNCTIONS)[number];

interface Listed {
  /** How a person reads it, for each dimension; null where there is none. */
  readonly text: readonly [string | null, string];
  readonly value: readonly [Evaluate | null, Evaluate];
  /** For one dimension and for two. */
  readonly modulus: readonly [(distance: number) => number, (distance: number) => number];
}

/** How steep the edges of the face are. */
const FACE_SLOPE = 8;

/** Distances to the parts of a face: each changes by no more than the way that one goes, and so do their extremes. */
function face(x: number, y: number): number {
  const from = (centreX: number, centreY: number): number => Math.hypot(x - centreX, y - centreY);
  const head = 0.44 - from(0.5, 0.5);
  const eye = Math.max(0.065 - from(0.34, 0.63), 0.065 - from(0.66, 0.63));
  const mouth = Math.min(0.035 - Math.abs(from(0.5, 0.47) - 0.24), 0.42 - y);
  const distance = Math.min(head, -Math.max(eye, mouth));
  return Math.min(1, Math.max(0, 0.5 + FACE_SLOPE * distance));
}

const TERMS = 5;
const WEIERSTRASS_RATIO = 0.5;
const WEIERSTRASS_BASE = 3;

/** A Weierstrass sum of a few terms: sum of 2^-n cos(2 pi 3^n x). */
function weierstrass(x: number): number {
  let sum = 0;
  for (let n = 0; n < TERMS; n++)
    sum += WEIERSTRASS_RATIO ** n * Math.cos(2 * Math.PI * WEIERSTRASS_BASE ** n * x);
  return sum;
}

/** Each term changes by no more than its slope says, nor by more than twice its size. */
function weierstrassModulus(distance: number): number {
  let sum = 0;
  for (let n = 0; n < TERMS; n++)
    sum += WEIERSTRASS_RATIO ** n * Math.min(2, 2 * Math.PI * WEIERSTRASS_BASE ** n * distance);
  return sum;
}

const lipschitz =
  (slope: number, range: number) =>
  (distance: number): number =>
    Math.min(slope * distance, range);

const THIRD = 1 / 3;
/** Standard deviation of the hill. */
const HILL_WIDTH = 0.15;
/** The largest slope of exp(-r^2 / (2 s^2)), at r = s. */
const HILL_SLOPE = Math.exp(-0.5) / HILL_WIDTH;

const hill = (squareDistance: number): number => Math.exp(-squareDistance / (2 * HILL_WIDTH ** 2));
const zigzag = (x: number): number => Math.abs(2 * (3 * x - Math.floor(3 * x)) - 1);

const LISTED: Readonly<Record<FunctionName, Listed>> = {
  face: {
    text: [null, 'a face'],
    value: [null, face],
    modulus: [lipschitz(FACE_SLOPE, 1), lipschitz(FACE_SLOPE, 1)],
  },
  root: {
    text: ['√|x − 1/3|', 'the root of the distance from (1/3, 1/3)'],
    value: [(x) => Math.sqrt(Math.abs(x - THIRD)), (x, y) => Math.sqrt(Math.hypot(x - THIRD, y - THIRD))],
    // Hoelder continuous of order 1/2 with constant 1.
    modulus: [Math.sqrt, Math.sqrt],
  },
  wave: {
    text: ['sin 2πx', 'sin 2πx · cos 2πy'],
    value: [
      (x) => Math.sin(2 * Math.PI * x),
      (x, y) => Math.sin(2 * Math.PI * x) * Math.cos(2 * Math.PI * y),
    ],
    modulus: [lipschitz(2 * Math.PI, 2), lipschitz(2 * Math.PI, 2)],
  },
  weierstrass: {
    text: [
      'Weierstrass: sum of 2⁻ⁿ cos(2π 3ⁿ x), n = 0 to 4',
      'Weierstrass: the mean of sums of 2⁻ⁿ cos(2π 3ⁿ x) and the same of y',
    ],
    value: [weierstrass, (x, y) => (weierstrass(x) + weierstrass(y)) / 2],
    modulus: [weierstrassModulus, weierstrassModulus],
  },
  zigzag: {
    text: ['a zigzag of three teeth', 'the mean of a zigzag of x and one of y'],
    value: [zigzag, (x, y) => (zigzag(x) + zigzag(y)) / 2],
    // In two dimensions the gradient is (3, 3) at most, of norm 3 sqrt 2.
    modulus: [lipschitz(6, 1), lipschitz(3 * Math.SQRT2, 1)],
  },
  hill: {
    text: ['a hill in the middle', 'a hill in the middle'],
    value: [(x) => hill((x - 0.5) ** 2), (x, y) => hill((x - 0.5) ** 2 + (y - 0.5) ** 2)],
    modulus: [lipschitz(HILL_SLOPE, 1), lipschitz(HILL_SLOPE, 1)],
  },
};

/** How a listed function reads; null where there is none of that dimension. */
export const functionText = (name: FunctionName, dimension: 1 | 2): string | null =>
  LISTED[name].text[dimension - 1] ?? null;

/** The names of the listed functions of a dimension. */
export const functionsOf = (dimension: 1 | 2): FunctionName[] =>
  FUNCTIONS.filter((name) => functionText(name, dimension) !== null);

/**
 * A listed function.
 * @throws RangeError where there is none of that dimension
 */
export function listedTarget(name: FunctionName, dimension: 1 | 2): Target {
  const { value, modulus } = LISTED[name];
  const evaluate = value[dimension - 1];
  if (!evaluate) throw new RangeError(`${name} has ${dimension === 1 ? 2 : 1} dimensions, not ${dimension}`);
  return { dimension, value: evaluate, modulus: modulus[dimension - 1] ?? null };
}
