import { type LaneSettings, MOST_LANES, RATE, RATES } from '../../lookup/settings.ts';
import { NETWORK_TEXTS, NETWORKS } from '../../lookup/starts.ts';
import { OPTIMIZERS } from '../../lookup/training.ts';
import { Icon } from '../Icon.tsx';
import { strokeOf } from '../laneStyle.ts';
import { NumberField } from '../NumberField.tsx';
import { formatNumber } from '../numbers.ts';
import { SelectField } from '../SelectField.tsx';
import { Swatch } from '../Swatch.tsx';
import type { TrainedCurve } from './useTraining.ts';
import { laneText, OPTIMIZER_TEXTS } from './words.ts';

interface LanesProps {
  readonly lanes: readonly LaneSettings[];
  readonly onChange: (lanes: readonly LaneSettings[]) => void;
  /** What training these very lanes has given so far; empty while it has not. */
  readonly curves: readonly TrainedCurve[];
}

/** Why Path-SGD is not offered for a network. */
const REFUSAL =
  'Path-SGD takes ReLUs only: multiply what comes into a sine or a 2ˣ, and what comes out is not multiplied alike. There is no rescaling to be invariant to, and no path norm.';

/** The networks that are trained side by side. */
export function Lanes({ lanes, onChange, curves }: LanesProps) {
  const change = (index: number, part: Partial<LaneSettings>): void =>
    onChange(lanes.map((lane, other) => (other === index ? { ...lane, ...part } : lane)));
  return (
    <>
      <ul className="lookup-lanes" aria-label="Networks to train">
        {lanes.map((lane, index) => {
          const curve = curves[index];
          const number = index + 1;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a lane is its place
            <li key={index}>
              <Swatch style={{ name: '', title: '', ...strokeOf(index) }} />
              <SelectField
                label={<span className="visually-hidden">Network {number}</span>}
                value={lane.network}
                options={NETWORKS.map((name) => ({ value: name, text: NETWORK_TEXTS[name] }))}
                onChange={(network) => {
                  const keeps = network === 'relu' || lane.optimizer !== 'path';
                  change(index, keeps ? { network } : { network, optimizer: 'sgd', rate: RATES.sgd });
                }}
              />
              <SelectField
                label={<span className="visually-hidden">Optimizer of network {number}</span>}
                value={lane.optimizer}
                options={OPTIMIZERS.filter((name) => name !== 'path' || lane.network === 'relu').map(
                  (name) => ({
                    value: name,
                    text: OPTIMIZER_TEXTS[name],
                  }),
                )}
                onChange={(optimizer) => change(index, { optimizer, rate: RATES[optimizer] })}
              />
              {lane.optimizer === 'readout' ? (
                <span className="panel-note">least squares</span>
              ) : (
                <NumberField
                  label={<span className="visually-hidden">Rate of network {number}</span>}
                  value={lane.rate}
                  range={RATE}
                  onChange={(rate) => change(index, { rate })}
                />
              )}
              <span className="lookup-result">
                <span className="visually-hidden">L2 error of network {number}: </span>
                <span>{curve && curve.refused === null && formatNumber(curve.points.at(-1)?.l2)}</span>
              </span>
              <button
                type="button"
                className="quiet"
                aria-label={`Remove network ${number}, ${laneText(lane)}`}
                title="Remove this network"
                disabled={lanes.length === 1}
                onClick={() => onChange(lanes.filter((_, other) => other !== index))}
              >
                <Icon name="remove" />
              </button>
              {curve?.refused && <p className="lookup-note">{curve.refused}</p>}
              {curve?.points.at(-1)?.stopped && (
                <p className="lookup-note">Stopped: {curve.points.at(-1)?.stopped}.</p>
              )}
            </li>
          );
        })}
      </ul>
      <div className="lookup-lane-foot">
        <button
          type="button"
          disabled={lanes.length >= MOST_LANES}
          onClick={() => onChange([...lanes, { network: 'relu', optimizer: 'path', rate: RATES.path }])}
        >
          Add a network
        </button>
        <p className="panel-note">{REFUSAL}</p>
      </div>
    </>
  );
}
