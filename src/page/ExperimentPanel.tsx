import { ENGINE_CHOICES } from '../experiment/link.ts';
import { RANGES } from '../experiment/schema.ts';
import { TASK_NAMES, TASKS } from '../experiment/tasks/index.ts';
import { withLength, withSeed, withTask } from './edits.ts';
import { NumberField } from './NumberField.tsx';
import { SelectField } from './SelectField.tsx';
import { ENGINE_TEXTS } from './settingTexts.ts';
import { chooseEngine, edit, openLink, useWorkbench } from './workbench.ts';

const TASK_OPTIONS = TASK_NAMES.map((name) => ({ value: name, text: TASKS[name].title }));

const DATA_OPTIONS = [
  { value: 'small', text: '10,000 images' },
  { value: 'full', text: '60,000 (11 MB)' },
] as const;

const LAYER_OPTIONS = Array.from({ length: RANGES.layers.max }, (_, index) => ({
  value: String(index + 1),
  text: String(index + 1),
}));

const ENGINE_OPTIONS = ENGINE_CHOICES.map((value) => ({ value, text: ENGINE_TEXTS[value] }));

/** Everything that the lanes of an experiment share. */
export function ExperimentPanel() {
  const experiment = useWorkbench((state) => state.experiment);
  const engine = useWorkbench((state) => state.view.engine);
  const { task, length, hidden, layers, batch, seed, data } = experiment;
  const { lengthRange, description, citation, data: dataSet } = TASKS[task];
  return (
    <section className="panel experiment" aria-labelledby="experiment-title">
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
      <p className="task-description" title={citation}>
        {description}
      </p>
      {dataSet !== null && (
        <SelectField
          label="Data"
          value={data}
          options={DATA_OPTIONS}
          onChange={(chosen) => edit({ ...experiment, data: chosen })}
        />
      )}
      {lengthRange !== null && (
        <NumberField
          label="Length"
          slider
          value={length}
          range={{ ...lengthRange, integer: true }}
          onChange={(value) => edit(withLength(experiment, value))}
        />
      )}
      <NumberField
        label="Hidden"
        slider
        value={hidden}
        range={RANGES.hidden}
        onChange={(value) => edit({ ...experiment, hidden: value })}
      />
      <SelectField
        label="Layers"
        value={String(layers)}
        options={LAYER_OPTIONS}
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
    </section>
  );
}
