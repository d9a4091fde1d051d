/** Hermite polynomials in one and in many variables, and what a ReLU unit is made of in them. */

const ROOT_OF_TWO_PI = Math.sqrt(2 * Math.PI);

/** The standard normal density. */
export const density = (t: number): number => Math.exp((-t * t) / 2) / ROOT_OF_TWO_PI;

/**
 * The standard normal distribution function, by the series t + t^3/3 + t^5/(3 5) + ... times the density: to about 1e-16
 * absolutely for |t| up to 6. Marsaglia, "Evaluating the Normal Distribution" (Journal of Statistical Software 2004).
 */
export function distribution(t: number): number {
  let term = t;
  let sum = t;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (t * t) / odd;
    sum += term;
  }
  return 0.5 + sum * density(t);
}

/** He_order(t), the probabilists' Hermite polynomial: 1, t, t^2 - 1, t^3 - 3t, ... */
export function hermite(order: number, t: number): number {
  let previous = 0;
  let value = 1;
  for (let k = 0; k < order; k++) {
    const next = t * value - k * previous;
    previous = value;
    value = next;
  }
  return value;
}

/**
 * c_k(b) = E[[g + b]_+ He_k(g)] of a standard normal g: how much of order k a unit with bias b has. The derivative of c_k
 * is c_(k+1).
 */
export function unitCoefficient(order: number, b: number): number {
  if (order === 0) return b * distribution(b) + density(b);
  if (order === 1) return distribution(b);
  return (order % 2 === 0 ? 1 : -1) * hermite(order - 2, b) * density(b);
}

/**
 * All products of Hermite polynomials He_(al_1)(x_1) ... He_(al_d)(x_d) with al_1 + ... + al_d at most `order`, the lowest
 * orders first. Each is named by its tuple, the sorted list of variables with repetitions: (0, 0, 2) is He_2(x_0) He_1(x_2).
 */
export interface HermiteBasis {
  readonly inputs: number;
  readonly order: number;
  readonly count: number;
  /** Where the products of an order begin; the last entry is `count`. */
  readonly starts: readonly number[]; // [order + 2]
  readonly tuples: readonly (readonly number[])[]; // [count]
  /** al_1! ... al_d!: the mean square of the product under the standard normal distribution. */
  readonly factorials: Float64Array; // [count]
  /** The product without its last variable. */
  readonly parents: Uint32Array; // [count]
  /** (order + 1) times the last variable, plus its power: where its factor stands among `hermiteValues`. */
  readonly factors: Uint32Array; // [count]
  /** Index by the tuple's code. */
  readonly places: ReadonlyMap<number, number>;
}

const codeOf = (tuple: readonly number[], inputs: number): number =>
  tuple.reduce((code, variable) => code * (inputs + 1) + variable + 1, 0);

export function hermiteBasis(inputs: number, order: number): HermiteBasis {
  const tuples: number[][] = [[]];
  const starts = [0, 1];
  const places = new Map<number, number>([[0, 0]]);
  for (let k = 1; k <= order; k++) {
    for (const shorter of tuples.slice(starts[k - 1], starts[k])) {
      for (let variable = shorter.at(-1) ?? 0; variable < inputs; variable++) {
        const tuple = [...shorter, variable];
        places.set(codeOf(tuple, inputs), tuples.length);
        tuples.push(tuple);
      }
    }
    starts.push(tuples.length);
  }
  const count = tuples.length;
  const factorials = new Float64Array(count).fill(1);
  const parents = new Uint32Array(count);
  const factors = new Uint32Array(count);
  for (const [index, tuple] of tuples.entries()) {
    const last = tuple.at(-1);
    if (last === undefined) continue;
    const others = tuple.filter((variable) => variable !== last);
    const power = tuple.length - others.length;
    const parent = places.get(codeOf(others, inputs)) ?? 0;
    let factorial = factorials[parent] as number;
    for (let k = 2; k <= power; k++) factorial *= k;
    factorials[index] = factorial;
    parents[index] = parent;
    factors[index] = last * (order + 1) + power;
  }
  return { inputs, order, count, starts, tuples, factorials, parents, factors, places };
}

/** The index of a product by its variables in any order. */
export function placeOf(basis: HermiteBasis, variables: readonly number[]): number {
  const sorted = [...variables].sort((one, other) => one - other);
  const place = basis.places.get(codeOf(sorted, basis.inputs));
  if (place === undefined) throw new Error(`Order ${variables.length} is above ${basis.order}`);
  return place;
}

/**
 * The values of all products at one input.
 * @param x inputs of many, row-major
 * @param at index of the input's first number in `x`
 * @param scratch [inputs, order + 1]
 * @param values receives [count]
 */
export function hermiteValues(
  basis: HermiteBasis,
  x: Float64Array,
  at: number,
  scratch: Float64Array,
  values: Float64Array,
): void {
  const { inputs, order, count, parents, factors } = basis;
  for (let input = 0; input < inputs; input++) {
    const t = x[at + input] as number;
    const first = input * (order + 1);
    scratch[first] = 1;
    scratch[first + 1] = t;
    for (let k = 1; k < order; k++) {
      scratch[first + k + 1] = t * (scratch[first + k] as number) - k * (scratch[first + k - 1] as number);
    }
  }
  values[0] = 1;
  for (let index = 1; index < count; index++) {
    values[index] =
      (values[parents[index] as number] as number) * (scratch[factors[index] as number] as number);
  }
}
