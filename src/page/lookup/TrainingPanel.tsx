import { cellCount } from '../../lookup/construction.ts';
import type { GreyPicture } from '../../lookup/picture.ts';
import { type LookupSettings, SEED, STEPS } from '../../lookup/settings.ts';
import { MOST_TRAINED_CELLS, trainedWidth } from '../../lookup/starts.ts';
import { NumberField } from '../NumberField.tsx';
import { formatShare } from '../numbers.ts';
import { Lanes } from './Lanes.tsx';
import { TrainingChart } from './TrainingChart.tsx';
import { type Training, trainedShare, type useTraining } from './useTraining.ts';
import { findingsOf } from './words.ts';

interface TrainingPanelProps {
  readonly settings: LookupSettings;
  readonly picture: GreyPicture | null;
  readonly onChange: (part: Partial<LookupSettings>) => void;
  readonly state: ReturnType<typeof useTraining>;
}

/** Whether what was trained is what the settings say now. */
const isCurrent = ({ settings: trained }: Training, settings: LookupSettings): boolean =>
  trained !== null &&
  JSON.stringify({ ...trained, arithmetic: '' }) === JSON.stringify({ ...settings, arithmetic: '' });

/** What makes a construction of few cells, which float64 can hold. */
const SMALL: Partial<LookupSettings> = {
  source: 'root',
  sizes: { dimension: 1, cells: 16, bits: 8, depth: 5, delta: 0.01, tau: 0.002 },
};

/** "Now train it": the construction, random starts of its layers, and nets of ReLUs beside them. */
export function TrainingPanel({ settings, picture, onChange, state }: TrainingPanelProps) {
  const { training, start, stop } = state;
  const { sizes, lanes, steps, seed, source } = settings;
  const running = training.status === 'running';
  const current = isCurrent(training, settings);
  const shown = current ? training.curves : [];
  const share = trainedShare(training);
  const tooMany =
    cellCount(sizes) > MOST_TRAINED_CELLS && lanes.some(({ network }) => network === 'construction');
  const missing = source === 'picture' && picture === null;
  const ended = training.status === 'done' || training.status === 'cancelled';
  return (
    <section className="lookup-training" aria-label="Now train it">
      <h4>Now train it</h4>
      <p>
        Every unit here has a derivative, so that SGD can train such a network: from the construction, or from
        random weights, beside ReLU nets of equal width ({trainedWidth(sizes)} units, four layers). All see
        the same batches of 32 random points.
      </p>
      {tooMany && (
        <p className="lookup-note">
          Training is in float64, whose digits last for {MOST_TRAINED_CELLS} cells: the construction of{' '}
          {cellCount(sizes)} is left out.{' '}
          <button type="button" onClick={() => onChange(SMALL)}>
            Look up √|x − 1/3| in 16 cells instead
          </button>
        </p>
      )}
      <Lanes lanes={lanes} onChange={(changed) => onChange({ lanes: changed })} curves={shown} />
      <div className="lookup-run">
        <NumberField
          label="Steps"
          value={steps}
          range={STEPS}
          onChange={(changed) => onChange({ steps: changed })}
        />
        <NumberField
          label="Seed"
          value={seed}
          range={SEED}
          onChange={(changed) => onChange({ seed: changed })}
        />
        {running ? (
          <button type="button" onClick={stop}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            className="primary"
            disabled={missing}
            onClick={() => start(settings, picture)}
          >
            Train
          </button>
        )}
        {running && <progress aria-label="Training" value={share} max={1} />}
        <span className="panel-note" role="status">
          {missing
            ? 'A picture is wanted first.'
            : {
                empty: 'Nothing is trained yet.',
                running: `Training: ${formatShare(share)}`,
                done: 'Trained.',
                cancelled: `Cancelled at ${formatShare(share)}; the curves stay.`,
                failed: '',
              }[training.status]}
        </span>
      </div>
      {training.problem !== null && (
        <p className="field-error" role="alert">
          Training failed: {training.problem}
        </p>
      )}
      {training.settings !== null && !current && (
        <p className="panel-note">
          The curves are those of the settings before: train again for the new ones.
        </p>
      )}
      {training.settings !== null && (
        <TrainingChart curves={training.curves} steps={training.settings.steps} />
      )}
      {ended && training.settings !== null && (
        <ul className="lookup-findings" aria-label="What training shows">
          {findingsOf(training.settings, training.curves).map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
