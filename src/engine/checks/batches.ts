import { randomWords, STREAM } from '../../experiment/philox.ts';
import { defaultExperiment, type Experiment } from '../../experiment/schema.ts';
import {
  type Batch,
  type BatchRequest,
  type DataSetName,
  type ImageSet,
  TASK_NAMES,
  type TaskData,
  type TaskName,
  taskOf,
} from '../../experiment/tasks/index.ts';
import { type Shape, shapeFor } from '../layout.ts';
import { constantsOf } from '../webgpu/constants.ts';
import { padRows } from '../webgpu/content.ts';
import { DISPATCH_BYTES, deviceOf, LANES_BYTES, MAP_READ, USAGE } from '../webgpu/device.ts';
import { sourceOf } from '../webgpu/kernels.ts';
import { writeFields } from '../webgpu/planner.ts';
import { quadsOf, tilingOf } from '../webgpu/sizes.ts';
import { type CheckResult, checked, differences } from './compare.ts';
import type { CheckCase, CheckContext } from './support.ts';

/** Random bytes below a bound, drawn for checks only. */
function randomBytes(count: number, below: number, step: number): Uint8Array {
  const words = new Uint32Array(4);
  return Uint8Array.from({ length: count }, (_, element) => {
    randomWords(11, STREAM.sampling, step, element, words);
    return (words[0] as number) % below;
  });
}

/** Pixels of every value, and numbers of images that fill no whole word with labels. */
const imageSet = (count: number, step: number): ImageSet => ({
  count,
  pixels: randomBytes(count * 28 * 28, 256, step),
  labels: randomBytes(count, 10, step + 1),
});

/** Small made-up data for every data set. */
const MADE_UP: Readonly<Record<DataSetName, () => TaskData>> = {
  mnist: () => ({ kind: 'images', training: imageSet(21, 1), heldOut: imageSet(13, 3) }),
  // Three segments of five streams, characters that fill no whole words.
  text: () => ({
    kind: 'text',
    title: 'random characters',
    vocabulary: Array.from({ length: 37 }, (_, index) => String.fromCodePoint(0x41 + index)),
    training: randomBytes(5 * 150 + 77, 37, 5),
    heldOut: randomBytes(5 * 150 + 2, 37, 6),
  }),
};

/** Which sequences a batch has: those of a training step, or held-out ones. */
type Which = Pick<BatchRequest, 'step' | 'stream' | 'firstSequence' | 'batch'>;

/** The same batches by the batch kernel alone, into the same buffers one after another, as in training. */
async function deviceBatches(
  experiment: Experiment,
  shape: Shape,
  data: TaskData | null,
  wanted: readonly Which[],
  { gpu, shaders }: CheckContext,
): Promise<{ inputs: Float32Array; targets: Uint32Array }[]> {
  const task = taskOf(experiment);
  const opened = await deviceOf(gpu);
  const { device } = opened;
  const constants = constantsOf(task, shape, 0, tilingOf(shape, { sliced: false, groups: 1 }));
  const words = task.shaderData(data, experiment.seed);
  const name = words === null ? 'batch' : 'batchOfData';
  const { pipeline, layout } = await opened.kernel(name, sourceOf(name, shaders, constants, task.shader));

  const { length, scoredFrom, scoredSteps, inputs, outputs } = shape;
  const capacity = Math.max(...wanted.map(({ batch }) => batch));
  const made: GPUBuffer[] = [];
  const make = (size: number, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(16, size), usage: usage | USAGE.copyDestination });
    made.push(buffer);
    return buffer;
  };
  try {
    const stride = 4 * quadsOf(inputs);
    const inputBytes = length * capacity * stride * 4;
    const targetBytes = scoredSteps * capacity * (task.loss === 'squared' ? outputs : 1) * 4;
    const uniforms = make(DISPATCH_BYTES, USAGE.uniform);
    const state = make(16, USAGE.storage);
    const inputBuffer = make(inputBytes, USAGE.storage | USAGE.copySource);
    const targetBuffer = make(targetBytes, USAGE.storage | USAGE.copySource);
    const staging = make(inputBytes + targetBytes, USAGE.mapRead);
    const buffers = [uniforms, make(LANES_BYTES, USAGE.uniform), state, inputBuffer, targetBuffer];
    if (words !== null) {
      const dataBuffer = make(words.byteLength, USAGE.storage);
      device.queue.writeBuffer(dataBuffer, 0, words);
      buffers.push(dataBuffer);
    }
    const group = device.createBindGroup({
      layout,
      entries: buffers.map((buffer, binding) => ({
        binding,
        resource: binding === 0 ? { buffer, size: DISPATCH_BYTES } : { buffer },
      })),
    });

    const batches: { inputs: Float32Array; targets: Uint32Array }[] = [];
    for (const { step, stream, firstSequence, batch } of wanted) {
      const fields = new DataView(new ArrayBuffer(DISPATCH_BYTES));
      const { seed, terms } = experiment;
      const heldOut = step === 0 ? 1 : 0;
      const sizes = { length, batch, capacity, scoredFrom };
      writeFields({ ...sizes, seed, terms, stream, heldOut, firstSequence }, fields, 0);
      device.queue.writeBuffer(uniforms, 0, fields.buffer);
      device.queue.writeBuffer(state, 0, Uint32Array.of(Math.max(0, step - 1)));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, [0]);
      pass.dispatchWorkgroups(Math.ceil(task.shaderInvocations(length, inputs) / 64), batch, 1);
      pass.end();
      encoder.copyBufferToBuffer(inputBuffer, 0, staging, 0, inputBytes);
      encoder.copyBufferToBuffer(targetBuffer, 0, staging, inputBytes, targetBytes);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(MAP_READ);
      const content = staging.getMappedRange().slice(0);
      staging.unmap();
      batches.push({
        inputs: new Float32Array(content, 0, length * batch * stride),
        targets: new Uint32Array(content, inputBytes, (targetBytes / 4 / capacity) * batch),
      });
    }
    return batches;
  } finally {
    for (const buffer of made) buffer.destroy();
  }
}

