import {
  DISTRIBUTIONS,
  fewestSamples,
  MOMENTS_RANGES,
  type MomentsSettings,
  mostUnits,
  TENSORS,
  WIDTHS,
} from '../../moments/settings.ts';
import { NumberField } from '../NumberField.tsx';
import { SelectField } from '../SelectField.tsx';

interface FieldsProps {
  readonly settings: MomentsSettings;
  readonly onChange: (changes: Partial<MomentsSettings>) => void;
}

const TENSOR_TEXTS: Readonly<Record<MomentsSettings['tensors'], string>> = {
  leastsquares: 'the samples, by least squares',
  controlvariates: 'the samples, by control variates',
  exact: 'the teacher itself: exact',
};
const DISTRIBUTION_TEXTS: Readonly<Record<MomentsSettings['distribution'], string>> = {
  gaussian: 'normal',
  uniform: 'uniform',
};
const WIDTH_TEXTS: Readonly<Record<MomentsSettings['width'], string>> = {
  '1': 'as the teacher',
  '2': 'twice as many',
  '4': 'four times as many',
};

/** What determines a run: first what one changes most. */
export function Fields({ settings, onChange }: FieldsProps) {
  const { min, max, integer } = MOMENTS_RANGES.samples;
  const most = mostUnits(settings);
  const samples = { min: Math.max(min, fewestSamples(settings)), max, integer };
  const number = (key: keyof typeof MOMENTS_RANGES, label: string, hint?: string) => (
    <NumberField
      label={label}
      value={settings[key]}
      range={MOMENTS_RANGES[key]}
      onChange={(value) => onChange({ [key]: value })}
      hint={hint}
    />
  );
  return (
    <>
      <div className="moments-fields">
        {number('inputs', 'Inputs')}
        <NumberField
          label="Units of the teacher"
          value={settings.units}
          range={{ ...MOMENTS_RANGES.units, max: most }}
          onChange={(units) => onChange({ units })}
        />
        <NumberField
          label="Samples"
          value={settings.samples}
          range={samples}
          onChange={(count) => onChange({ samples: count })}
        />
        <SelectField
          label="Units of the students"
          value={settings.width}
          options={WIDTHS.map((value) => ({
            value,
            text: `${settings.units * Number(value)}, ${WIDTH_TEXTS[value]}`,
          }))}
          onChange={(width) => onChange({ width })}
        />
        {number('seed', 'Seed')}
      </div>
      <details className="moments-more">
        <summary>More settings</summary>
        <div className="moments-fields">
          <SelectField
            label="Inputs are"
            value={settings.distribution}
            options={DISTRIBUTIONS.map((value) => ({ value, text: DISTRIBUTION_TEXTS[value] }))}
            onChange={(distribution) => onChange({ distribution })}
          />
          {number('noise', 'Noise on labels', 'In standard deviations of the teacher.')}
          {number('bias', 'Biases up to')}
          {number(
            'singular',
            'Smallest singular value',
            'Of the teacher’s directions. 0: as drawn, at least 0.2.',
          )}
          <SelectField
            label="Moments from"
            value={settings.tensors}
            options={TENSORS.map((value) => ({ value, text: TENSOR_TEXTS[value] }))}
            onChange={(tensors) => onChange({ tensors })}
            hint="Exact ones can tell more units than inputs."
          />
          <NumberField
            label="Look for units"
            value={settings.look}
            range={{ ...MOMENTS_RANGES.look, max: most }}
            onChange={(look) => onChange({ look })}
            hint="0: as many as the singular values show."
          />
          {number('steps', 'Training steps', 'Of 32 samples.')}
          {number('sgd', 'Rate of SGD')}
          {number('path', 'Rate of Path-SGD')}
          {number('unbalance', 'Unbalanced start', 'Deviation of the logarithm of each unit’s factor.')}
        </div>
      </details>
    </>
  );
}
