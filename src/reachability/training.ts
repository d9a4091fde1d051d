import { createCpuEngine } from '../engine/cpu/index.ts';
import type { Experiment, Lane } from '../experiment/schema.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { QuestionError } from './network.ts';
import { laneSubject } from './question.ts';
import { type Reach, reach, type Verdict } from './reach.ts';
import type { Settings } from './settings.ts';

/** What one lane's network is made of after some steps of training. */
export interface TrainingCount extends Pick<Reach, 'excess' | 'maps'> {
  /** Updates so far. */
  readonly step: number;
  /** From 1. */
  readonly lane: number;
  readonly regions: number;
  /** False where the search ended at the cap. */
  readonly complete: boolean;
  readonly verdict: Verdict;
}

/** Steps at which regions are counted: 0, 1, 2, 5, 10, 20, 50, and so on up to the last one. */
export function countedSteps(last: number): number[] {
  const steps = [0];
  for (let decade = 1; decade < last; decade *= 10) {
    for (const factor of [1, 2, 5]) if (factor * decade < last) steps.push(factor * decade);
  }
  return last > 0 ? [...steps, last] : steps;
}

/** The lanes of the settings that are counted: one, or two of which the second stands beside the first. */
export function countedLanes({ lanes }: Experiment, { lane, beside }: Settings): number[] {
  const other = beside || (lane === 1 ? 2 : 1);
  const usable = ({ activation, network }: Lane): boolean => activation === 'relu' && network !== 'urnn';
  return [...new Set([lane, other])].filter((number) => {
    const settings = lanes[number - 1];
    return settings !== undefined && usable(settings);
  });
}

/**
 * Trains lanes of an experiment again from their start, on the CPU in float32, and counts their regions on the way. A lane
 * trains as it does beside others, to the last bit on one engine; a run on a GPU differs by rounding.
 * @param last the step of the last count
 * @throws QuestionError
 */
export async function* countsOverTraining(
  experiment: Experiment,
  data: TaskData | null,
  settings: Settings,
  last: number,
): AsyncGenerator<TrainingCount> {
  const numbers = countedLanes(experiment, settings);
  if (numbers.length === 0) {
    throw new QuestionError(
      `Neither lane ${settings.lane} nor the one beside it is a ReLU network of the run.`,
    );
  }
  const lanes = numbers.map((number) => experiment.lanes[number - 1] as Lane);
  const trained: Experiment = { ...experiment, lanes };
  const engine = await createCpuEngine(trained, { data, precision: 'float32' });
  try {
    for (const step of countedSteps(last)) {
      if (step > engine.step) await engine.train(step - engine.step);
      const { parameters } = await engine.checkpoint();
      const size = parameters.length / lanes.length;
      for (const [index, lane] of numbers.entries()) {
        const own = parameters.slice(index * size, (index + 1) * size);
        const subject = laneSubject(trained, data, own, { ...settings, lane: index + 1 });
        const { cells, finished, maps, verdict, excess } = reach(subject, {
          cap: settings.cells,
          units: [0, 1],
        });
        yield { step, lane, regions: cells.count, complete: finished, maps, verdict, excess };
      }
    }
  } finally {
    engine.dispose();
  }
}
