import type { Experiment } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import { freeSteps } from '../../reachability/question.ts';
import { RANGES, type Settings } from '../../reachability/settings.ts';
import { laneStyles } from '../laneStyle.ts';
import { NumberField } from '../NumberField.tsx';
import { SelectField } from '../SelectField.tsx';

/** What a random network's output is asked to stay within: that of an answer of adding would say little. */
const RANDOM_LIMIT = 1;
const ANSWER_LIMIT = 0.04;

interface FieldsProps {
  readonly experiment: Experiment;
  readonly settings: Settings;
  /** Whether the network that is chosen can be asked something. */
  readonly asks: boolean;
  readonly onChange: (changes: Partial<Settings>) => void;
}

/** Which network is looked at, and what is asked of it. */
export function Fields({ experiment, settings, asks, onChange }: FieldsProps) {
  const names = laneStyles(experiment).map(({ name }) => name);
  const number = (key: keyof typeof RANGES, label: string, range = RANGES[key], value = settings[key]) => (
    <NumberField
      key={key}
      label={label}
      value={value}
      range={range}
      onChange={(next) => onChange({ [key]: next })}
    />
  );
  const chooseNetwork = (value: string): void =>
    value === 'random'
      ? onChange({ network: 'random', limit: RANDOM_LIMIT })
      : onChange({
          network: 'lane',
          lane: Number(value),
          ...(settings.network === 'random' ? { limit: ANSWER_LIMIT } : {}),
        });
  return (
    <div className="reach-fields">
      <SelectField
        label="Network"
        value={settings.network === 'random' ? 'random' : String(settings.lane)}
        options={[
          ...names.map((name, index) => ({ value: String(index + 1), text: name })),
          { value: 'random', text: 'Random weights, as in the paper' },
        ]}
        onChange={chooseNetwork}
      />
      {!asks ? null : settings.network === 'random' ? (
        <>
          {number('depth', 'Layers of it')}
          {number('units', 'Units of a layer')}
          {number('seed', 'Seed of its weights')}
          {number('limit', 'Output stays within')}
        </>
      ) : experiment.task === 'adding' ? (
        <>
          {['first', 'second'].map((key, index) => (
            <NumberField
              key={key}
              label={index === 0 ? 'First marked step' : 'Second marked step'}
              value={freeSteps(experiment, settings)[index] as number}
              range={{ min: 1, max: Math.min(RANGES.first.max, experiment.length), integer: true }}
              onChange={(step) => onChange({ [key]: step })}
            />
          ))}
          {number('sequence', 'Held-out sequence')}
          {number('limit', 'Answer within')}
        </>
      ) : taskOf(experiment).display.inputs.kind === 'image' ? (
        <>
          {number('image', 'Test image')}
          {number('towards', 'Towards image')}
          {number('also', 'And image')}
          {number('share', 'Share of the way')}
        </>
      ) : null}
      {asks && number('cells', 'Regions at most')}
    </div>
  );
}
