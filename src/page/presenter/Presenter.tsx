import { useEffect, useState } from 'react';
import { PRESETS } from '../../experiment/presets.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import { useRun } from '../../session/page/runStore.ts';
import { isFullScreen, onFullScreen } from '../browser/fullScreen.ts';
import { Charts } from '../Charts.tsx';
import { RunButtons } from '../RunBar.tsx';
import { StatusLine } from '../StatusLine.tsx';
import { useWorkbench } from '../workbench.ts';
import { leavePresenter, PRESENTED_CHARTS, showChart, usePresenter } from './presenterStore.ts';
import '../styles/presenter.css';

/** The layout is made for a window of this size, in pixels, and grows with the window. */
const WIDTH = 800;
const HEIGHT = 480;
const MOST_ZOOM = 5;

const zoomNow = (): number =>
  Math.min(MOST_ZOOM, Math.max(1, Math.min(innerWidth / WIDTH, innerHeight / HEIGHT)));

/** The first sentence of a text. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;

/** One chart for a room full of people: large type, the controls of the run, and a sentence on what is seen. */
export default function Presenter() {
  const chart = usePresenter((state) => state.chart);
  const experiment = useWorkbench((state) => state.experiment);
  const preset = useWorkbench((state) => state.view.preset);
  const error = useRun((state) => state.error);
  const zoom = useZoom();
  useLeavingWithFullScreen();
  const task = taskOf(experiment);
  const told = preset === null ? undefined : PRESETS.get(preset);
  const measure = task.measure(experiment).label;
  return (
    <main className="presenter" style={{ zoom, ['--zoom' as string]: zoom }}>
      <header>
        <div>
          <h1>{told?.title ?? task.title}</h1>
          <p>{firstSentence(told?.lookFor ?? task.description)}</p>
        </div>
        <button type="button" onClick={leavePresenter} title="Leave presenter mode (Esc)">
          Leave
        </button>
      </header>
      {error !== null && (
        <p className="notice notice-error" role="alert">
          {error}
        </p>
      )}
      <Charts only={chart} />
      <section className="presenter-bar" aria-label="Run">
        <div className="buttons">
          <RunButtons />
        </div>
        <fieldset className="segments">
          <legend className="visually-hidden">Chart</legend>
          {PRESENTED_CHARTS.map((name) => (
            <label key={name} title="The other chart (c)">
              <input
                type="radio"
                name="presented-chart"
                checked={chart === name}
                onChange={() => showChart(name)}
              />
              <span>{name === 'loss' ? 'Loss' : measure.charAt(0).toUpperCase() + measure.slice(1)}</span>
            </label>
          ))}
        </fieldset>
        <StatusLine />
      </section>
    </main>
  );
}

function useZoom(): number {
  const [zoom, setZoom] = useState(zoomNow);
  useEffect(() => {
    const follow = (): void => setZoom(zoomNow());
    window.addEventListener('resize', follow);
    return () => window.removeEventListener('resize', follow);
  }, []);
  return zoom;
}

/** On the full screen it is the browser that takes Escape, and tells only that the full screen has gone. */
function useLeavingWithFullScreen(): void {
  useEffect(() => {
    return onFullScreen(() => {
      if (!isFullScreen()) leavePresenter();
    });
  }, []);
}
