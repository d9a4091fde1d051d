import { useEffect, useRef } from 'react';
import { parseLink } from '../../experiment/link.ts';
import type { Preset } from '../../experiment/presets.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import { Icon } from '../Icon.tsx';
import { formatCount } from '../numbers.ts';
import { openPreset, useWorkbench } from '../workbench.ts';
import { GROUP_TEXTS, presetsByGroup } from './groups.ts';
import { PresetSketch } from './PresetSketch.tsx';
import '../styles/gallery.css';

/** Every preset with what to look for, and how a run of it went. */
export default function Gallery({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const chosen = useWorkbench((state) => state.view.preset);
  useEffect(() => {
    // Strict mode runs effects twice.
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} className="gallery" aria-labelledby="gallery-title" onClose={onClose}>
      <div className="gallery-head">
        <div>
          <h2 id="gallery-title">Experiments worth a look</h2>
          <p>Each drawing is the loss of a run that we made, on a logarithmic axis. Dashed: the baseline.</p>
        </div>
        <button type="button" className="quiet" aria-label="Close the gallery" onClick={close}>
          <Icon name="remove" />
        </button>
      </div>
      {presetsByGroup().map(({ group, presets }) => (
        <section key={group} aria-labelledby={`gallery-${group}`}>
          <h3 id={`gallery-${group}`}>{GROUP_TEXTS[group]}</h3>
          <ul className="gallery-cards">
            {presets.map(([name, preset]) => (
              <li key={name} aria-current={name === chosen ? 'true' : undefined}>
                <Card
                  name={name}
                  preset={preset}
                  onOpen={() => {
                    openPreset(name);
                    close();
                  }}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </dialog>
  );
}

interface CardProps {
  readonly name: string;
  readonly preset: Preset;
  readonly onOpen: () => void;
}

function Card({ name, preset: { title, lookFor, link }, onOpen }: CardProps) {
  const { experiment } = parseLink(link);
  const task = taskOf(experiment);
  const sequence = task.feedforward ? 'all at once' : `${formatCount(task.steps(experiment))} time steps`;
  const { length: lanes } = experiment.lanes;
  return (
    <>
      <h4>
        <button type="button" onClick={onOpen}>
          {title}
        </button>
      </h4>
      <p className="gallery-facts">
        {task.title}, {sequence}, {lanes} lanes
      </p>
      <PresetSketch name={name} />
      <p>{lookFor}</p>
    </>
  );
}
