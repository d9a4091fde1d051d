import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  type NetworkName,
  type OptimizerName,
} from '../../experiment/schema.ts';
import type { ImageSet, TaskData, TaskName } from '../../experiment/tasks/index.ts';
import { NoAdapterError } from '../engine.ts';
import { createWebGpuEngine } from '../webgpu/index.ts';
import { type CheckResult, checked } from './compare.ts';
import type { CheckCase, CheckContext } from './support.ts';

// Drivers compile some kernels wrongly. What they might do is put into the kernels on purpose, one fault at a time: the self-test must
// refuse an engine that has it.

/** A fault of the kernels: what is right in a file of shaders/, and what stands there in its place. */
type Fault = readonly [name: string, file: string, right: string, wrong: string];

interface Faults {
  readonly experiment: Experiment;
  readonly data: TaskData | null;
  readonly faults: readonly Fault[];
}

const laneOf = (optimizer: OptimizerName, settings: Partial<Lane> = {}, network?: NetworkName): Lane => ({
  ...defaultLane(optimizer, { task: 'adding', length: 20, seed: 1 }, network),
  ...settings,
});

const experimentOn = (task: TaskName, lanes: Lane[], sizes: Partial<Experiment>): Experiment => ({
  ...defaultExperiment(task),
  ...{ length: 7, batch: 9, ...sizes },
  lanes,
});

const images = (count: number, multiplier: number): ImageSet => ({
  count,
  pixels: Uint8Array.from({ length: 784 * count }, (_, i) => (i * multiplier) % 251),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
});
const IMAGES: TaskData = { kind: 'images', training: images(20, 37), heldOut: images(12, 41) };
const TEXT: TaskData = {
  kind: 'text',
  title: 'Letters',
  vocabulary: ['a', 'b', 'c', 'd', 'e'],
  training: Uint8Array.from({ length: 600 }, (_, i) => (i * i) % 5),
  heldOut: Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 5),
};

const NORMS: readonly Fault[] = [
  ['the clip of the gradient', 'finish.wgsl', 'clipped = min(1.0,', 'clipped = max(1.0,'],
  ['the clip of the step', 'finish.wgsl', 'factor *= min(1.0,', 'factor *= max(1.0,'],
  [
    'the gradient norm',
    'finish.wgsl',
    'return Norm(Scaled(sqrt(sumPieces(own, local)), exponent), flag != 0u);',
    'return Norm();',
  ],
  ['the path norm', 'finish.wgsl', 'own += dot(squared, mantissas)', 'own += 0.5 * dot(squared, mantissas)'],
  ['the loss', 'finish.wgsl', 'results.x * dispatch.lossScale', 'results.y * dispatch.lossScale'],
  ['the measure', 'finish.wgsl', 'results.y * dispatch.measureScale', '0.25'],
];

/** Those that passed a self-test of one shape and one lane. */
const MISSED: readonly Faults[] = [
  {
    experiment: experimentOn('adding', [laneOf('sgd'), laneOf('path'), laneOf('path2'), laneOf('adam')], {
      hidden: 9,
      layers: 2,
    }),
    data: null,
    faults: [
      ['kappa2 is zero', 'kappa2.wgsl', 'sum[c] *= 4.0 * weights * weights', 'sum[c] *= 0.0'],
      [
        'the maxima of kappa2 are those of the last quad',
        'kappa2.wgsl',
        'bits = max(bits, largest[half + i]);',
        'bits = largest[half + i];',
      ],
      [
        'projection above the first layer',
        'project.wgsl',
        'destination[first] = sum[0];',
        'destination[first] = select(sum[0], vec4<f32>(), dispatch.layer > 0u && !BACKWARD);',
      ],
      [
        "Adam's update",
        'update.wgsl',
        'parameters[at] -= settings.rate *',
        'parameters[at] += settings.rate *',
      ],
      NORMS[0] as Fault,
      ['the held-out evaluation', 'evaluate.wgsl', '= results;', '= vec2<f32>();'],
    ],
  },
  {
    experiment: experimentOn('copying', [laneOf('sgd')], { hidden: 9 }),
    data: null,
    faults: [
      ['softmax: the loss', 'readout.wgsl', '+ logOfTotal(total.x)', ''],
      ['softmax: the sign of its gradient', 'readout.wgsl', '/ total.x - hit)', '/ total.x + hit)'],
    ],
  },
  {
    experiment: experimentOn('adding', [laneOf('rmsprop', {}, 'urnn')], { hidden: 8 }),
    data: null,
    faults: [
      ['uRNN: its reduction is zero', 'unitaryReduce.wgsl', 'var sum = sumOf(lane, id.x);', 'var sum = 0.0;'],
    ],
  },
];

