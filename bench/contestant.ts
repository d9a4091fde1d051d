import type { BenchmarkShape, Trainer } from '../src/engine/benchmark.ts';

/** Rate of the peers' plain gradient steps; it does not matter for the time. */
export const RATE = 0.01;

/** Recurrent weights of the peers start uniform within this bound: small enough for a loss that stays finite. */
export const RECURRENT_BOUND = 0.1;

/** What the libraries compute on. */
export type Backend = 'webgpu' | 'wasm';

/** What a module of peers/ exports. */
export interface Peer {
  /** @throws Error where the library does not start that backend */
  readonly create: (shape: BenchmarkShape, backend: Backend) => Promise<Trainer>;
}

interface PeerContestant {
  /** The module in peers/. */
  readonly module: string;
  readonly packageName: string;
  readonly backend: Backend;
  /** The contestant of this project that it is compared with. */
  readonly reference: 'webgpu-sgd' | 'cpu-sgd';
}

const JAX = { module: 'jax', packageName: '@jax-js/jax' };
const TFJS = { module: 'tfjs', packageName: '@tensorflow/tfjs' };
const WEBGPU = { backend: 'webgpu', reference: 'webgpu-sgd' } as const;
const WASM = { backend: 'wasm', reference: 'cpu-sgd' } as const;

/** The other libraries, by the name that `--only` knows. */
export const PEERS = {
  'jax-webgpu': { ...JAX, ...WEBGPU },
  'tfjs-webgpu': { ...TFJS, ...WEBGPU },
  'jax-wasm': { ...JAX, ...WASM },
  'tfjs-wasm': { ...TFJS, ...WASM },
} as const satisfies Record<string, PeerContestant>;

export type PeerName = keyof typeof PEERS;

export const PEER_NAMES = Object.keys(PEERS) as readonly PeerName[];

export const isPeer = (name: string): name is PeerName => name in PEERS;

/** A batch of the adding problem as a user of a library makes it, on the CPU. */
export interface AddingBatch {
  /** Value and marker of each time step. */
  readonly inputs: Float32Array<ArrayBuffer>; // [batch, length, 2]
  readonly targets: Float32Array<ArrayBuffer>; // [batch, 1]
}

/** Draws a batch of the adding problem (Hochreiter and Schmidhuber 1997): one marker in each half. */
export function makeBatch({ length, batch }: BenchmarkShape): AddingBatch {
  const inputs = new Float32Array(batch * length * 2);
  const targets = new Float32Array(batch);
  const half = length >> 1;
  for (let sequence = 0; sequence < batch; sequence++) {
    const start = sequence * length * 2;
    for (let t = 0; t < length; t++) inputs[start + 2 * t] = Math.random();
    let sum = 0;
    for (const t of [Math.floor(Math.random() * half), half + Math.floor(Math.random() * (length - half))]) {
      inputs[start + 2 * t + 1] = 1;
      sum += inputs[start + 2 * t] ?? 0;
    }
    targets[sequence] = sum;
  }
  return { inputs, targets };
}
