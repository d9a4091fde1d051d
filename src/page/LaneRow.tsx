import { useId, useState } from 'react';
import { measuredRateOf } from '../experiment/proposals.ts';
import {
  ACTIVATIONS,
  type Experiment,
  hasDecay,
  isPathOptimizer,
  type Lane,
  misfitsOf,
  networksOf,
  OPTIMIZERS,
  RANGES,
  STARTS,
} from '../experiment/schema.ts';
import { taskOf } from '../experiment/tasks/index.ts';
import { useRun } from '../session/page/runStore.ts';
import { withLane, withNetwork, withOptimizer } from './edits.ts';
import { Icon } from './Icon.tsx';
import { LaneZero } from './LaneZero.tsx';
import type { LaneStyle } from './laneStyle.ts';
import { NumberField } from './NumberField.tsx';
import { formatCount, formatNumber, formatOf } from './numbers.ts';
import { SelectField } from './SelectField.tsx';
import { Swatch } from './Swatch.tsx';
import { ACTIVATION_TEXTS, INITIALISATION_TEXTS, NETWORK_TEXTS, OPTIMIZER_TEXTS } from './settingTexts.ts';
import { useRunFrame } from './useRunFrame.ts';
import { edit } from './workbench.ts';

const optimizerOptions = ({ network }: Lane) =>
  OPTIMIZERS.filter((value) => network !== 'urnn' || !isPathOptimizer(value)).map((value) => ({
    value,
    text: OPTIMIZER_TEXTS[value],
  }));
const networkOptions = (task: Experiment['task']) =>
  networksOf(task).map((value) => ({ value, text: NETWORK_TEXTS[value] }));
const ACTIVATION_OPTIONS = ACTIVATIONS.map((value) => ({ value, text: ACTIVATION_TEXTS[value] }));

/** Whether the setting says something beside the lane's others. */
const applies = (lane: Lane, change: Partial<Lane>): boolean => {
  const [key] = Object.keys(change);
  return misfitsOf({ ...lane, ...change }).every(({ setting }) => setting !== key);
};

const initialisationOptions = (lane: Lane) =>
  STARTS.filter((init) => applies(lane, { init })).map((value) => ({
    value,
    text: INITIALISATION_TEXTS[value],
  }));

/** Milliseconds between two changes of the numbers: faster, nobody could read them. */
const NUMBERS_INTERVAL = 250;

interface LaneRowProps {
  readonly experiment: Experiment;
  readonly lane: Lane;
  readonly index: number;
  readonly style: LaneStyle;
  /** Null where there is no room for another lane. */
  readonly onDuplicate: (() => void) | null;
  /** Null where there is no room for a set of rates. */
  readonly onSweep: (() => void) | null;
  /** Null where it is the only lane. */
  readonly onRemove: (() => void) | null;
}

