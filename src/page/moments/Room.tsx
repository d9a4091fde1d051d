import { useMemo } from 'react';
import { isPreset, MOMENTS_PRESETS } from '../../moments/presets.ts';
import type { Stage } from '../../moments/run.ts';
import {
  DEFAULT_MOMENTS,
  fitting,
  type MomentsSettings,
  readMomentsSettings,
  writeMomentsSettings,
} from '../../moments/settings.ts';
import { Citation } from '../Citation.tsx';
import type { RoomProps } from '../rooms/room.ts';
import { Fields } from './Fields.tsx';
import { Results } from './Results.tsx';
import { type MomentsRun, useMoments } from './useMoments.ts';
import '../styles/moments.css';

const SOURCE =
  'Awasthi, Tang, Vijayaraghavan, Efficient Algorithms for Learning Depth-2 Neural Networks with General ReLU Activations, NeurIPS 2021, arXiv:2107.10209';

const STAGE_TEXTS: Readonly<Record<Stage, string>> = {
  samples: 'Asking the teacher',
  moments: 'Measuring moments',
  polish: 'Polishing',
  training: 'SGD and Path-SGD are training',
  done: 'Done',
};

/** A hidden network, and students that learn it from the same samples: by moments, by SGD and by Path-SGD. */
export default function Room({ settings: record, onSettings }: RoomProps) {
  const { settings, messages } = useMemo(() => readMomentsSettings(record), [record]);
  const { run, start, cancel } = useMoments();
  const running = run?.status === 'running';
  const change = (changes: Partial<MomentsSettings>): MomentsSettings => {
    const next = fitting({ ...settings, ...changes });
    onSettings(writeMomentsSettings(next));
    return next;
  };
  const preset = MOMENTS_PRESETS.find((candidate) => isPreset(candidate, settings));
  const stale = run !== null && !same(run.settings, settings);
  return (
    <section className="moments" aria-labelledby="moments-title">
      <h3 id="moments-title">Teacher and students</h3>
      <p>
        A hidden ReLU network, the teacher, answers random inputs. Students see the same answers and try to
        become it. One never looks at a gradient until the very end: it measures averages of the answers, the
        moments, takes the tensors that they make apart into units, and polishes the result by least squares.
        The others train by SGD and Path-SGD.
      </p>
      <p className="panel-note">
        <Citation text={SOURCE} />
      </p>
      {messages.length > 0 && (
        <div className="moments-messages" role="alert">
          <ul>
            {messages.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </div>
      )}
      <fieldset className="moments-presets">
        <legend className="visually-hidden">Cases</legend>
        {MOMENTS_PRESETS.map((candidate) => (
          <button
            key={candidate.title}
            type="button"
            aria-pressed={candidate === preset}
            onClick={() => start(change({ ...DEFAULT_MOMENTS, ...candidate.changes, seed: settings.seed }))}
          >
            {candidate.title}
          </button>
        ))}
      </fieldset>
      {preset && <p className="panel-note">{preset.watch}</p>}
      <Fields settings={settings} onChange={change} />
      <div className="moments-run">
        {running ? (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        ) : (
          <button type="button" className="primary" onClick={() => start(settings)}>
            Run
          </button>
        )}
        <button
          type="button"
          disabled={running}
          onClick={() => start(change({ seed: (settings.seed + 1) % 2 ** 32 }))}
        >
          Another teacher
        </button>
        {run && <Status run={run} />}
      </div>
      {run?.problem != null && (
        <p className="moments-problem" role="alert">
          This run failed. {run.problem}
        </p>
      )}
      {stale && !running && (
        <p className="panel-note">The settings have changed since: what is below belongs to those before.</p>
      )}
      {run ? (
        <Results run={run} />
      ) : (
        <p className="panel-note">Nothing has run yet. Press Run, or choose a case: it takes some seconds.</p>
      )}
      <Limits />
    </section>
  );
}

const same = (one: MomentsSettings, other: MomentsSettings): boolean =>
  JSON.stringify(writeMomentsSettings(one)) === JSON.stringify(writeMomentsSettings(other));

function Status({ run: { status, state } }: { readonly run: MomentsRun }) {
  if (status === 'cancelled') return <span className="panel-note">Cancelled. What was found stays.</span>;
  if (status === 'done') return <span className="panel-note">Done.</span>;
  if (status === 'failed') return null;
  const text = STAGE_TEXTS[state.stage];
  return (
    <label className="moments-progress">
      <span>{text}</span>
      <progress value={state.share} max={1} />
    </label>
  );
}

/** What must not be read into the pictures. */
function Limits() {
  return (
    <details className="moments-more">
      <summary>What this does not show</summary>
      <ul className="moments-limits">
        <li>
          That moments beat training. They work because the inputs are known to be normal and the teacher is a
          small network of the same kind; on real data neither is true.
        </li>
        <li>
          That Path-SGD is better here. With exactly the teacher’s units it gets stuck more often than SGD: of
          20 teachers of the default size it found 8, SGD 13, each at its best rate. With twice as many units
          they found 15 and 18.
        </li>
        <li>
          The algorithm of the paper to the letter. It is built from its formulas; the guarantee is for the
          moments, and the polish at the end is what brings the last digits.
        </li>
        <li>
          That the moments are always needed. The same polish from a random start found 13 of those 20
          teachers, from the moments all 20; with 8 inputs and 6 units it found 4.
        </li>
      </ul>
    </details>
  );
}
