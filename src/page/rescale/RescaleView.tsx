import { useState } from 'react';
import { type Experiment, isPathOptimizer, MAX_LANES, networkOf } from '../../experiment/schema.ts';
import { addCopies, useRun } from '../../session/page/runStore.ts';
import { SelectField } from '../SelectField.tsx';
import { Copies } from './Copies.tsx';
import { ExponentFields } from './ExponentFields.tsx';
import { balanced, factorText, randomExponents, rescaledText, withExponent } from './exponents.ts';
import { runLaneStyles } from './lanes.ts';
import { UnitPicture } from './UnitPicture.tsx';
import { UnitSliders } from './UnitSliders.tsx';
import { copyObstacle } from './verdict.ts';
import '../styles/rescale.css';

/** The idea of the paper to play with: copies of running lanes whose units are rescaled. */
export default function RescaleView() {
  const { hidden, layers, seed } = useRun((state) => state.experiment);
  // What is set up belongs to a network of that size.
  return <Rescaling key={`${hidden} ${layers} ${seed}`} />;
}

function Rescaling() {
  const experiment = useRun((state) => state.experiment);
  const copies = useRun((state) => state.copies);
  const data = useRun((state) => state.data);
  const stops = useRun((state) => state.stops);
  const status = useRun((state) => state.status);
  const arranging = useRun((state) => state.arranging);
  const problem = useRun((state) => state.copyProblem);
  const [chosen, setChosen] = useState(0);
  const [exponents, setExponents] = useState(() => randomExponents(experiment, experiment.seed, 0));
  const [draw, setDraw] = useState(1);
  const [chosenLayer, setChosenLayer] = useState(0);
  const [unit, setUnit] = useState(0);

  const { hidden, layers } = experiment;
  const own = experiment.lanes.length - copies.length;
  const lane = Math.min(chosen, own - 1);
  const layer = Math.min(chosenLayer, layers - 1);
  const styles = runLaneStyles(experiment, copies);
  const obstacleOf = (index: number): string | null => {
    const settings = experiment.lanes[index];
    return settings
      ? copyObstacle(
          settings,
          stops.find((stop) => stop.lane === index),
        )
      : null;
  };
  const obstacle = obstacleOf(lane);
  const ready = status === 'idle' || status === 'running' || status === 'paused';
  const room = MAX_LANES - experiment.lanes.length;
  const both = bothOptimizers(experiment, own);
  const bothReady = both?.every((index) => obstacleOf(index) === null) ?? false;

  const start = (lanes: readonly number[]): void =>
    addCopies(lanes.map((of) => ({ of, exponents: exponents.slice() })));

  return (
    <div className="rescale">
      <p>
        Multiply all weights into a ReLU unit and divide all weights out of it by the same number: the network
        computes exactly what it did. Does its training still go the same way? Let a copy train beside its
        original, on the same batches, and see.
      </p>
      <div className="rescale-fields">
        <SelectField
          label="Copy of"
          value={String(lane)}
          options={styles.slice(0, own).map(({ name }, index) => ({ value: String(index), text: name }))}
          onChange={(value) => setChosen(Number(value))}
        />
        <ExponentFields
          layer={layer}
          layers={layers}
          onLayer={setChosenLayer}
          onUnbalance={() => {
            setExponents(randomExponents(experiment, experiment.seed, draw));
            setDraw(draw + 1);
          }}
          onBalance={() => setExponents(balanced(experiment))}
        />
      </div>
      <div className="rescale-units">
        <UnitSliders
          layer={layer}
          layers={layers}
          exponents={exponents.subarray(layer * hidden, (layer + 1) * hidden)}
          selected={unit}
          onSelect={setUnit}
          onChange={(changed, exponent) => {
            setUnit(changed);
            setExponents(withExponent(exponents, layer * hidden + changed, exponent));
          }}
        />
        <div className="rescale-unit">
          <UnitPicture
            unit={unit + 1}
            exponent={exponents[layer * hidden + unit] ?? 0}
            recurrent={networkOf(experiment.task) === 'relu'}
            from={layer === 0 ? 'inputs, bias' : `layer ${layer}, bias`}
            to={layer === layers - 1 ? 'answer' : `layer ${layer + 2}`}
          />
          <UnitText
            experiment={experiment}
            unit={unit + 1}
            exponent={exponents[layer * hidden + unit] ?? 0}
          />
        </div>
      </div>
      <p className="panel-note">{rescaledText(exponents)}</p>
      <div className="rescale-start">
        <button
          type="button"
          className="primary"
          disabled={!ready || arranging || obstacle !== null || room < 1}
          onClick={() => start([lane])}
        >
          Start the copy
        </button>
        <button
          type="button"
          disabled={!ready || arranging || !bothReady || room < 2}
          title="A copy of the first SGD lane and one of the first Path-SGD lane, with the same factors"
          onClick={() => start(both ?? [])}
        >
          Do it for both optimizers
        </button>
        <span className="panel-note" role="status">
          {arranging ? 'Changing the lanes…' : ''}
        </span>
      </div>
      <Hints
        lines={[
          obstacle,
          both === null
            ? 'For both optimizers at once, the experiment needs a lane of SGD and one of Path-SGD.'
            : null,
          room < 2 ? `A run has at most ${MAX_LANES} lanes, copies included.` : null,
        ]}
      />
      {problem !== null && (
        <p className="rescale-problem" role="alert">
          The copy could not be made: {problem}
        </p>
      )}
      {copies.length > 0 && (
        <Copies
          experiment={experiment}
          data={data}
          copies={copies}
          styles={styles}
          stops={stops}
          arranging={arranging}
        />
      )}
    </div>
  );
}

/** The first lane of SGD and the first of Path-SGD among a run's own; null where one is missing. */
function bothOptimizers({ lanes }: Experiment, own: number): readonly [number, number] | null {
  const first = (fits: (optimizer: Experiment['lanes'][number]['optimizer']) => boolean): number =>
    lanes.slice(0, own).findIndex(({ optimizer }) => fits(optimizer));
  const sgd = first((optimizer) => optimizer === 'sgd');
  const path = first(isPathOptimizer);
  return sgd < 0 || path < 0 ? null : [sgd, path];
}

interface UnitTextProps {
  readonly experiment: Experiment;
  readonly unit: number;
  readonly exponent: number;
}

/** What the picture of a unit shows, in words. */
function UnitText({ experiment, unit, exponent }: UnitTextProps) {
  if (exponent === 0) return <p className="panel-note">Unit {unit} is as it was. Its slider changes that.</p>;
  const recurrent = networkOf(experiment.task) === 'relu';
  return (
    <p className="panel-note">
      Whatever comes into unit {unit} is {factorText(exponent)}, and so is what it computes. Whatever goes out
      is {factorText(-exponent)}: the rest of the network receives what it did.
      {recurrent && ' Its weight to itself both comes in and goes out, and stays.'} A weight between two units
      takes the factors of both.
    </p>
  );
}

function Hints({ lines }: { readonly lines: readonly (string | null)[] }) {
  const shown = lines.filter((line) => line !== null);
  if (shown.length === 0) return null;
  return (
    <ul className="rescale-hints">
      {shown.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
