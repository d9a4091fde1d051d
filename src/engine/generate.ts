import { randomWords, STREAM, uniformFromWord } from '../experiment/philox.ts';
import type { Range } from '../experiment/schema.ts';
import { RARE_CHARACTER } from '../experiment/tasks/textData.ts';
import type { LaneOfNetwork } from './cpu/network.ts';
import { matrixOf, type Shape } from './layout.ts';
import { readerOf } from './reader.ts';

/** Temperatures of generated text; 0 always takes the likeliest character. */
export const TEMPERATURE: Range = { min: 0, max: 2 };
/** Characters of one generated text. */
export const CHARACTERS: Range = { min: 1, max: 10_000, integer: true };

export interface GenerationRequest {
  /** Of a task whose inputs and outputs are the characters of a vocabulary. */
  readonly shape: Shape;
  readonly lane: LaneOfNetwork;
  /** Of the lane, in the order of `shape.matrices`. */
  readonly parameters: Float32Array | Float64Array; // [parameters]
  /** What each number stands for, one character each. */
  readonly vocabulary: readonly string[];
  /** Divides the readout before the softmax; 0 always takes the likeliest character. */
  readonly temperature: number;
  /** What the network reads before it goes on by itself; empty: a new line. Characters that it does not know count as rare. */
  readonly prompt: string;
  /** Characters to generate. */
  readonly characters: number;
  readonly seed: number;
  readonly step: number;
  /** Tells several texts of one step apart: the first is 0. */
  readonly sample: number;
}

/**
 * A text that a network writes: it reads the prompt from its state before time 0, then over and over a character drawn from its
 * own softmax (Graves, "Generating Sequences With Recurrent Neural Networks", arXiv:1308.0850). Draws depend on seed, step and sample
 * only, so that all lanes get the same ones. Computes in float64.
 * @returns the characters after the prompt; fewer where the network's readout is no longer finite
 */
export function generateText(request: GenerationRequest): string {
  const { shape, lane, parameters, vocabulary, temperature, characters, seed, step, sample } = request;
  const { hidden, layers, outputs } = shape;
  const logits = new Float64Array(outputs);
  const readout = matrixOf(shape, 'readout', layers).offset;
  const readoutBias = matrixOf(shape, 'readoutBias', layers).offset;
  const at = (index: number): number => parameters[index] as number;
  const { state, read } = readerOf(shape, lane, parameters);
  /** Puts the readout into `logits`; returns its largest entry. */
  const answer = (): number => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let output = 0; output < outputs; output++) {
      let sum = at(readoutBias + output);
      for (let k = 0; k < hidden; k++) sum += at(readout + output * hidden + k) * (state[k] as number);
      logits[output] = sum;
      // Math.max keeps what is not a number, where a comparison would not.
      largest = Math.max(largest, sum);
    }
    return largest;
  };

  for (const character of promptNumbers(request)) read(character);
  const words = new Uint32Array(4);
  let text = '';
  for (let index = 0; index < characters; index++) {
    const largest = answer();
    if (!Number.isFinite(largest)) break;
    let chosen = logits.indexOf(largest);
    if (temperature > 0) {
      const weights = logits.map((logit) => Math.exp((logit - largest) / temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      randomWords(seed, STREAM.sampling, step, sample * CHARACTERS.max + index, words);
      let left = uniformFromWord(words[0] as number) * total;
      // Rounding may leave a little at the end: then the likeliest one stays.
      for (let output = 0; output < outputs; output++) {
        left -= weights[output] as number;
        if (left < 0) {
          chosen = output;
          break;
        }
      }
    }
    text += vocabulary[chosen] ?? '';
    read(chosen);
  }
  return text;
}

/** The prompt as numbers of the vocabulary; where nothing of it is left, a new line, else the first character. */
function promptNumbers({ prompt, vocabulary }: GenerationRequest): number[] {
  const numberOf = new Map(vocabulary.map((character, number) => [character, number]));
  const rare = numberOf.get(RARE_CHARACTER);
  const numbers = Array.from(prompt, (character) => numberOf.get(character) ?? rare).filter(
    (number) => number !== undefined,
  );
  return numbers.length > 0 ? numbers : [numberOf.get('\n') ?? 0];
}
