import { describe, expect, test } from 'vitest';
import { type GenerationRequest, generateText } from '../../src/engine/generate.ts';
import { initialParametersFor } from '../../src/engine/initialise.ts';
import { shapeOf } from '../../src/engine/layout.ts';
import { parseLink } from '../../src/experiment/link.ts';
import { RARE_CHARACTER } from '../../src/experiment/tasks/textData.ts';
import type { TextData } from '../../src/experiment/tasks/types.ts';

const VOCABULARY = ['\n', 'a', 'b', 'c', RARE_CHARACTER];

const dataOf = (vocabulary: readonly string[]): TextData => ({
  kind: 'text',
  title: 'letters',
  vocabulary,
  training: new Uint8Array(5000),
  heldOut: new Uint8Array(5000),
});

const { experiment } = parseLink('task=text&hidden=4&layers=2&batch=2&length=4&lane=sgd');
const shape = shapeOf(experiment, dataOf(VOCABULARY));

function requestOf(changes: Partial<GenerationRequest> = {}): GenerationRequest {
  const [lane] = experiment.lanes;
  if (!lane) throw new Error('no lane');
  return {
    shape,
    lane,
    parameters: initialParametersFor(shape, lane).map((value, index) => value + 0.1 * Math.sin(index)),
    vocabulary: VOCABULARY,
    temperature: 1,
    prompt: '',
    characters: 200,
    seed: 7,
    step: 3,
    sample: 0,
    ...changes,
  };
}

/** Probabilities of what follows a text, straight from the definition of the network, with whole matrices and one-hot inputs. */
function probabilitiesAfter(
  { parameters, lane: { activation } }: GenerationRequest,
  numbers: readonly number[],
): number[] {
  const matrix = (name: string): number[][] => {
    const found = shape.matrices.find((candidate) => candidate.name === name);
    if (!found) throw new Error(name);
    const { rows, columns, offset } = found;
    return Array.from({ length: rows }, (_, row) =>
      Array.from(parameters.subarray(offset + row * columns, offset + (row + 1) * columns)),
    );
  };
  const times = (weights: number[][], vector: readonly number[]): number[] =>
    weights.map((row) => row.reduce((sum, weight, index) => sum + weight * (vector[index] as number), 0));
  const sum = (...vectors: number[][]): number[] =>
    (vectors[0] as number[]).map((_, index) =>
      vectors.reduce((total, one) => total + (one[index] as number), 0),
    );
  const squash = (z: number): number => (activation === 'tanh' ? Math.tanh(z) : Math.max(z, 0));
  let states = [new Array<number>(4).fill(0), new Array<number>(4).fill(0)];
  for (const number of numbers) {
    let input: number[] = VOCABULARY.map((_, index) => (index === number ? 1 : 0));
    states = states.map((state, layer) => {
      const z = sum(
        times(matrix(`W_in.${layer + 1}`), input),
        times(matrix(`W_rec.${layer + 1}`), state),
        matrix(`b.${layer + 1}`).flat(),
      );
      input = z.map(squash);
      return input;
    });
  }
  const logits = sum(times(matrix('W_out'), states[1] as number[]), matrix('b_out').flat());
  const weights = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const numbersOf = (text: string): number[] => Array.from(text, (character) => VOCABULARY.indexOf(character));

describe('generateText', () => {
  test.each(['relu', 'tanh'] as const)(
    'at temperature 0 every character is the likeliest one (%s)',
    (activation) => {
      const request = requestOf({
        lane: { activation, seed: 1 },
        temperature: 0,
        prompt: 'abc',
        characters: 30,
      });
      const text = generateText(request);
      expect(text).toHaveLength(30);
      const read = numbersOf('abc');
      for (const number of numbersOf(text)) {
        const probabilities = probabilitiesAfter(request, read);
        expect(probabilities[number]).toBeCloseTo(Math.max(...probabilities), 12);
        read.push(number);
      }
    },
  );

  test('first characters of many samples come as often as the softmax says', () => {
    const count = 3000;
    const counts = new Array<number>(5).fill(0);
    for (let sample = 0; sample < count; sample++) {
      const [number] = numbersOf(generateText(requestOf({ sample, characters: 1, prompt: 'ab' })));
      counts[number as number] = (counts[number as number] as number) + 1;
    }
    probabilitiesAfter(requestOf(), numbersOf('ab')).forEach((probability, number) => {
      // Five standard deviations of a share.
      const room = 5 * Math.sqrt((probability * (1 - probability)) / count);
      expect(Math.abs((counts[number] as number) / count - probability)).toBeLessThan(room);
    });
  });

  test('the same bits give the same text; seed, step and sample give others', () => {
    const text = generateText(requestOf());
    expect(text).toHaveLength(200);
    expect(generateText(requestOf())).toBe(text);
    expect(generateText(requestOf({ characters: 50 }))).toBe(text.slice(0, 50));
    for (const change of [{ seed: 8 }, { step: 4 }, { sample: 1 }, { temperature: 0.5 }]) {
      expect(generateText(requestOf(change))).not.toBe(text);
    }
  });

  test('characters of the prompt that the vocabulary lacks count as rare, or are left out', () => {
    expect(generateText(requestOf({ prompt: 'aZb' }))).toBe(
      generateText(requestOf({ prompt: `a${RARE_CHARACTER}b` })),
    );
    const vocabulary = ['\n', 'a', 'b', 'c', 'd'];
    expect(generateText(requestOf({ vocabulary, prompt: 'aZb' }))).toBe(
      generateText(requestOf({ vocabulary, prompt: 'ab' })),
    );
    expect(generateText(requestOf())).toBe(generateText(requestOf({ prompt: '\n' })));
  });

  test('a network whose readout is not finite writes nothing', () => {
    const { parameters } = requestOf();
    expect(generateText(requestOf({ parameters: parameters.map(() => 1e200) }))).toBe('');
    expect(generateText(requestOf({ parameters: parameters.map(() => Number.NaN) }))).toBe('');
  });
});
