import type { RefObject } from 'react';
import { useRun } from '../session/page/runStore.ts';
import { formatCount } from './numbers.ts';
import { offerFiles, useWorkbench } from './workbench.ts';
import './styles/text-file.css';

interface TextFileFieldProps {
  /** Whether a file is held over the panel. */
  readonly over: boolean;
  /** The control that opens the browser's choice of a file. */
  readonly input: RefObject<HTMLInputElement | null>;
}

/** The text that is trained on, and a place for the visitor's own. */
export function TextFileField({ over, input }: TextFileFieldProps) {
  const text = useRun((state) => state.text);
  const waiting = useRun((state) => state.status === 'waiting');
  return (
    <div className="text-file">
      {text && (
        <p className="text-file-name">
          <b>{text.title}</b>: {text.vocabulary} different characters, {formatCount(text.characters)} to train
          on
        </p>
      )}
      <div className={over || waiting ? 'drop-zone drop-zone-wanted' : 'drop-zone'}>
        <p>Drop a text file here{waiting ? '.' : ', or'}</p>
        {/* The notice of a run that waits has the button, in sight wherever the panel is. */}
        {!waiting && <TextFileButton input={input} />}
      </div>
    </div>
  );
}

/** Lets the visitor choose a text, and says how that goes. */
export function TextFileButton({ input }: Pick<TextFileFieldProps, 'input'>) {
  const { reading, problem } = useWorkbench((state) => state.offer);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        Choose a file
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Text file"
        onChange={(event) => {
          void offerFiles(event.target.files);
          // The same file may be chosen again, once it has been changed.
          event.target.value = '';
        }}
      />
      <p className="text-file-note">UTF-8, 1 kB to 100 MB. It never leaves this machine.</p>
      {reading !== null && <p role="status">Reading {reading}…</p>}
      {problem !== null && (
        <p role="alert" className="text-file-problem">
          {problem}
        </p>
      )}
    </>
  );
}
