import type { Experiment } from '../schema.ts';
import { UnfitDataError } from './dataErrors.ts';
import { taskOf } from './index.ts';
import { loadImages } from './mnistData.ts';
import { encodeText, loadMobyDick } from './textData.ts';
import type { TaskData } from './types.ts';

export { DamagedDataError, UnfitDataError } from './dataErrors.ts';

/** A text file that a person gave. */
export interface OwnText {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Loads the data of an experiment's task; null for generated tasks.
 * @param fetchFile reads a file of that name from wherever the data lie
 * @param ownText the text of `data=own`; null where nobody gave one
 * @throws DamagedDataError where a file is not what it should be, UnfitDataError where a text cannot be read or the data
 * do not do for the experiment, and whatever `fetchFile` throws
 */
export async function loadTaskData(
  experiment: Experiment,
  fetchFile: (file: string) => Promise<Uint8Array>,
  ownText: OwnText | null,
): Promise<TaskData | null> {
  const data = await readTaskData(experiment, fetchFile, ownText);
  assertFits(experiment, data);
  return data;
}

/** The same, without asking whether the data do for the experiment: others of the task can use them, too. */
export async function readTaskData(
  experiment: Experiment,
  fetchFile: (file: string) => Promise<Uint8Array>,
  ownText: OwnText | null,
): Promise<TaskData | null> {
  switch (taskOf(experiment).data) {
    case null:
      return null;
    case 'mnist':
      return loadImages(experiment.data === 'full' ? 'full' : 'small', fetchFile);
    case 'text':
      if (experiment.data !== 'own') return loadMobyDick(fetchFile);
      if (ownText === null) {
        throw new UnfitDataError(
          'data is own, but there is no text: drop a text file on the page, or give its path to the command line with --text.',
        );
      }
      return encodeText(ownText.name, ownText.bytes);
  }
}

/** @throws UnfitDataError where the data do not do for the experiment: the message says what would */
export function assertFits(experiment: Experiment, data: TaskData | null): void {
  const problem = taskOf(experiment).problem(experiment, data);
  if (problem !== null) throw new UnfitDataError(problem);
}
