import type { OpenedFile } from './runFile.ts';
import type { FileAnswer } from './runFileWorker.ts';

/**
 * Reads a checkpoint, or a run saved as JSON, in a worker of its own: the largest ones take seconds, in which the page stays free.
 * @throws Error which says what is wrong with it
 */
export function openFileInWorker(file: Blob): Promise<OpenedFile> {
  const worker = new Worker(new URL('./runFileWorker.ts', import.meta.url), { type: 'module' });
  const answer = new Promise<OpenedFile>((resolve, reject) => {
    const refuse = (problem: string): void => reject(new Error(problem));
    worker.addEventListener('message', ({ data: { opened, problem } }: MessageEvent<FileAnswer>) => {
      if (problem === null) resolve(opened);
      else refuse(problem);
    });
    worker.addEventListener('messageerror', () => refuse('What it holds could not be handed over.'));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      refuse(event.message || 'What reads it could not be loaded.');
    });
  });
  worker.postMessage(file);
  return answer.finally(() => worker.terminate());
}
