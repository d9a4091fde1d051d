import type { Experiment } from '../schema.ts';
import { taskOf } from './index.ts';
import { loadImages } from './mnistData.ts';
import type { TaskData } from './types.ts';

/** Data that do not do for an experiment: the message says why, and what would. */
export class UnfitDataError extends Error {
  override readonly name = 'UnfitDataError';
}

/**
 * Loads the data of an experiment's task; null for generated tasks.
 * @param fetchFile reads a file of that name from wherever the data lie
 * @throws DamagedDataError where a file is not what it should be, UnfitDataError where the data do not do for the
 * experiment, and whatever `fetchFile` throws
 */
export async function loadTaskData(
  experiment: Experiment,
  fetchFile: (file: string) => Promise<Uint8Array>,
): Promise<TaskData | null> {
  const task = taskOf(experiment);
  if (task.data === null) return null;
  const data = await loadImages(experiment.data === 'full' ? 'full' : 'small', fetchFile);
  const problem = task.problem(experiment, data);
  if (problem !== null) throw new UnfitDataError(problem);
  return data;
}
