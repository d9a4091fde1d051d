import { type ReactNode, useId, useState } from 'react';
import type { Settings } from '../../reachability/settings.ts';
import { download } from '../browser/download.ts';
import { Fold } from '../Fold.tsx';
import { NumberField } from '../NumberField.tsx';
import { formatCount, formatNumber } from '../numbers.ts';
import { ExactSection } from './ExactSection.tsx';
import { PairsSection } from './PairsSection.tsx';
import { RegionTable } from './RegionTable.tsx';
import { RescaleSection } from './RescaleSection.tsx';
import { MOST_EDGES, SquarePicture } from './SquarePicture.tsx';
import { TrainingSection } from './TrainingSection.tsx';
import { UnitsPicture } from './UnitsPicture.tsx';
import { percentText, verdictOf } from './words.ts';
import type { Answer, Taken } from './work.ts';

interface AnswerViewProps {
  readonly answer: Answer;
  readonly taken: Taken | null;
  readonly settings: Settings;
  /** Whether another answer is on its way. */
  readonly busy: boolean;
  readonly shownSteps: readonly number[];
  readonly onChange: (changes: Partial<Settings>) => void;
}

/** The verdict, the square, and what else is known of the network. */
export function AnswerView({ answer, taken, settings, busy, shownSteps, onChange }: AnswerViewProps) {
  const { question, reach, hidden } = answer;
  const [wanted, setWanted] = useState(true);
  const edgesId = useId();
  const { cells, ranges, maps } = reach;
  const edges = wanted && cells.count <= MOST_EDGES;
  const { word, sentence } = verdictOf(answer);
  const units = [answer.units[0] + 1, answer.units[1] + 1] as const;
  const unitRange = { min: 1, max: hidden, integer: true };
  const ofRun = taken !== null && taken.experiment.task === 'adding';
  return (
    <div className="reach-answer" aria-busy={busy}>
      <div className="reach-verdict" data-verdict={word} role="status">
        <p>
          <b>{word}</b> <span>{question.claim}</span>
        </p>
        <p>{sentence}</p>
      </div>
      <p className="panel-note">{question.fixed}</p>
      {cells.free === 2 ? (
        <div className="reach-pictures">
          <div>
            <SquarePicture question={question} reach={reach} hidden={hidden} edges={edges} />
            <label className="reach-check" htmlFor={edgesId}>
              <input
                id={edgesId}
                type="checkbox"
                checked={edges}
                disabled={cells.count > MOST_EDGES}
                onChange={(event) => setWanted(event.target.checked)}
              />
              Edges of the regions
            </label>
          </div>
          <div>
            <UnitsPicture cells={cells} units={units} />
            <div className="reach-fields">
              <NumberField
                label="Unit across"
                value={units[0]}
                range={unitRange}
                onChange={(unit) => onChange({ unit })}
              />
              <NumberField
                label="Unit upwards"
                value={units[1]}
                range={unitRange}
                onChange={(other) => onChange({ other })}
              />
            </div>
          </div>
        </div>
      ) : (
        <p className="panel-note">{cells.free} numbers are free: there is no square to draw.</p>
      )}
      <dl className="reach-numbers">
        <Figure name="Linear regions">{formatCount(cells.count)}</Figure>
        <Figure name="Different maps to the output">{formatCount(maps)}</Figure>
        {ranges.length === 1 && ranges[0] && (
          <Figure name="The output lies in">
            {formatNumber(ranges[0].min)} to {formatNumber(ranges[0].max)}
          </Figure>
        )}
        <Figure name={`Margin: ${question.property.limit} − largest ${question.property.name}`}>
          {formatNumber(-reach.excess)}
        </Figure>
        <Figure name="Covered">{percentText(reach.covered)}</Figure>
        <Figure name="Found in">{formatCount(reach.milliseconds)} ms</Figure>
      </dl>
      <div className="work-bar">
        <button type="button" onClick={() => saveAnswer(answer, taken, settings)}>
          Regions as JSON
        </button>
      </div>
      <p className="panel-note">
        What this does not show: it holds for the values that are fixed here, and says nothing of others. And
        it is about the real-number network with these float32 weights; an engine rounds on its way, which
        moves an answer by about a millionth of its size.
      </p>
      <Fold title="The worst regions as a table">
        <RegionTable question={question} cells={cells} />
      </Fold>
      <Fold
        title="Check without rounding"
        note="Float32 weights are whole numbers over powers of two, and so is every corner a fraction. The same search, in whole numbers of thousands of digits."
      >
        <ExactSection key={keyOf(taken, settings)} taken={taken} settings={settings} />
      </Fold>
      {cells.free === 2 && (
        <Fold
          title="Rescale units: the picture stays"
          note="Multiply all weights into a unit by a power of two, divide those out of it by the same: every region stays where it is, to the last bit."
        >
          <RescaleSection
            key={`${answer.layers} ${hidden}`}
            taken={taken}
            settings={settings}
            original={answer}
            edges={edges}
          />
        </Fold>
      )}
      {ofRun && taken && (
        <Fold
          title="All pairs of marked steps"
          note="The same question for every pair of steps that the task may mark, with the other values of the same sequence."
        >
          <PairsSection
            key={keyOf(taken, { ...settings, first: 0, second: 0 })}
            taken={taken}
            settings={settings}
            shown={[shownSteps[0] ?? 0, shownSteps[1] ?? 0]}
            onChoose={(first, second) => onChange({ first, second })}
          />
        </Fold>
      )}
      {taken && (
        <Fold
          title="Regions while it trains"
          note="Trains this lane and one beside it again from their start, on the CPU in float32, and counts on the way. A run on a GPU differs from that by rounding, which grows."
        >
          <TrainingSection
            key={keyOf(taken, settings)}
            taken={taken}
            settings={settings}
            onBeside={(beside) => onChange({ beside })}
          />
        </Fold>
      )}
    </div>
  );
}

/** What an answer hangs on: parts that belong to another one start anew. */
const keyOf = (taken: Taken | null, settings: Settings): string =>
  `${taken?.step} ${JSON.stringify({ ...settings, unit: 0, other: 0 })}`;

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function saveAnswer({ question, reach, replays }: Answer, taken: Taken | null, settings: Settings): void {
  const { cells, worst, ...rest } = reach;
  const numbers = {
    paper: 'arXiv:1712.08163',
    experiment: taken?.experiment ?? null,
    step: taken?.step ?? null,
    settings,
    claim: question.claim,
    fixed: question.fixed,
    axes: question.axes,
    ...rest,
    worst: { ...worst, point: [...worst.point] },
    replay: {
      float32: { point: [...replays.float32.point], outputs: [...replays.float32.outputs] },
      float64: { point: [...replays.float64.point], outputs: [...replays.float64.outputs] },
    },
    regions: {
      count: cells.count,
      starts: [...cells.starts],
      points: [...cells.points],
      outputs: [...cells.outputs],
      active: [...cells.active],
    },
  };
  download(JSON.stringify(numbers), `path-sgd-regions-step-${taken?.step ?? 0}.json`, 'application/json');
}
