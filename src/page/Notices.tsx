import { useId, useRef } from 'react';
import { useRun } from '../session/page/runStore.ts';
import { isKeptApart } from './browser/frame.ts';
import { Icon } from './Icon.tsx';
import { LeftRunNotice } from './LeftRunNotice.tsx';
import { formatCount } from './numbers.ts';
import { TextFileButton } from './TextFileField.tsx';
import { chooseEngine, dismiss, useWorkbench } from './workbench.ts';

/** What the visitor should know: parts of a link that were not used, an engine that fell back, a run that failed. */
export function Notices() {
  const notices = useWorkbench((state) => state.notices);
  const engine = useWorkbench((state) => state.view.engine);
  const error = useRun((state) => state.error);
  const waiting = useRun((state) => state.status === 'waiting');
  const fileInput = useRef<HTMLInputElement>(null);
  const fallback = useRun((state) => state.fallback);
  const recovering = useRun((state) => state.recovering);
  const notKept = useRun((state) => state.notKept);
  const recovered = useRun((state) => state.recovered);
  return (
    <div className="notices">
      {error !== null && (
        <div className="notice notice-error" role="alert">
          <p>
            <strong>This run cannot go on.</strong> {error}
          </p>
          {engine === 'webgpu' && (
            <button type="button" onClick={() => chooseEngine('cpu')}>
              Train on the CPU
            </button>
          )}
        </div>
      )}
      <LeftRunNotice />
      {isKeptApart() && (
        <div className="notice notice-information" role="status">
          <p>
            <strong>This page stands in a frame that keeps it apart.</strong> Everything can be trained and
            looked at, more slowly. Nothing is kept for a next visit, and the frame may not let you save files
            or copy.{' '}
            <a href={location.href} target="_blank" rel="noopener">
              Open it in a tab of its own
            </a>
            . If this link does nothing, press it with the right button and choose a new tab.
          </p>
        </div>
      )}
      {notKept !== null && !isKeptApart() && (
        <div className="notice notice-warning" role="status">
          <p>
            <strong>This run is not saved.</strong> {notKept} Training goes on, and the page keeps trying to
            save. Until it can, a reload loses the steps since the last save. “Save checkpoint” below the
            charts gives you a file.
          </p>
        </div>
      )}
      {recovering !== null && (
        <div className="notice notice-warning" role="alert">
          <p>
            <strong>{recovering}</strong> The run goes on from its last checkpoint as soon as it can, which
            may take half a minute.
          </p>
        </div>
      )}
      {recovered !== null && (
        <div className="notice notice-information" role="status">
          <p>
            <strong>{recovered.loss}</strong> That was at step {formatCount(recovered.lostAt)}. The run went
            on from its checkpoint at step {formatCount(recovered.from)} on the{' '}
            {recovered.engine.kind === 'webgpu' ? 'GPU' : 'CPU'},{' '}
            {recovered.exact ? 'with the same numbers.' : 'whose numbers agree to rounding.'}
          </p>
        </div>
      )}
      {waiting && (
        <div className="notice notice-information" role="status">
          <div className="notice-text-file">
            <p>
              <strong>This experiment trains on a text file of your own.</strong> Drop one on the panel
              Experiment, or
            </p>
            <TextFileButton input={fileInput} />
          </div>
        </div>
      )}
      {fallback !== null && (
        <div className="notice notice-information" role="status">
          <p>
            <strong>Training on the CPU.</strong>{' '}
            {window.isSecureContext ? (
              <>
                {fallback} Everything works, only slower than on a GPU.{' '}
                {recovered === null
                  ? 'Where the machine has one, a recent Chrome or Edge (also on Android), or Safari 26, trains on it.'
                  : 'A reload may bring the GPU back.'}
              </>
            ) : (
              <>
                This page came over plain http, and browsers let a page use the GPU only where its address
                starts with https or is localhost. Everything works, only slower than on a GPU.
              </>
            )}
          </p>
        </div>
      )}
      {notices.map(({ topic, kind, lines: [first, ...rest], link }) => (
        <div key={topic} className={`notice notice-${kind}`}>
          <div>
            {/* Read out at once, other than the link, which may be long. */}
            <div role={kind === 'warning' ? 'alert' : 'status'}>
              <p>{first}</p>
              {rest.length > 0 && (
                <ul>
                  {rest.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              )}
            </div>
            {link !== undefined && <LinkThatCame link={link} />}
          </div>
          <button
            type="button"
            className="quiet"
            aria-label="Dismiss this message"
            onClick={() => dismiss(topic)}
          >
            <Icon name="remove" />
          </button>
        </div>
      ))}
    </div>
  );
}

/** Characters of a link that are shown: no link that this page makes is longer. */
const MOST_SHOWN = 16_384;

/** The link as it came, to compare, copy and send back. One click selects all of it. */
function LinkThatCame({ link }: { readonly link: string }) {
  const id = useId();
  return (
    <div className="notice-link">
      <p id={id}>The link as it came:</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it */}
      <section aria-labelledby={id} tabIndex={0}>
        <code>{link.length > MOST_SHOWN ? `${link.slice(0, MOST_SHOWN)}…` : link}</code>
      </section>
    </div>
  );
}
