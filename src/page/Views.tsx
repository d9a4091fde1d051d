import { type ComponentType, type LazyExoticComponent, lazy, Suspense, useId, useState } from 'react';
import { useWorkbench } from './workbench.ts';
import './styles/views.css';

/** A closer look at the run, loaded when it is opened. */
export interface View {
  /** As `hide` names it in a link. */
  readonly name: string;
  readonly title: string;
  readonly Content: LazyExoticComponent<ComponentType>;
}

/** Every view, in the order of its tabs. */
const VIEWS: readonly View[] = [
  { name: 'rescale', title: 'Rescale a network', Content: lazy(() => import('./rescale/RescaleView.tsx')) },
  { name: 'examples', title: 'Watch the task', Content: lazy(() => import('./examples/ExamplesView.tsx')) },
  { name: 'sweep', title: 'Loss against rate', Content: lazy(() => import('./sweep/Sweep.tsx')) },
];

/** The views of the run as tabs; only the open one costs time, and none is open at first. */
export function Views() {
  const hide = useWorkbench((state) => state.view.hide);
  const [open, setOpen] = useState<string | null>(null);
  const id = useId();
  const shown = VIEWS.filter(({ name }) => !(hide as readonly string[]).includes(name));
  const current = shown.find(({ name }) => name === open) ?? null;
  if (shown.length === 0) return null;
  return (
    <section className="panel views" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Look closer</h2>
      <div className="view-choices">
        {shown.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            aria-expanded={name === current?.name}
            aria-controls={`${id}-content`}
            onClick={() => setOpen(name === current?.name ? null : name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id={`${id}-content`}>
        {current && (
          <Suspense fallback={<p className="panel-note">Loading</p>}>
            <current.Content />
          </Suspense>
        )}
      </div>
    </section>
  );
}

/** The names and titles of every view. */
export const viewTitles = (): readonly Pick<View, 'name' | 'title'>[] => VIEWS;
