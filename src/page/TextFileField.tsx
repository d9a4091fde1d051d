import { type RefObject, useId } from 'react';
import { useRun } from '../session/runStore.ts';
import { formatCount } from './numbers.ts';
import type { TextFile } from './useTextFile.ts';

interface TextFileFieldProps {
  readonly file: TextFile;
  /** The control that opens the browser's choice of a file. */
  readonly input: RefObject<HTMLInputElement | null>;
}

/** The text that is trained on, and a place for the visitor's own. */
export function TextFileField({ file, input }: TextFileFieldProps) {
  const text = useRun((state) => state.text);
  const waiting = useRun((state) => state.status === 'waiting');
  const noteId = useId();
  const { reading, problem, over, offer } = file;
  return (
    <div className="text-file">
      {text && (
        <p className="text-file-name">
          <b>{text.title}</b>: {text.vocabulary} different characters, {formatCount(text.characters)} to train
          on
        </p>
      )}
      <div className={over || waiting ? 'drop-zone drop-zone-wanted' : 'drop-zone'}>
        {waiting && (
          <p>
            <strong>This experiment trains on a text file of your own.</strong>
          </p>
        )}
        <p>Drop a text file here, or</p>
        <button type="button" aria-describedby={noteId} onClick={() => input.current?.click()}>
          Choose a file
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label="Text file"
          onChange={(event) => {
            offer(event.target.files);
            // The same file may be chosen again, once it has been changed.
            event.target.value = '';
          }}
        />
        <p id={noteId} className="field-hint">
          UTF-8, 1 kB to 100 MB. It never leaves this machine.
        </p>
        {reading !== null && <p role="status">Reading {reading}…</p>}
        {problem !== null && (
          <p role="alert" className="field-error">
            {problem}
          </p>
        )}
      </div>
    </div>
  );
}
