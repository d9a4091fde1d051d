import type { Examples } from '../../engine/predict.ts';
import type { Experiment } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';

/** The sizes of held-out examples. */
export interface ExampleSizes {
  readonly steps: number;
  readonly sequences: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly scoredSteps: number;
}

/** The sizes of held-out examples, read off the arrays: those of a text depend on data that the page has not. */
export function sizesOf(experiment: Experiment, { batch, outputs }: Examples): ExampleSizes {
  const task = taskOf(experiment);
  const steps = task.steps(experiment);
  const scoredSteps = task.readout === 'last' ? 1 : steps;
  // One target a scored step: a class, or the one number of the adding problem.
  const sequences = batch.targets.length / scoredSteps;
  return {
    steps,
    sequences,
    scoredSteps,
    inputs: batch.inputs.length / (steps * sequences),
    outputs: (outputs[0]?.length ?? 0) / (scoredSteps * sequences),
  };
}

/** One input of one sequence over time. */
export function inputOver(
  { batch }: Examples,
  { steps, sequences, inputs }: ExampleSizes,
  sequence: number,
  input: number,
): Float32Array {
  return Float32Array.from(
    { length: steps },
    (_, step) => batch.inputs[(step * sequences + sequence) * inputs + input] as number,
  );
}

/** Which of the one-hot inputs each step of a sequence has: [steps]. */
export function symbolsOf({ batch }: Examples, sizes: ExampleSizes, sequence: number): number[] {
  const { steps, sequences, inputs } = sizes;
  return Array.from({ length: steps }, (_, step) => {
    const first = (step * sequences + sequence) * inputs;
    return batch.inputs.subarray(first, first + inputs).indexOf(1);
  });
}

/** The targets of a sequence: [scored steps]. */
export function targetsOf({ batch }: Examples, sizes: ExampleSizes, sequence: number): number[] {
  const { scoredSteps, sequences } = sizes;
  return Array.from(
    { length: scoredSteps },
    (_, step) => batch.targets[step * sequences + sequence] as number,
  );
}

/** The raw readout of a lane at a scored step of a sequence: [outputs]; null while there is none of that lane. */
export function readoutAt(
  { outputs }: Examples,
  sizes: ExampleSizes,
  lane: number,
  sequence: number,
  step: number,
): Float64Array | null {
  const first = (step * sizes.sequences + sequence) * sizes.outputs;
  return outputs[lane]?.subarray(first, first + sizes.outputs) ?? null;
}

/** The probabilities of classes (softmax); all NaN where a logit is not finite. */
export function probabilitiesOf(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The likeliest classes, the first one first; none where there are no probabilities. */
export function likeliest(probabilities: Float64Array, count: number): number[] {
  if (probabilities.some(Number.isNaN)) return [];
  return Array.from(probabilities.keys())
    .sort((left, right) => (probabilities[right] as number) - (probabilities[left] as number) || left - right)
    .slice(0, count);
}

/**
 * The image that a sequence shows, row by row, from 0 (background) to 1.
 * @param order the pixel of each number, in the order of reading
 */
export function imageOf(
  { batch }: Examples,
  { steps, sequences, inputs }: ExampleSizes,
  sequence: number,
  order: Uint32Array,
): Float32Array {
  const image = new Float32Array(order.length);
  for (let step = 0; step < steps; step++) {
    for (let input = 0; input < inputs; input++) {
      const pixel = order[step * inputs + input] as number;
      image[pixel] = batch.inputs[(step * sequences + sequence) * inputs + input] as number;
    }
  }
  const lowest = image.reduce((left, right) => Math.min(left, right));
  const highest = image.reduce((left, right) => Math.max(left, right));
  return image.map((value) => (highest > lowest ? (value - lowest) / (highest - lowest) : 0));
}

/** A probability as a percentage in as few digits as tell something: "93 %", "4.2 %", "<0.1 %". */
export function percentText(probability: number): string {
  if (Number.isNaN(probability)) return 'not a number';
  const percent = 100 * probability;
  if (percent < 0.1) return '<0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A character as it can be seen: a space and a line's end have signs. */
export const visibleCharacter = (character: string): string =>
  character === ' ' ? '␣' : character === '\n' ? '↵' : character;
