import { adding } from './adding.ts';
import { copying } from './copying.ts';
import { mnist14, mnist14Permuted, mnistFlat, mnistPixels, mnistPixelsPermuted, mnistRows } from './mnist.ts';
import { text } from './text.ts';
import type { Task } from './types.ts';

/** Every task, by the name that links use. A new task is one file and one line here. */
export const TASKS = {
  adding,
  copying,
  'mnist-rows': mnistRows,
  'mnist-pixels': mnistPixels,
  'mnist-pixels-permuted': mnistPixelsPermuted,
  'mnist-14x14': mnist14,
  'mnist-14x14-permuted': mnist14Permuted,
  'mnist-flat': mnistFlat,
  text,
} as const satisfies Record<string, Task>;

export type TaskName = keyof typeof TASKS;
export const TASK_NAMES = Object.keys(TASKS) as [TaskName, ...TaskName[]];

export const taskOf = (experiment: { readonly task: TaskName }): Task => TASKS[experiment.task];

export type {
  Batch,
  BatchRequest,
  DataChoice,
  DataSetName,
  ImageData,
  ImageSet,
  Measure,
  Task,
  TaskData,
  TaskSettings,
  TextData,
} from './types.ts';
export { DATA_CHOICES } from './types.ts';