/** Each kernel and each branch of an optimizer. */
const OTHERS: readonly Faults[] = [
  {
    // Its sums have several chunks, of several blocks; its recurrences are cut.
    experiment: experimentOn('adding', [laneOf('sgd'), laneOf('path2')], {
      ...{ hidden: 9, layers: 2, length: 200, batch: 100 },
    }),
    data: null,
    faults: [
      ['reduce: the first chunk alone', 'reduce.wgsl', 'split < dispatch.splits', 'split < 1u'],
      [
        'gradient: the last block alone',
        'gradient.wgsl',
        'let goesOn = block > splitFirst',
        'let goesOn = false',
      ],
      ['forward, cut: the state before', 'forward.wgsl', 'i32(dispatch.begin) - 1', '-1'],
      [
        'backward, cut: the deltas behind',
        'backward.wgsl',
        'deltaRow(lane, dispatch.end,',
        'deltaRow(lane, dispatch.length,',
      ],
      ['kappa2, cut: what it carries on', 'kappa2.wgsl', 'dispatch.end + 1u < dispatch.length', 'false'],
      ['lanes, cut: the first of them', 'update.wgsl', 'dispatch.firstLane + workgroup.y', 'workgroup.y'],
    ],
  },
  {
    experiment: experimentOn(
      'adding',
      [
        laneOf('sgd', { momentum: 0.9, activation: 'tanh' }),
        laneOf('path'),
        laneOf('path2', { clip: 1 }),
        laneOf('adam'),
        laneOf('rmsprop'),
        laneOf('adagrad'),
      ],
      { hidden: 9, layers: 2 },
    ),
    data: null,
    faults: [
      ['adding: a marker', 'tasks/adding.wgsl', 'INPUT_STRIDE + 1u] = 1.0', 'INPUT_STRIDE + 1u] = 0.5'],
      ['adding: held-out sequences', 'tasks/adding.wgsl', 'dispatch.heldOut == 1u', 'dispatch.heldOut == 2u'],
      ['pack', 'pack.wgsl', 'quad.w = parameters', 'quad.z = parameters'],
      ['projection: the last row', 'project.wgsl', '= sum[3];', '= sum[2];'],
      ['projection of paths', 'project.wgsl', 'w3 * w3) * fed', 'w3) * fed'],
      ['forward', 'forward.wgsl', 'let z = added + joined(output, part);', 'let z = added;'],
      [
        'ReLU',
        'forward.wgsl',
        'let rectified = select(x, vec4<f32>(), x < vec4<f32>());',
        'let rectified = x;',
      ],
      ['tanh', 'forward.wgsl', 'select(result, -result,', 'select(result, result,'],
      ['backward', 'backward.wgsl', 'h > vec4<f32>()', 'h < vec4<f32>()'],
      ['backward of tanh', 'backward.wgsl', '(1.0 - h * h)', '(1.0 - h)'],
      ['the path row', 'lib/recurrence.wgsl', 'bias *= bias;', ''],
      ['squared error', 'readout.wgsl', 'let error = readouts', 'let error = 2.0 * readouts'],
      ['gradient', 'gradient.wgsl', 'partials[at] = all.x;', 'partials[at] = 0.0;'],
      ['kappa1', 'kappa1.wgsl', 'out * powerOfTwo(shift)', 'out'],
      [
        'kappa1: the first time step alone',
        'kappa1.wgsl',
        't < end; t += GROUPS',
        't < min(end, 1u); t += GROUPS',
      ],
      ['reduce', 'reduce.wgsl', 'PARAMETERS + parameter] = sum;', 'PARAMETERS + parameter] = -sum;'],
      ['reduce: g*g/kappa', 'reduce.wgsl', '/ sqrt(kappa.mantissa)', ''],
      ...NORMS,
      ['bias correction', 'finish.wgsl', 'return -y * series;', 'return 1.0;'],
      ['update', 'update.wgsl', 'parameters[at] -= moved', 'parameters[at] += moved'],
      ['momentum', 'update.wgsl', 'settings.momentum * parameters[velocity + at] + step', 'step'],
      ['AdaGrad', 'update.wgsl', 'sum += g * g;', 'sum = g * g;'],
      ['RMSprop', 'update.wgsl', '/ (sqrt(addSquare(at, step, settings)) + EPSILON)', ''],
      ["Adam's mean", 'update.wgsl', '+ settings.momentumRest * step', '+ step'],
      ["Adam's squares", 'update.wgsl', 'settings.decayRest * g * g', 'g * g'],
      ['division by kappa', 'update.wgsl', '-exponent - kappa.exponent', '-exponent'],
      ['kappa2 is not added', 'lib/kappa.wgsl', 'scaled(second, secondExponent - base)', '0.0'],
    ],
  },
  {
    experiment: experimentOn('copying', [laneOf('sgd'), laneOf('path')], { hidden: 9 }),
    data: null,
    faults: [
      ['copying: the delimiter', 'tasks/copying.wgsl', 'shown = DELIMITER', 'shown = BLANK'],
      ['softmax: the measure', 'readout.wgsl', 'wantedOutput == highest', 'wantedOutput != highest'],
      ['softmax: a sum of one invocation', 'readout.wgsl', 'total += sums[', 'total = sums['],
    ],
  },
  {
    experiment: experimentOn('mnist-flat', [laneOf('sgd', {}, 'feedforward')], { hidden: 9 }),
    data: IMAGES,
    faults: [
      ['MNIST: the labels', 'tasks/mnist.wgsl', 'byteAt(labels, image)', 'byteAt(labels, 0u)'],
      [
        'MNIST: held-out images',
        'tasks/mnist.wgsl',
        'select(trainingPixels, heldOutPixels',
        'select(trainingPixels, trainingPixels',
      ],
      ['a network of one step', 'forward.wgsl', 'h = relu(z);', 'h = z;'],
    ],
  },
  {
    experiment: experimentOn('text', [laneOf('adam')], { hidden: 9 }),
    data: TEXT,
    faults: [
      ['text: the next character', 'tasks/text.wgsl', 'byteAt(part, at + 1u)', 'byteAt(part, at)'],
      [
        'states that are carried on',
        'carry.wgsl',
        'hidden[state] = carried[own];',
        'hidden[state] = vec4<f32>();',
      ],
      ['states that are kept', 'carry.wgsl', 'carried[own] = hidden[state];', ''],
    ],
  },
  {
    experiment: experimentOn('adding', [laneOf('rmsprop', {}, 'urnn'), laneOf('sgd', {}, 'urnn')], {
      hidden: 16,
    }),
    data: null,
    faults: [
      ['uRNN: the phases', 'unitaryTables.wgsl', 'vec2<f32>(-sine, cosine)', 'vec2<f32>(sine, cosine)'],
      ['uRNN: a reflection', 'unitaryForward.wgsl', '- turned(a, moved', '+ turned(a, moved'],
      ['uRNN: modReLU', 'unitaryForward.wgsl', '(modulus + bias) /', '(modulus - bias) /'],
      [
        'uRNN: the last sequence',
        'unitaryForward.wgsl',
        'first <= last, first + 1u <= last',
        'first < last, first + 1u <= last',
      ],
      ['uRNN: the gradient of its phases', 'unitaryBackward.wgsl', 'x[r].w * x[r].x -', 'x[r].w * x[r].x +'],
      [
        'uRNN: the gradient of its biases',
        'unitaryBackward.wgsl',
        'biasSums[r] += select(',
        'biasSums[r] -= select(',
      ],
    ],
  },
];

