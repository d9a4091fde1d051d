/** What the units of a layer do to their sum. */
export type Activation = 'relu' | 'sine' | 'exp2' | 'linear';

/** One layer: activation(weights x + biases). */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly weights: Float64Array; // [outputs, inputs]
  readonly biases: Float64Array; // [outputs]
}

/** A feedforward network in float64; the last layer is linear and has one unit. */
export type Network = readonly Layer[];

/** A layer of zeros. */
export const emptyLayer = (inputs: number, outputs: number, activation: Activation): Layer => ({
  inputs,
  outputs,
  activation,
  weights: new Float64Array(inputs * outputs),
  biases: new Float64Array(outputs),
});

/** Layers of zeros in the shape of a network: what gradients and path quantities are kept in. */
export const zerosLike = (network: Network): Layer[] =>
  network.map(({ inputs, outputs, activation }) => emptyLayer(inputs, outputs, activation));

/** All parameters of a network, layer by layer: weights, then biases. */
export const parametersOf = (network: Network): Float64Array[] =>
  network.flatMap(({ weights, biases }) => [weights, biases]);

const ACTIVATIONS: Readonly<Record<Activation, (sum: number) => number>> = {
  relu: (sum) => Math.max(sum, 0),
  sine: Math.sin,
  exp2: (sum) => 2 ** sum,
  linear: (sum) => sum,
};

/** The derivative of an activation, from the sum and what became of it. */
const DERIVATIVES: Readonly<Record<Activation, (sum: number, output: number) => number>> = {
  relu: (sum) => (sum > 0 ? 1 : 0),
  sine: (sum) => Math.cos(sum),
  exp2: (_, output) => Math.LN2 * output,
  linear: () => 1,
};

/** A network with room for what one point makes of it. */
export class Pass {
  readonly network: Network;
  /** What comes into each layer, and last what comes out of the network. */
  readonly #states: readonly Float64Array[];
  readonly #sums: readonly Float64Array[];
  readonly #deltas: readonly Float64Array[];

  constructor(network: Network) {
    this.network = network;
    this.#sums = network.map(({ outputs }) => new Float64Array(outputs));
    this.#deltas = network.map(({ outputs }) => new Float64Array(outputs));
    this.#states = [
      new Float64Array(network[0]?.inputs ?? 0),
      ...network.map(({ outputs }) => new Float64Array(outputs)),
    ];
  }

  /** What comes into a layer, after `forward`. */
  into(layer: number): Float64Array {
    return this.#states[layer] as Float64Array;
  }

  /** The network's answer at a point. */
  forward(point: ArrayLike<number>): number {
    (this.#states[0] as Float64Array).set(point);
    this.network.forEach(({ inputs, outputs, activation, weights, biases }, index) => {
      const from = this.#states[index] as Float64Array;
      const sums = this.#sums[index] as Float64Array;
      const to = this.#states[index + 1] as Float64Array;
      const activate = ACTIVATIONS[activation];
      for (let unit = 0; unit < outputs; unit++) {
        const row = unit * inputs;
        let sum = 0;
        let input = 0;
        // In pairs: the two units of a step differ by exactly 1, which a sum of them one by one would round away.
        for (; input + 1 < inputs; input += 2)
          sum +=
            (weights[row + input] as number) * (from[input] as number) +
            (weights[row + input + 1] as number) * (from[input + 1] as number);
        if (input < inputs) sum += (weights[row + input] as number) * (from[input] as number);
        sum += biases[unit] as number;
        sums[unit] = sum;
        to[unit] = activate(sum);
      }
    });
    return (this.#states[this.network.length] as Float64Array)[0] as number;
  }

  /** Adds the gradient of the loss at the point of the last `forward` to `gradient`; `slope` is dLoss/dAnswer. */
  backward(slope: number, gradient: readonly Layer[]): void {
    (this.#deltas[this.network.length - 1] as Float64Array)[0] = slope;
    for (let index = this.network.length - 1; index >= 0; index--) {
      const { inputs, outputs, activation, weights } = this.network[index] as Layer;
      const into = gradient[index] as Layer;
      const from = this.#states[index] as Float64Array;
      const to = this.#states[index + 1] as Float64Array;
      const sums = this.#sums[index] as Float64Array;
      const deltas = this.#deltas[index] as Float64Array;
      const below = index > 0 ? (this.#deltas[index - 1] as Float64Array) : null;
      below?.fill(0);
      const derive = DERIVATIVES[activation];
      for (let unit = 0; unit < outputs; unit++) {
        const delta = (deltas[unit] as number) * derive(sums[unit] as number, to[unit] as number);
        if (delta === 0) continue;
        const row = unit * inputs;
        into.biases[unit] = (into.biases[unit] as number) + delta;
        for (let input = 0; input < inputs; input++) {
          const at = row + input;
          into.weights[at] = (into.weights[at] as number) + delta * (from[input] as number);
          if (below) below[input] = (below[input] as number) + delta * (weights[at] as number);
        }
      }
    }
  }
}

/**
 * kappa of a feedforward network of ReLUs: half the second derivative of gamma^2 by each parameter. gamma^2 is the sum over
 * all paths, those from biases included, of the product of their squared weights: Neyshabur, Salakhutdinov, Srebro, "Path-SGD"
 * (NIPS 2015). No parameter is on a path twice, so kappa = gamma_in^2 of the weight's tail times gamma_out^2 of its head.
 * @param into receives it
 * @returns gamma^2
 */
export function pathScales(network: Network, into: readonly Layer[]): number {
  const first = network[0];
  if (!first) return 0;
  const inward: Float64Array[] = [new Float64Array(first.inputs).fill(1)];
  for (const { inputs, outputs, weights, biases } of network) {
    const from = inward.at(-1) as Float64Array;
    inward.push(
      Float64Array.from({ length: outputs }, (_, unit) => {
        let sum = (biases[unit] as number) ** 2;
        for (let input = 0; input < inputs; input++)
          sum += (weights[unit * inputs + input] as number) ** 2 * (from[input] as number);
        return sum;
      }),
    );
  }
  let outward = new Float64Array(network.at(-1)?.outputs ?? 0).fill(1);
  for (let index = network.length - 1; index >= 0; index--) {
    const { inputs, outputs, weights } = network[index] as Layer;
    const scales = into[index] as Layer;
    const from = inward[index] as Float64Array;
    const below = new Float64Array(inputs);
    for (let unit = 0; unit < outputs; unit++) {
      const out = outward[unit] as number;
      scales.biases[unit] = out;
      for (let input = 0; input < inputs; input++) {
        const at = unit * inputs + input;
        scales.weights[at] = out * (from[input] as number);
        below[input] = (below[input] as number) + out * (weights[at] as number) ** 2;
      }
    }
    outward = below;
  }
  return (inward.at(-1) as Float64Array).reduce((sum, value) => sum + value, 0);
}
