import { startWorker } from '../startWorker.ts';
import type { OpenedFile } from './runFile.ts';

/**
 * Reads a checkpoint, or a run saved as JSON, in a worker of its own: the largest ones take seconds, in which the page stays free.
 * Where the browser starts no worker, the page reads it.
 * @throws Error which says what is wrong with it
 */
export function openFileInWorker(file: Blob): Promise<OpenedFile> {
  return new Promise((resolve, reject) => {
    const worker = startWorker<Blob, OpenedFile>({
      start: () => new Worker(new URL('./runFileWorker.ts', import.meta.url), { type: 'module' }),
      load: async () => {
        const { openFile } = await import('./runFile.ts');
        return async (each, post) => post(await openFile(each));
      },
      onAnswer: (opened) => {
        worker.end();
        resolve(opened);
      },
      onFailure: (problem) => reject(new Error(problem)),
    });
    worker.send(file);
  });
}
