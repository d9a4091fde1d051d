import { useRef } from 'react';
import { ENGINE_CHOICES } from '../experiment/link.ts';
import { hiddenPowers, hiddenRange, RANGES } from '../experiment/schema.ts';
import { type DataChoice, TASK_NAMES, TASKS, type Task } from '../experiment/tasks/index.ts';
import { Citation } from './Citation.tsx';
import { withLength, withSeed, withTask } from './edits.ts';
import { GpuField } from './GpuField.tsx';
import { NumberField } from './NumberField.tsx';
import { SelectField } from './SelectField.tsx';
import { DATA_TEXTS, ENGINE_TEXTS } from './settingTexts.ts';
import { TextFileField } from './TextFileField.tsx';
import { useTextDrop } from './useTextDrop.ts';
import { chooseEngine, edit, openLink, takesOwnText, useWorkbench } from './workbench.ts';
import './styles/experiment.css';

const TASK_OPTIONS = TASK_NAMES.map((name) => ({ value: name, text: TASKS[name].title }));

const LAYER_OPTIONS = Array.from({ length: RANGES.layers.max }, (_, index) => ({
  value: String(index + 1),
  text: String(index + 1),
}));

const ENGINE_OPTIONS = ENGINE_CHOICES.map((value) => ({ value, text: ENGINE_TEXTS[value] }));

/** Everything that the lanes of an experiment share. */
export function ExperimentPanel() {
  const experiment = useWorkbench((state) => state.experiment);
  const engine = useWorkbench((state) => state.view.engine);
  const ownText = useWorkbench((state) => state.ownText);
  const { task, length, hidden, layers, batch, seed, data, terms } = experiment;
  const { lengthRange, description, citation, dataChoices, hasTerms, steps }: Task = TASKS[task];
  const powers = hiddenPowers(experiment.lanes);
  const withText = takesOwnText(experiment);
  const { over, handlers } = useTextDrop(withText);
  const fileInput = useRef<HTMLInputElement>(null);
  const isDelay = steps({ length }) > length;

  const chooseData = (chosen: DataChoice): void => {
    // Only a file that can be used ends the run.
    if (chosen === 'own' && ownText === null) fileInput.current?.click();
    else edit({ ...experiment, data: chosen });
  };
  return (
    <section className="panel experiment" aria-labelledby="experiment-title" {...handlers}>
      <div className="panel-head">
        <h2 id="experiment-title">Experiment</h2>
        <a
          href="./"
          onClick={(event) => {
            event.preventDefault();
            openLink('');
          }}
        >
          Reset to defaults
        </a>
      </div>
      <SelectField
        label="Task"
        value={task}
        options={TASK_OPTIONS}
        onChange={(chosen) => edit(withTask(experiment, chosen))}
      />
      <div className="task-description">
        <p>{description}</p>
        <p>
          <Citation text={citation} />
        </p>
      </div>
      {dataChoices.length > 0 && (
        <SelectField
          label="Data"
          value={data}
          options={dataChoices.map((value) => ({
            value,
            text: value === 'own' && ownText !== null ? ownText.file.name : DATA_TEXTS[value],
          }))}
          onChange={chooseData}
        />
      )}
      {withText && <TextFileField over={over} input={fileInput} />}
      {lengthRange !== null && (
        <NumberField
          label={isDelay ? 'Delay' : 'Length'}
          slider
          value={length}
          range={{ ...lengthRange, integer: true }}
          onChange={(value) => edit(withLength(experiment, value))}
          hint={isDelay ? `${steps({ length })} steps in all` : undefined}
        />
      )}
      {hasTerms && (
        <NumberField
          label="Terms"
          value={terms}
          range={{ ...RANGES.terms, max: Math.min(RANGES.terms.max, length) }}
          onChange={(value) => edit({ ...experiment, terms: value })}
          hint="Marked numbers to add"
        />
      )}
      {powers === null ? (
        <NumberField
          label="Hidden"
          slider
          value={hidden}
          range={hiddenRange(experiment.lanes)}
          onChange={(value) => edit({ ...experiment, hidden: value })}
        />
      ) : (
        <SelectField
          label="Hidden"
          value={String(hidden)}
          options={powers.map((power) => ({ value: String(power), text: String(power) }))}
          onChange={(chosen) => edit({ ...experiment, hidden: Number(chosen) })}
          hint="Powers of two, for the uRNN"
        />
      )}
      <SelectField
        label="Layers"
        value={String(layers)}
        options={LAYER_OPTIONS}
        disabled={powers !== null}
        hint={powers === null ? undefined : 'A uRNN has one'}
        onChange={(chosen) => edit({ ...experiment, layers: Number(chosen) })}
      />
      <NumberField
        label="Batch"
        slider
        value={batch}
        range={RANGES.batch}
        onChange={(value) => edit({ ...experiment, batch: value })}
      />
      <NumberField
        label="Seed"
        value={seed}
        range={RANGES.seed}
        onChange={(value) => edit(withSeed(experiment, value))}
        hint="The same seed gives the same weights and the same batches."
      />
      <SelectField label="Engine" value={engine} options={ENGINE_OPTIONS} onChange={chooseEngine} />
      <GpuField />
    </section>
  );
}
