import { type OpenedFile, openFile } from './runFile.ts';

declare const self: DedicatedWorkerGlobalScope;

/** What the worker answers: what the file holds, or what is wrong with it. */
export type FileAnswer =
  | { readonly opened: OpenedFile; readonly problem: null }
  | { readonly opened: null; readonly problem: string };

self.addEventListener('message', ({ data: file }: MessageEvent<Blob>) => {
  void openFile(file)
    .then(
      (opened): FileAnswer => ({ opened, problem: null }),
      (error: unknown): FileAnswer => ({
        opened: null,
        problem: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((answer) => self.postMessage(answer));
});
