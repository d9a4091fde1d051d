import { lazy, Suspense, useRef, useState } from 'react';
import { PRESETS } from '../experiment/presets.ts';
import { openPreset, useWorkbench } from './workbench.ts';
import './styles/presets.css';

const Gallery = lazy(() => import('./gallery/Gallery.tsx').then(({ Gallery }) => ({ default: Gallery })));

/** A few experiments to start with, and the way to all of them. */
export function PresetsPanel() {
  const chosen = useWorkbench((state) => state.view.preset);
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
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
        <Suspense>
          <Gallery
            onClose={() => {
              setOpen(false);
              opener.current?.focus();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
