/** The network and batch that every contestant trains: one ReLU layer on the adding problem, many to one. */
export interface BenchShape {
  /** Time steps. */
  readonly length: number;
  readonly hidden: number;
  readonly batch: number;
}

/** Rate of the plain gradient steps; it does not matter for the time. */
export const RATE = 0.01;

/** Recurrent weights of the peers start uniform within this bound: small enough for a loss that stays finite. */
export const RECURRENT_BOUND = 0.1;

/** One way of training the network. */
export interface Contestant {
  /** Trains that many steps and resolves to the last one's loss, once the device has computed it. */
  train(steps: number): Promise<number>;
}

/** What a module of peers/ exports. */
export interface Peer {
  readonly create: (shape: BenchShape) => Promise<Contestant>;
}

/** A batch of the adding problem as a user of a library makes it, on the CPU. */
export interface AddingBatch {
  /** Value and marker of each time step. */
  readonly inputs: Float32Array<ArrayBuffer>; // [batch, length, 2]
  readonly targets: Float32Array<ArrayBuffer>; // [batch, 1]
}

/** Draws a batch of the adding problem (Hochreiter and Schmidhuber 1997): one marker in each half. */
export function makeBatch({ length, batch }: BenchShape): AddingBatch {
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
