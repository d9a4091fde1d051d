import type { Experiment } from '../../experiment/schema.ts';
import type { Copy, RunData } from '../../session/page/runData.ts';
import { removeCopy, useRun } from '../../session/page/runStore.ts';
import type { Stop } from '../../session/protocol.ts';
import { Icon } from '../Icon.tsx';
import type { LaneStyle } from '../laneStyle.ts';
import { formatCount } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { useRunFrame } from '../useRunFrame.ts';
import { DifferenceChart } from './DifferenceChart.tsx';
import { rescaledText } from './exponents.ts';
import { verdictOf } from './verdict.ts';

/** Milliseconds between two drawings. */
const DRAW_INTERVAL = 250;
/** Digits of a loss: about as many as a 32-bit number has. */
const LOSS_DIGITS = 8;

interface CopiesProps {
  readonly experiment: Experiment;
  readonly data: RunData;
  readonly copies: readonly Copy[];
  readonly styles: readonly LaneStyle[]; // [lane]
  readonly stops: readonly Stop[];
  readonly arranging: boolean;
}

/** Every copy of the run beside its original, and how far apart they are. */
export function Copies({ experiment, data, copies, styles, stops, arranging }: CopiesProps) {
  useRunFrame(data, DRAW_INTERVAL);
  return (
    <>
      <ul className="copies" aria-label="Copies">
        {copies.map((copy) => (
          <CopyCard
            key={copy.lane}
            copy={copy}
            experiment={experiment}
            data={data}
            styles={styles}
            stop={stops.find(({ lane }) => lane === copy.lane)}
            arranging={arranging}
          />
        ))}
      </ul>
      <DifferenceChart data={data} copies={copies} styles={styles} />
    </>
  );
}

interface CopyCardProps extends Pick<CopiesProps, 'experiment' | 'data' | 'styles' | 'arranging'> {
  readonly copy: Copy;
  readonly stop: Stop | undefined;
}

function CopyCard({ copy, experiment, data, styles, stop, arranging }: CopyCardProps) {
  const running = useRun((state) => state.status === 'running');
  const settings = experiment.lanes[copy.lane];
  const style = styles[copy.lane];
  const original = styles[copy.of];
  if (!settings || !style || !original) return null;
  const largest = data.difference(copy.lane)?.largest ?? Number.NaN;
  const { kind, figure, unit, sentence } = verdictOf(settings, largest);
  const lossOf = (lane: number): string => {
    const series = data.lanes[lane]?.loss;
    return series && series.lastStep > copy.step ? series.last.toPrecision(LOSS_DIGITS) : '–';
  };
  return (
    <li className="copy-card" data-kind={kind}>
      <div className="copy-head">
        <h3>
          <Swatch style={style} /> {style.name}
        </h3>
        <button
          type="button"
          className="quiet"
          disabled={arranging}
          title="End this copy"
          onClick={() => removeCopy(copy.lane)}
        >
          <Icon name="remove" />
          <span className="visually-hidden">End the {style.name}</span>
        </button>
      </div>
      <p className="copy-figure">
        <span>max |difference| of the losses so far</span> <b>{figure}</b> <span>{unit}</span>
      </p>
      <dl className="copy-losses">
        <div>
          <dt>
            <Swatch style={original} /> Loss of the original
          </dt>
          <dd>{lossOf(copy.of)}</dd>
        </div>
        <div>
          <dt>
            <Swatch style={style} /> Loss of the copy
          </dt>
          <dd>{lossOf(copy.lane)}</dd>
        </div>
      </dl>
      <p className="copy-sentence" role="status">
        {stop && `The copy stopped at step ${formatCount(stop.step)}: ${stop.reason}. `}
        {kind === 'waiting' && running ? 'The copy computes exactly what its original does.' : sentence}
      </p>
      <p className="panel-note">
        Made after step {formatCount(copy.step)}. {rescaledText(copy.exponents)}
      </p>
    </li>
  );
}