/** One lane: what defines it, how it does, and behind a button what is seldom changed. */
export function LaneRow(props: LaneRowProps) {
  const { experiment, lane, index, style, onDuplicate, onSweep, onRemove } = props;
  const [open, setOpen] = useState(false);
  const moreId = useId();
  const stop = useRun((state) => state.stops.find((candidate) => candidate.lane === index));
  const change = (changed: Partial<Lane>): void => edit(withLane(experiment, index, changed));
  const measured = measuredRateOf(lane, experiment);
  const label = (text: string) => (
    <>
      {text}
      <span className="visually-hidden"> of lane {index + 1}</span>
    </>
  );
  return (
    <tbody className={stop ? 'lane lane-stopped' : 'lane'} data-lane={index}>
      <tr className="lane-main" title={style.title}>
        <td className="lane-optimizer">
          <Swatch style={style} />
          <SelectField
            label={label('Optimizer')}
            value={lane.optimizer}
            options={optimizerOptions(lane)}
            onChange={(optimizer) => edit(withOptimizer(experiment, index, optimizer))}
          />
        </td>
        <td className="lane-rate">
          <NumberField
            label={label('Rate')}
            value={lane.rate}
            range={RANGES.rate}
            onChange={(rate) => change({ rate })}
          />
          {measured !== null && measured !== lane.rate && (
            <button
              type="button"
              className="link-button"
              title="The best rate that was measured for this optimizer and start"
              onClick={() => change({ rate: measured })}
            >
              best: {measured}
              <span className="visually-hidden">, use it for lane {index + 1}</span>
            </button>
          )}
        </td>
        <td className="lane-start">
          <SelectField
            label={label('Start')}
            value={lane.init}
            options={initialisationOptions(lane)}
            onChange={(init) => change({ init })}
          />
        </td>
        <LaneNumbers experiment={experiment} index={index} />
        <td className="lane-actions">
          <button
            type="button"
            className="quiet"
            aria-expanded={open}
            aria-controls={moreId}
            title="More settings"
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'less' : 'more'} />
            <span className="visually-hidden">More settings of lane {index + 1}</span>
          </button>
          <button
            type="button"
            className="quiet"
            disabled={onSweep === null}
            title={onSweep === null ? 'Sweep rates: no room for more lanes' : 'Sweep rates'}
            onClick={() => onSweep?.()}
          >
            <Icon name="sweep" />
            <span className="visually-hidden">Sweep rates of lane {index + 1}</span>
          </button>
          <button
            type="button"
            className="quiet"
            disabled={onDuplicate === null}
            title="Duplicate"
            onClick={() => onDuplicate?.()}
          >
            <Icon name="duplicate" />
            <span className="visually-hidden">Duplicate lane {index + 1}</span>
          </button>
          <button
            type="button"
            className="quiet"
            disabled={onRemove === null}
            title="Remove"
            onClick={() => onRemove?.()}
          >
            <Icon name="remove" />
            <span className="visually-hidden">Remove lane {index + 1}</span>
          </button>
        </td>
      </tr>
      {stop && (
        <tr className="lane-wide">
          <td colSpan={8}>
            <p className="lane-stop" role="status">
              <strong>Stopped:</strong> {stop.reason}.
            </p>
          </td>
        </tr>
      )}
      <LaneSpike index={index} />
      <LaneZero experiment={experiment} index={index} />
      <tr className="lane-wide" id={moreId} hidden={!open}>
        <td colSpan={8}>
          <div className="lane-more">
            {networksOf(experiment.task).length > 1 && (
              <SelectField
                label={label('Network')}
                value={lane.network}
                options={networkOptions(experiment.task)}
                onChange={(network) => edit(withNetwork(experiment, index, network))}
                hint={
                  lane.network === 'urnn' ? 'Complex units, unitary recurrent weights, one layer' : undefined
                }
              />
            )}
            <NumberField
              label={label(lane.optimizer === 'adam' ? 'Beta 1 (momentum)' : 'Momentum')}
              value={lane.momentum}
              range={RANGES.momentum}
              onChange={(momentum) => change({ momentum })}
            />
            {hasDecay(lane.optimizer) && (
              <NumberField
                label={label(lane.optimizer === 'adam' ? 'Beta 2 (decay)' : 'Decay')}
                value={lane.decay}
                range={RANGES.decay}
                onChange={(decay) => change({ decay })}
                hint="Of the mean of squared gradients"
              />
            )}
            <NumberField
              label={label('Gradient clip')}
              value={lane.clip}
              range={RANGES.clip}
              onChange={(clip) => change({ clip })}
              hint="Largest norm; 0 = off"
            />
            {isPathOptimizer(lane.optimizer) && (
              <NumberField
                label={label('Dual clip')}
                value={lane.dualclip}
                range={RANGES.dualclip}
                onChange={(dualclip) => change({ dualclip })}
                hint="Largest dual norm; 0 = off"
              />
            )}
            {lane.network !== 'urnn' && (
              <SelectField
                label={label('Activation')}
                value={lane.activation}
                options={ACTIVATION_OPTIONS}
                onChange={(activation) => change({ activation })}
                disabled={!applies(lane, { activation: 'tanh' })}
                hint={applies(lane, { activation: 'tanh' }) ? undefined : 'The path geometry is that of ReLU'}
              />
            )}
            {applies(lane, { unbalance: 1 }) && (
              <NumberField
                label={label('Unbalance')}
                value={lane.unbalance}
                range={RANGES.unbalance}
                onChange={(unbalance) => change({ unbalance })}
                hint="Units rescaled by up to 2ⁿ"
              />
            )}
            <NumberField
              label={label('Lane seed')}
              value={lane.seed}
              range={RANGES.seed}
              onChange={(seed) => change({ seed })}
              hint="For its starting weights"
            />
            {open && <LaneNorms index={index} />}
          </div>
        </td>
      </tr>
    </tbody>
  );
}

/** The lane's current loss and measure, in training and held out. */
function LaneNumbers({ experiment, index }: { readonly experiment: Experiment; readonly index: number }) {
  const data = useRun((state) => state.data);
  useRunFrame(data, NUMBERS_INTERVAL);
  const measure = taskOf(experiment).measure(experiment);
  const format = formatOf(measure);
  const lane = data.lanes[index];
  const heldOut = data.evaluation?.lanes[index];
  return (
    <>
      <td className="number" data-label="loss">
        {formatNumber(lane?.loss.smooth)}
      </td>
      <td className="number" data-label={measure.label}>
        {format(lane?.metric.smooth)}
      </td>
      <td className="number" data-label="held-out loss">
        {formatNumber(heldOut?.loss)}
      </td>
      <td className="number" data-label="held out">
        {format(heldOut?.metric)}
      </td>
    </>
  );
}

/** A word on the lane's highest spike, where that is above what guessing costs: the smoothed curve hides it soon. */
function LaneSpike({ index }: { readonly index: number }) {
  const data = useRun((state) => state.data);
  const baseline = useRun((state) => state.baseline);
  useRunFrame(data, NUMBERS_INTERVAL);
  const spike = data.lanes[index]?.spikes.highest;
  if (!spike || spike.loss <= (baseline?.loss ?? 0)) return null;
  return (
    <tr className="lane-wide">
      <td colSpan={8}>
        <p className="lane-spike">
          <Icon name="spike" /> spiked to {formatNumber(spike.loss)} at step {formatCount(spike.step)}
        </p>
      </td>
    </tr>
  );
}

/** Norms of the lane's latest step. */
function LaneNorms({ index }: { readonly index: number }) {
  const data = useRun((state) => state.data);
  useRunFrame(data, NUMBERS_INTERVAL);
  const lane = data.lanes[index];
  return (
    <dl className="lane-norms">
      <div>
        <dt>Gradient norm</dt>
        <dd>{formatNumber(lane?.gradientNorm.last)}</dd>
      </div>
      <div>
        <dt>Path norm, log₂</dt>
        <dd>{formatNumber(lane?.pathNormLog2.last)}</dd>
      </div>
    </dl>
  );
}
