import { PRESETS } from '../experiment/presets.ts';
import { openPreset, useWorkbench } from './workbench.ts';

/** Experiments worth a look, each with what to look for. */
export function PresetsPanel() {
  const chosen = useWorkbench((state) => state.view.preset);
  return (
    <section className="panel presets" aria-labelledby="presets-title">
      <h2 id="presets-title">Try</h2>
      <ul>
        {[...PRESETS].map(([name, { title, lookFor }]) => (
          <li key={name}>
            <button type="button" aria-pressed={name === chosen} onClick={() => openPreset(name)}>
              {title}
            </button>
            {name === chosen && <p>{lookFor}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
