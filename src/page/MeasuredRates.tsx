import { MEASURED_MOMENTUM, measurementOf, type Trial } from '../experiment/rates.ts';
import { type Experiment, INITIALISATIONS, OPTIMIZERS } from '../experiment/schema.ts';
import { formatCount } from './numbers.ts';
import { INITIALISATION_TEXTS, OPTIMIZER_TEXTS } from './settingTexts.ts';

/** The measured rates of the experiment's task and length, and how they were measured. */
export function MeasuredRates({ experiment }: { readonly experiment: Experiment }) {
  const measurement = measurementOf(experiment);
  if (!measurement) {
    return <p className="measured panel-note">No rates were measured for this task and length.</p>;
  }
  const { length, hidden, layers, usual, withMomentum } = measurement;
  return (
    <details className="measured">
      <summary>Which rates are measured, and how</summary>
      <p>
        Choosing another optimizer, start, task or length brings the rate that did best in a trial, unless you
        set one of your own. Each was the best of a few rates, about three times apart, at length {length}{' '}
        with {hidden} hidden units
        {layers > 1 ? ` in each of ${layers} layers` : ''}. Best means the lowest loss over the whole trial:
        soon, far, and without spikes. Another size or a longer run may want another rate; a sweep shows it.
      </p>
      <RatesTable caption="Usual momentum" trial={usual} />
      {withMomentum && <RatesTable caption={`Momentum ${MEASURED_MOMENTUM}`} trial={withMomentum} />}
    </details>
  );
}

function RatesTable({ caption, trial }: { readonly caption: string; readonly trial: Trial }) {
  const { rates, steps, seeds } = trial;
  const optimizers = OPTIMIZERS.filter((optimizer) => rates[optimizer] !== undefined);
  const inits = INITIALISATIONS.filter((init) =>
    optimizers.some((optimizer) => rates[optimizer]?.[init] !== undefined),
  );
  return (
    <div>
      <table>
        <caption>
          {caption}: at least {formatCount(steps)} steps and {seeds === 1 ? 'one seed' : `${seeds} seeds`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Start</th>
            {optimizers.map((optimizer) => (
              <th key={optimizer} scope="col">
                {OPTIMIZER_TEXTS[optimizer]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inits.map((init) => (
            <tr key={init}>
              <th scope="row">{INITIALISATION_TEXTS[init]}</th>
              {optimizers.map((optimizer) => (
                <td key={optimizer}>{rates[optimizer]?.[init] ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
