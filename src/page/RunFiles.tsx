import { useRef, useState } from 'react';
import { messageOf } from '../engine/engine.ts';
import type { Experiment } from '../experiment/schema.ts';
import { importRun } from '../session/page/earlierRuns.ts';
import { currentSavedRun, useRun } from '../session/page/runStore.ts';
import { openFileInWorker } from '../session/store/runFileClient.ts';
import { download } from './browser/download.ts';
import { formatCount } from './numbers.ts';
import { loadCode } from './part/code.ts';
import { continueSaved, edit } from './workbench.ts';

/** Names that the page gives files tell nothing that the list of earlier runs does not. */
const OWN_NAME = /^path-sgd-/;
/** Characters of a run's name. */
const LONGEST_NAME = 80;

const runName = (fileName: string): string | null =>
  OWN_NAME.test(fileName) ? null : fileName.replace(/\.json$/i, '').slice(0, LONGEST_NAME) || null;

/** A run that was opened as curves: its experiment can be set up. */
interface Imported {
  readonly text: string;
  readonly experiment: Experiment;
}

/** Saves a run as a file that goes on where it stood, and opens such a file, or a run that was saved as JSON. */
export function RunFiles() {
  const [problem, setProblem] = useState<string | null>(null);
  const [imported, setImported] = useState<Imported | null>(null);
  /** Name of the file that is being read. */
  const [reading, setReading] = useState<string | null>(null);
  const chosen = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  const begun = useRun(({ status }) => status === 'running' || status === 'paused' || status === 'stopped');

  const save = async (): Promise<void> => {
    const run = currentSavedRun();
    if (run === null) {
      setProblem('There is no checkpoint yet: pause the run first.');
      return;
    }
    const { writeRunFile } = await loadCode('session/store/runFile.ts');
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
    // Of several files chosen in a row only the last one counts.
    const number = ++chosen.current;
    setProblem(null);
    setImported(null);
    setReading(file.name);
    try {
      const opened = await openFileInWorker(file);
      if (number !== chosen.current) return;
      if (opened.kind === 'checkpoint') continueSaved(opened.run);
      else {
        const { experiment, step } = opened.record;
        const text = importRun(opened.record, runName(file.name))
          ? `${file.name} is among the earlier runs: its curves up to step ${formatCount(step)} are faint, and stay until you remove them.`
          : `${file.name} is among the earlier runs already.`;
        setImported({ text, experiment });
      }
    } catch (error) {
      if (number !== chosen.current) return;
      setProblem(`${file.name} was not opened: ${messageOf(error)}`);
    }
    setReading(null);
  };

  return (
    <>
      <div className="save-choices">
        <span>Go on another time</span>
        <button
          type="button"
          disabled={!begun}
          onClick={() =>
            void save().catch((error: unknown) =>
              setProblem(`The checkpoint was not saved: ${messageOf(error)}`),
            )
          }
          title="A file with all weights: opened here, the run goes on from its last checkpoint"
        >
          Save checkpoint
        </button>
        <button
          type="button"
          onClick={() => input.current?.click()}
          title="A checkpoint goes on where it stood; a run saved as JSON joins the earlier runs"
        >
          Open a saved run
        </button>
        <input
          ref={input}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label="Saved run"
          onChange={(event) => {
            void open(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      {reading !== null && (
        <p role="status" className="chart-note">
          Reading {reading}…
        </p>
      )}
      {problem !== null && (
        <p role="alert" className="text-file-problem">
          {problem}
        </p>
      )}
      {imported !== null && (
        <div role="status" className="save-choices">
          <p className="chart-note">{imported.text}</p>
          <button
            type="button"
            onClick={() => {
              edit(imported.experiment);
              setImported(null);
            }}
          >
            Set up its experiment
          </button>
        </div>
      )}
    </>
  );
}
