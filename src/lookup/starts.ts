import { Draws } from '../engine/initialise.ts';
import { STREAM } from '../experiment/philox.ts';
import { type Lookup, numberOf, type Sizes } from './construction.ts';
import { type Activation, emptyLayer, type Layer, type Network } from './network.ts';
import { widthOf } from './sizes.ts';

/**
 * What can be trained: the construction as it is; a random start of its layers, ReLU, 2^x, sine and ReLU; a net of ReLUs; and
 * one whose first layer is of sines.
 */
export const NETWORKS = ['construction', 'lookup', 'relu', 'sine'] as const;

export type NetworkName = (typeof NETWORKS)[number];

/** How a person reads them. */
export const NETWORK_TEXTS: Readonly<Record<NetworkName, string>> = {
  construction: 'the construction',
  lookup: 'ReLU, 2ˣ, sine, ReLU from random',
  relu: 'ReLU from random',
  sine: 'sine, then ReLU from random',
};

/** A wider net would take minutes. */
const MAX_WIDTH = 64;
/** Units of 2^x in a random start, as a share of its width. */
const EXPONENTIAL_SHARE = 8 / 30;
/** How many waves the first sines of a random start have. */
const SINE_SCALE = 15;

/** The width of random starts: the construction's, or the largest that is trained here. */
export const trainedWidth = (sizes: Sizes): number => Math.min(MAX_WIDTH, Math.max(4, widthOf(sizes)));

/** Binary digits that float64 holds, of which the phase needs some: two for each cell. */
export const MOST_TRAINED_CELLS = 24;

/** The construction as weights of float64: the same function as `LookupNetwork` of float64, but for rounding. */
export function constructedNetwork(lookup: Lookup): Network {
  const { sizes, middle, range } = lookup;
  const numbers = sizes.bits + 1;
  const front = sizes.depth === 5 ? bordersLayers(sizes) : digitLayers(sizes);
  const exponential = emptyLayer(front.at(-1)?.outputs ?? 0, 1, 'exp2');
  // Units come in pairs, the second of which is taken off.
  const along = exponential.inputs / sizes.dimension;
  for (let unit = 0; unit < exponential.inputs; unit++) {
    const pair = Math.floor((unit % along) / 2);
    const place = sizes.depth === 5 ? 1 : sizes.cells / 2 ** (pair + 1);
    const sign = unit % 2 === 0 ? 1 : -1;
    exponential.weights[unit] = 2 * sign * place * sizes.cells ** Math.floor(unit / along);
  }
  const sine = emptyLayer(1, numbers, 'sine');
  const clip = emptyLayer(numbers, 2 * numbers, 'relu');
  const readout = emptyLayer(2 * numbers, 1, 'linear');
  for (let index = 0; index < numbers; index++) {
    sine.weights[index] = 2 * Math.PI * numberOf(lookup, index);
    sine.biases[index] = Math.PI / 3;
    setPair(clip, index, -1 / 1.6, 0.5);
    const place = 2 * range * 2 ** -(index + 1);
    readout.weights[2 * index] = place;
    readout.weights[2 * index + 1] = -place;
  }
  readout.biases[0] = middle - range;
  return [...front, exponential, sine, clip, readout];
}

/** Two units that read the same unit, the second one lower by 1. */
function setPair(layer: Layer, input: number, weight: number, bias: number): void {
  for (const [unit, lower] of [
    [2 * input, 0],
    [2 * input + 1, 1],
  ] as const) {
    layer.weights[unit * layer.inputs + input] = weight;
    layer.biases[unit] = bias - lower;
  }
}

function bordersLayers({ dimension, cells, delta }: Sizes): Layer[] {
  const along = 2 * (cells - 1);
  const layer = emptyLayer(dimension, dimension * along, 'relu');
  for (let unit = 0; unit < layer.outputs; unit++) {
    const border = Math.floor((unit % along) / 2) + 1;
    layer.weights[unit * dimension + Math.floor(unit / along)] = cells / delta;
    layer.biases[unit] = 1 - border / delta - (unit % 2);
  }
  return [layer];
}

function digitLayers({ dimension, cells, tau }: Sizes): Layer[] {
  const binary = Math.log2(cells);
  const waves = emptyLayer(dimension, dimension * binary, 'sine');
  const clip = emptyLayer(dimension * binary, 2 * dimension * binary, 'relu');
  for (let unit = 0; unit < waves.outputs; unit++) {
    waves.weights[unit * dimension + Math.floor(unit / binary)] = 2 * Math.PI * 2 ** (unit % binary);
    setPair(clip, unit, -1 / (2 * tau), 0.5);
  }
  return [waves, clip];
}

/** The layers of a random start, the last one aside. */
function layersFor(name: Exclude<NetworkName, 'construction'>, width: number): [number, Activation][] {
  if (name === 'lookup') {
    const exponential = Math.max(2, Math.round(EXPONENTIAL_SHARE * width));
    return [
      [width, 'relu'],
      [exponential, 'exp2'],
      [width, 'sine'],
      [width, 'relu'],
    ];
  }
  return [
    [width, name === 'sine' ? 'sine' : 'relu'],
    [width, 'relu'],
    [width, 'relu'],
    [width, 'relu'],
  ];
}

/**
 * A random start: weights N(0, 2/n) into ReLUs and sines and N(0, 1/n) into others, of n inputs; biases uniform within 1/sqrt n.
 * The first sines have weights N(0, 15^2) and any phase.
 */
export function randomNetwork(
  name: Exclude<NetworkName, 'construction'>,
  dimension: 1 | 2,
  width: number,
  seed: number,
): Network {
  const draws = new Draws(seed, STREAM.initialisation, 0);
  const network: Layer[] = [];
  let inputs: number = dimension;
  for (const [outputs, activation] of [...layersFor(name, width), [1, 'linear'] as const]) {
    const layer = emptyLayer(inputs, outputs, activation);
    const waves = network.length === 0 && activation === 'sine';
    const gain = activation === 'relu' || activation === 'sine' ? 2 : 1;
    const deviation = waves ? SINE_SCALE : Math.sqrt(gain / inputs);
    const bound = waves ? Math.PI : 1 / Math.sqrt(inputs);
    for (let at = 0; at < layer.weights.length; at++) layer.weights[at] = deviation * draws.normal();
    for (let unit = 0; unit < outputs; unit++) layer.biases[unit] = bound * draws.uniform();
    network.push(layer);
    inputs = outputs;
  }
  return network;
}
