import { useRef, useState } from 'react';
import { PRESETS } from '../experiment/presets.ts';
import { Dialog } from './Dialog.tsx';
import { Part } from './part/Part.tsx';
import { openPreset, useWorkbench } from './workbench.ts';
import './styles/presets.css';

/** A few experiments to start with, and the way to all of them. */
export function PresetsPanel() {
  const chosen = useWorkbench((state) => state.view.preset);
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  const shown = [...PRESETS].filter(([name, { group }]) => group === 'start' || name === chosen);
  return (
    <>
      <section className="panel presets" aria-labelledby="presets-title">
        <h2 id="presets-title">Try</h2>
        <ul>
          {shown.map(([name, { title }]) => (
            <li key={name}>
              <button type="button" aria-pressed={name === chosen} onClick={() => openPreset(name)}>
                {title}
              </button>
            </li>
          ))}
          <li>
            <button ref={opener} type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
              All {PRESETS.size} experiments…
            </button>
          </li>
        </ul>
      </section>
      {open && (
        <Part
          name="page/gallery/Gallery.tsx"
          title="The list of experiments"
          props={{ onClose: close }}
          frame={(said) => (
            <Dialog title="All experiments" onClose={close}>
              {said}
            </Dialog>
          )}
        />
      )}
    </>
  );
}
