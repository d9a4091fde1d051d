import { describe, expect, test } from 'vitest';
import { initialParametersFor } from '../../src/engine/initialise.ts';
import { shapeOf } from '../../src/engine/layout.ts';
import { type Examples, predictHeldOut } from '../../src/engine/predict.ts';
import { parseLink } from '../../src/experiment/link.ts';
import { type ImageSet, type TaskData, taskOf } from '../../src/experiment/tasks/index.ts';
import { encodeText } from '../../src/experiment/tasks/textData.ts';
import {
  type ExampleSizes,
  imageOf,
  inputOver,
  likeliest,
  percentText,
  probabilitiesOf,
  readoutAt,
  sizesOf,
  symbolsOf,
  targetsOf,
  visibleCharacter,
} from '../../src/page/examples/answers.ts';

/** The examples of a link's experiment as they come to the page, from fresh networks. */
function examplesOf(link: string, data: TaskData | null = null) {
  const { experiment } = parseLink(link);
  const shape = shapeOf(experiment, data);
  const parameters = experiment.lanes.flatMap((lane) => [...initialParametersFor(shape, lane)]);
  const examples: Examples = predictHeldOut(experiment, data, Float32Array.from(parameters));
  return { experiment, shape, examples, sizes: sizesOf(experiment, examples) };
}

/** Images of which each pixel is its number plus the image's, modulo 256. */
function images(): TaskData {
  const set = (count: number): ImageSet => ({
    count,
    pixels: Uint8Array.from({ length: count * 784 }, (_, index) => (index % 784) + Math.floor(index / 784)),
    labels: Uint8Array.from({ length: count }, (_, index) => (index + 3) % 10),
  });
  return { kind: 'images', training: set(10), heldOut: set(10) };
}

describe('held-out examples', () => {
  test('adding: two marked numbers, whose sum is the target', () => {
    const { examples, sizes } = examplesOf('length=12&hidden=4&batch=4&lane=sgd&lane=path');
    const expected: ExampleSizes = { steps: 12, sequences: 8, scoredSteps: 1, inputs: 2, outputs: 1 };
    expect(sizes).toEqual(expected);
    for (let sequence = 0; sequence < 8; sequence++) {
      const values = inputOver(examples, sizes, sequence, 0);
      const marks = inputOver(examples, sizes, sequence, 1);
      expect(marks.reduce((sum, mark) => sum + mark)).toBe(2);
      const sum = values.reduce((total, value, at) => total + value * (marks[at] as number), 0);
      expect(targetsOf(examples, sizes, sequence)).toEqual([expect.closeTo(sum, 6)]);
    }
    expect(readoutAt(examples, sizes, 1, 7, 0)).toEqual((examples.outputs[1] as Float64Array).subarray(7, 8));
    expect(readoutAt(examples, sizes, 2, 0, 0)).toBeNull();
  });

  test('copying: what is to be recalled is what was shown', () => {
    const { examples, sizes } = examplesOf('task=copying&length=10&hidden=4&batch=4&lane=sgd');
    expect(sizes).toEqual({ steps: 30, sequences: 8, scoredSteps: 30, inputs: 10, outputs: 9 });
    const shown = symbolsOf(examples, sizes, 5);
    expect(shown.slice(0, 10).every((symbol) => symbol >= 1 && symbol <= 8)).toBe(true);
    expect(shown.slice(10)).toEqual([...Array(9).fill(0), 9, ...Array(10).fill(0)]);
    expect(targetsOf(examples, sizes, 5)).toEqual([...Array(20).fill(0), ...shown.slice(0, 10)]);
    expect(readoutAt(examples, sizes, 0, 5, 29)).toHaveLength(9);
  });

  test.each(['mnist-rows', 'mnist-pixels-permuted', 'mnist-flat'])(
    '%s: the image is put together again',
    (task) => {
      const data = images();
      const { experiment, examples, sizes } = examplesOf(`task=${task}&hidden=4&batch=2&lane=sgd`, data);
      const { inputs } = taskOf(experiment).display;
      if (inputs.kind !== 'image' || data.kind !== 'images') throw new Error('not an image');
      expect(sizes.steps * sizes.inputs).toBe(784);
      const image = imageOf(examples, sizes, 6, inputs.orderOf(experiment.seed));
      const bytes = data.heldOut.pixels.subarray(6 * 784, 7 * 784);
      expect(Array.from(image, (value) => Math.round(255 * value))).toEqual([...bytes]);
      expect(targetsOf(examples, sizes, 6)).toEqual([9]);
    },
  );

  test('text: as many streams as the batch has, and each character is the target of the one before', () => {
    const data = encodeText(
      'a text',
      new TextEncoder().encode('To be, or not to be: that is the question.\n'.repeat(60)),
    );
    const { examples, sizes } = examplesOf('task=text&length=6&hidden=4&batch=3&lane=sgd', data);
    expect(sizes).toMatchObject({ steps: 6, sequences: 3, inputs: data.vocabulary.length });
    const read = symbolsOf(examples, sizes, 2);
    expect(targetsOf(examples, sizes, 2).slice(0, 5)).toEqual(read.slice(1));
  });
});

describe('answers', () => {
  test('probabilities sum to one, even of huge logits, and follow softmax', () => {
    const probabilities = probabilitiesOf(Float64Array.of(1000, 1000 + Math.log(3), -1000));
    expect(probabilities[0]).toBeCloseTo(0.25, 12);
    expect(probabilities[1]).toBeCloseTo(0.75, 12);
    expect(probabilities[2]).toBe(0);
  });

  test('the likeliest come first; a tie goes to the lower class; numbers that are none have no guess', () => {
    expect(likeliest(Float64Array.of(0.1, 0.4, 0.1, 0.4), 3)).toEqual([1, 3, 0]);
    expect(likeliest(probabilitiesOf(Float64Array.of(1, Number.NaN)), 2)).toEqual([]);
    expect(likeliest(probabilitiesOf(Float64Array.of(1, Number.POSITIVE_INFINITY)), 2)).toEqual([]);
  });

  test('read as people write them', () => {
    expect([1, 0.934, 0.0999, 0.0421, 0.0004, Number.NaN].map(percentText)).toEqual([
      '100 %',
      '93 %',
      '10 %',
      '4.2 %',
      '<0.1 %',
      'not a number',
    ]);
    expect([' ', '\n', 'a'].map(visibleCharacter)).toEqual(['␣', '↵', 'a']);
  });
});