const planted = (shaders: CheckContext['shaders'], [name, file, right, wrong]: Fault): typeof shaders => {
  const source = shaders[file];
  if (!source?.includes(right)) throw new Error(`${name}: shaders/${file} has no "${right}".`);
  return { ...shaders, [file]: source.replace(right, wrong) };
};

/** Whether the self-test refuses an engine. */
async function isRefused({ experiment, data }: Faults, { gpu, shaders }: CheckContext): Promise<boolean> {
  try {
    (await createWebGpuEngine(experiment, { gpu, shaders, data })).dispose();
    return false;
  } catch (error) {
    if (error instanceof NoAdapterError && /computes wrongly/.test(error.message)) return true;
    throw error;
  }
}

async function tryAll(all: readonly Faults[], context: CheckContext): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const faults of all) {
    const { experiment } = faults;
    results.push(
      checked(`${experiment.task}: refused without a fault`, Number(await isRefused(faults, context)), 0),
    );
    for (const fault of faults.faults) {
      const refused = await isRefused(faults, { ...context, shaders: planted(context.shaders, fault) });
      results.push(checked(`not refused: ${fault[0]}`, Number(!refused), 0));
    }
  }
  return results;
}

export const FAULT_CASES: readonly CheckCase[] = [
  {
    name: 'the self-test refuses faults of single branches',
    set: 'short',
    run: (context) => tryAll(MISSED, context),
  },
  {
    name: 'the self-test refuses faults of every kernel and optimizer',
    set: 'long',
    run: (context) => tryAll(OTHERS, context),
  },
];
