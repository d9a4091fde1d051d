import { useEffect, useId, useRef } from 'react';
import { create } from 'zustand';
import { Part } from './part/Part.tsx';
import { useWorkbench } from './workbench.ts';
import './styles/views.css';

/** A closer look at the run, loaded when it is opened. */
export interface View {
  /** As `hide` names it in a link. */
  readonly name: string;
  readonly title: string;
  readonly code:
    | 'page/inside/InsideView.tsx'
    | 'page/rescale/RescaleView.tsx'
    | 'page/examples/ExamplesView.tsx'
    | 'page/sweep/Sweep.tsx';
}

/** Every view, in the order of its tabs. */
const VIEWS: readonly View[] = [
  { name: 'inside', title: 'Inside the network', code: 'page/inside/InsideView.tsx' },
  { name: 'rescale', title: 'Rescale a network', code: 'page/rescale/RescaleView.tsx' },
  { name: 'examples', title: 'Watch the task', code: 'page/examples/ExamplesView.tsx' },
  { name: 'sweep', title: 'Loss against rate', code: 'page/sweep/Sweep.tsx' },
];

interface OpenView {
  /** The name of the open view. */
  readonly open: string | null;
  /** How often another part of the page has asked for a view: each time it comes into sight. */
  readonly asked: number;
}

const useOpenView = create<OpenView>(() => ({ open: null, asked: 0 }));

/** Whether there is such a view here: another part of the page offers only what it can open. */
export const hasView = (name: string): boolean => VIEWS.some((view) => view.name === name);

/** Opens a view from another part of the page, and brings it into sight. */
export function openView(name: string): void {
  useOpenView.setState(({ asked }) => ({ open: name, asked: asked + 1 }));
}

/** The views of the run as tabs; only the open one costs time, and none is open at first. */
export function Views() {
  const hide = useWorkbench((state) => state.view.hide);
  const { open, asked } = useOpenView();
  const section = useRef<HTMLElement>(null);
  const id = useId();
  const shown = VIEWS.filter(({ name }) => !(hide as readonly string[]).includes(name));
  const current = shown.find(({ name }) => name === open) ?? null;
  useEffect(() => {
    if (asked > 0) section.current?.scrollIntoView({ block: 'start' });
  }, [asked]);
  if (shown.length === 0) return null;
  return (
    <section ref={section} className="panel views" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Look closer</h2>
      <div className="view-choices">
        {shown.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            aria-expanded={name === current?.name}
            aria-controls={`${id}-content`}
            onClick={() => useOpenView.setState({ open: name === current?.name ? null : name })}
          >
            {title}
          </button>
        ))}
      </div>
      <div id={`${id}-content`}>
        {current && (
          <Part
            name={current.code}
            title={`“${current.title}”`}
            props={{}}
            waiting={<p className="panel-note">Loading</p>}
          />
        )}
      </div>
    </section>
  );
}

/** The names and titles of every view. */
export const viewTitles = (): readonly Pick<View, 'name' | 'title'>[] => VIEWS;
