import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { type BenchShape, type Contestant, makeBatch, RATE, RECURRENT_BOUND } from '../contestant.ts';

/** TensorFlow.js on its WebGPU backend: SimpleRNN and Dense layers, minimised by its SGD. */
export async function create(shape: BenchShape): Promise<Contestant> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs did not start its WebGPU backend.');
  await tf.ready();
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
