import { useRef, useState } from 'react';
import { currentSavedRun, useRun } from '../session/runStore.ts';
import { continueSaved } from './workbench.ts';

/** Saves a run as a file that goes on where it stood, and opens such a file. */
export function RunFiles() {
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const begun = useRun(({ status }) => status === 'running' || status === 'paused' || status === 'stopped');

  const save = async (): Promise<void> => {
    const run = currentSavedRun();
    if (run === null) {
      setProblem('There is no checkpoint yet: pause the run first.');
      return;
    }
    const [{ writeRunFile }, { download }] = await Promise.all([
      import('../session/runFile.ts'),
      import('./charts/save.ts'),
    ]);
    const { experiment, step } = run.checkpoint;
    download(
      writeRunFile(run),
      `path-sgd-${experiment.task}-checkpoint-step-${step}.json`,
      'application/json',
    );
    setProblem(null);
  };

  const open = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const { MOST_FILE_BYTES, readRunFile } = await import('../session/runFile.ts');
    try {
      if (file.size > MOST_FILE_BYTES) {
        throw new Error(`it has ${file.size} bytes, a saved run at most ${MOST_FILE_BYTES}.`);
      }
      continueSaved(readRunFile(await file.text()));
      setProblem(null);
    } catch (error) {
      setProblem(`${file.name} was not opened: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  return (
    <>
      <div className="save-choices">
        <span>Go on another time</span>
        <button
          type="button"
          disabled={!begun}
          onClick={() => void save()}
          title="A file with all weights: opened here, the run goes on from its last checkpoint"
        >
          Save checkpoint
        </button>
        <button type="button" onClick={() => input.current?.click()} title="A file saved by Save checkpoint">
          Open checkpoint
        </button>
        <input
          ref={input}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label="Checkpoint file"
          onChange={(event) => {
            void open(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      {problem !== null && (
        <p role="alert" className="text-file-problem">
          {problem}
        </p>
      )}
    </>
  );
}