/** The CPU twin's batch in the layout of the kernel: rows padded with zeros, targets as bits. */
const laidOut = ({ inputs, targets }: Batch, width: number) => ({
  inputs: padRows(inputs, width),
  targets: new Uint32Array(targets.buffer, targets.byteOffset, targets.length),
});

/** Training batches of several steps and the first held-out batches of a task, by WGSL and by its CPU twin. */
async function compareBatches(experiment: Experiment, context: CheckContext): Promise<CheckResult[]> {
  const task = taskOf(experiment);
  const data = task.data === null ? null : MADE_UP[task.data]();
  const problem = task.problem(experiment, data);
  if (problem !== null) throw new Error(problem);
  const shape = shapeFor(task, experiment, data);
  const { batch, seed, length, terms } = experiment;
  const training = [1, 2, 7, 100_003].map(
    (step): Which => ({ step, stream: STREAM.trainingBatch, firstSequence: 0, batch }),
  );
  const sequences = Math.min(2 * batch + 1, task.heldOutSequences(experiment, data));
  const heldOut: Which[] = [];
  for (let first = 0; first < sequences; first += batch) {
    const count = Math.min(batch, sequences - first);
    heldOut.push({ step: 0, stream: STREAM.heldOut, firstSequence: first, batch: count });
  }
  const results: CheckResult[] = [];
  for (const [name, wanted] of [
    ['training', training],
    ['held-out', heldOut],
  ] as const) {
    const found = await deviceBatches(experiment, shape, data, wanted, context);
    let inputs = 0;
    let targets = 0;
    for (const [index, which] of wanted.entries()) {
      const expected = laidOut(task.makeBatch({ ...which, seed, length, terms, data }), shape.inputs);
      inputs += differences(found[index]?.inputs ?? [], expected.inputs);
      targets += differences(found[index]?.targets ?? [], expected.targets);
    }
    results.push(
      checked(`${name} inputs (numbers that differ)`, inputs, 0),
      checked(`${name} targets (numbers that differ)`, targets, 0),
    );
  }
  return results;
}

const batchCase = (label: string, task: TaskName, changes: Partial<Experiment> = {}): CheckCase => ({
  name: `batches of ${label}`,
  set: 'few',
  run: (context) =>
    compareBatches({ ...defaultExperiment(task), batch: 5, seed: 0xfedcba98, ...changes }, context),
});

/** The batches of every task, bit for bit; the adding problem with every number of terms. */
export const BATCH_CASES: readonly CheckCase[] = [
  ...[3, 4, 5].map((terms) => batchCase(`adding, ${terms} terms`, 'adding', { terms, length: 37 })),
  batchCase('copying, longest delay', 'copying', { length: 500 }),
  ...TASK_NAMES.map((name) => batchCase(name, name)),
];
