import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { BenchmarkShape, Trainer } from '../../src/engine/benchmark.ts';
import { type Backend, makeBatch, RATE, RECURRENT_BOUND } from '../contestant.ts';

// A type alias, not an interface: only those are trees of arrays to jax-js.
type Parameters = {
  inputWeights: np.Array; // [2, hidden]
  recurrentWeights: np.Array; // [hidden, hidden]
  bias: np.Array; // [hidden]
  readoutWeights: np.Array; // [hidden, 1]
  readoutBias: np.Array; // [1]
};

const uniform = (rows: number, columns: number, bound = Math.sqrt(6 / (rows + columns))): np.Array => {
  const data = Float32Array.from({ length: rows * columns }, () => (2 * Math.random() - 1) * bound);
  return np.array(data).reshape([rows, columns]);
};

/** jax-js: one jitted function for loss, gradient and update. It has no scan, so the time loop is unrolled. */
export async function create({ length, hidden, batch }: BenchmarkShape, backend: Backend): Promise<Trainer> {
  const devices = await init(backend);
  if (!devices.includes(backend)) throw new Error(`jax-js did not start its backend ${backend}.`);
  defaultDevice(backend);

  // Functions of jax-js consume their arguments; `.ref` keeps one for another use.
  const lossOf = (parameters: Parameters, inputs: np.Array, targets: np.Array): np.Array => {
    const { inputWeights, recurrentWeights, bias, readoutWeights, readoutBias } = parameters;
    // [length, batch, hidden], one product for all time steps
    const projected = np.unstack(np.matmul(inputs, inputWeights).add(bias));
    let state: np.Array | null = null;
    for (const input of projected) {
      state = nn.relu(state ? input.add(np.matmul(state, recurrentWeights.ref)) : input);
    }
    recurrentWeights.dispose();
    const output = np.matmul(state as np.Array, readoutWeights).add(readoutBias);
    return np.square(output.sub(targets)).mean();
  };
  const step = jit((parameters: Parameters, inputs: np.Array, targets: np.Array) => {
    const current = {
      inputWeights: parameters.inputWeights.ref,
      recurrentWeights: parameters.recurrentWeights.ref,
      bias: parameters.bias.ref,
      readoutWeights: parameters.readoutWeights.ref,
      readoutBias: parameters.readoutBias.ref,
    };
    const [loss, gradient] = valueAndGrad(lossOf)(current, inputs, targets);
    const updated: Parameters = {
      inputWeights: parameters.inputWeights.sub(gradient.inputWeights.mul(RATE)),
      recurrentWeights: parameters.recurrentWeights.sub(gradient.recurrentWeights.mul(RATE)),
      bias: parameters.bias.sub(gradient.bias.mul(RATE)),
      readoutWeights: parameters.readoutWeights.sub(gradient.readoutWeights.mul(RATE)),
      readoutBias: parameters.readoutBias.sub(gradient.readoutBias.mul(RATE)),
    };
    return { loss, updated };
  });

  let parameters: Parameters = {
    inputWeights: uniform(2, hidden),
    recurrentWeights: uniform(hidden, hidden, RECURRENT_BOUND),
    bias: np.zeros([hidden]),
    readoutWeights: uniform(hidden, 1),
    readoutBias: np.zeros([1]),
  };
  return {
    async train(steps) {
      defaultDevice(backend); // One page may have both.
      let loss: np.Array | null = null;
      for (let count = 0; count < steps; count++) {
        loss?.dispose();
        const { inputs, targets } = makeBatch({ length, hidden, batch });
        const result = step(
          parameters,
          np.array(timeMajor(inputs, length, batch)).reshape([length, batch, 2]),
          np.array(targets).reshape([batch, 1]),
        );
        parameters = result.updated;
        loss = result.loss;
      }
      return loss ? ((await loss.data())[0] ?? Number.NaN) : Number.NaN;
    },
  };
}

/** [batch, length, 2] as [length, batch, 2]. */
function timeMajor(inputs: Float32Array, length: number, batch: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(inputs.length);
  for (let t = 0; t < length; t++) {
    for (let sequence = 0; sequence < batch; sequence++) {
      const from = (sequence * length + t) * 2;
      const to = (t * batch + sequence) * 2;
      result[to] = inputs[from] ?? 0;
      result[to + 1] = inputs[from + 1] ?? 0;
    }
  }
  return result;
}
