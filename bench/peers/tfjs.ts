import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import '@tensorflow/tfjs-backend-webgpu';
import type { BenchmarkShape, Trainer } from '../../src/engine/benchmark.ts';
import { type Backend, makeBatch, RATE, RECURRENT_BOUND } from '../contestant.ts';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plainWasm,
  'tfjs-backend-wasm-simd.wasm': simdWasm,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedWasm,
});

async function choose(backend: Backend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs did not start its backend ${backend}.`);
  await tf.ready();
}

/** TensorFlow.js: SimpleRNN and Dense layers, minimised by its SGD. */
export async function create(shape: BenchmarkShape, backend: Backend): Promise<Trainer> {
  await choose(backend);
  const model = tf.sequential({
    layers: [
      tf.layers.simpleRNN({
        inputShape: [shape.length, 2],
        units: shape.hidden,
        activation: 'relu',
        recurrentInitializer: tf.initializers.randomUniform({
          minval: -RECURRENT_BOUND,
          maxval: RECURRENT_BOUND,
        }),
      }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const optimizer = tf.train.sgd(RATE);
  return {
    async train(steps) {
      await choose(backend); // One page may have both.
      let loss: tf.Scalar | null = null;
      for (let step = 0; step < steps; step++) {
        loss?.dispose();
        const batch = makeBatch(shape);
        const inputs = tf.tensor3d(batch.inputs, [shape.batch, shape.length, 2]);
        const targets = tf.tensor2d(batch.targets, [shape.batch, 1]);
        // Not trainOnBatch: it reads the loss back at every step.
        loss = optimizer.minimize(
          () =>
            tf.losses.meanSquaredError(
              targets,
              model.apply(inputs, { training: true }) as tf.Tensor,
            ) as tf.Scalar,
          true,
        );
        inputs.dispose();
        targets.dispose();
      }
      const value = loss ? (await loss.data())[0] : undefined;
      loss?.dispose();
      return value ?? Number.NaN;
    },
  };
}
