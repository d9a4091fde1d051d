import type { Experiment } from '../experiment/schema.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { laneSubject } from './question.ts';
import { type Reach, reach, type Verdict } from './reach.ts';
import type { Settings } from './settings.ts';

/** The answer for one pair of marked steps, from 1. */
export interface PairAnswer extends Pick<Reach, 'excess' | 'unsafe'> {
  readonly first: number;
  readonly second: number;
  readonly verdict: Verdict;
  readonly regions: number;
}

/** The steps that the first and the second marker of a sequence of adding may have, from 1. */
export function markerSteps({ length, terms }: Pick<Experiment, 'length' | 'terms'>): {
  readonly firsts: readonly number[];
  readonly seconds: readonly number[];
} {
  const part = (term: number): number[] => {
    const begin = Math.floor((term * length) / terms);
    const end = Math.floor(((term + 1) * length) / terms);
    return Array.from({ length: end - begin }, (_, index) => begin + index + 1);
  };
  return { firsts: part(0), seconds: part(1) };
}

/**
 * Asks the question of the settings for every pair of marked steps that the task has, one after another.
 * @param parameters [parameters] of the lane of the settings
 * @throws QuestionError
 */
export function* answersForPairs(
  experiment: Experiment,
  data: TaskData | null,
  parameters: Float32Array | Float64Array,
  settings: Settings,
): Generator<PairAnswer> {
  const { firsts, seconds } = markerSteps(experiment);
  for (const first of firsts) {
    for (const second of seconds) {
      const subject = laneSubject(experiment, data, parameters, { ...settings, first, second, third: 0 });
      const { verdict, excess, unsafe, cells } = reach(subject, { cap: settings.cells, units: [0, 1] });
      yield { first, second, verdict, excess, unsafe, regions: cells.count };
    }
  }
}
