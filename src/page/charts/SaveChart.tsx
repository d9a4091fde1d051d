import { type RefObject, useState } from 'react';
import { useRun } from '../../session/page/runStore.ts';
import { HiddenPixelsError } from '../browser/canvas.ts';
import { loadCode } from '../part/code.ts';
import type { ChartSettings } from './content.ts';

/** What of the page a picture is drawn on. */
export type Background = 'light' | 'dark';

interface SaveChartProps {
  readonly settings: ChartSettings;
  readonly figure: RefObject<HTMLElement | null>;
}

const isDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches;

/** A chart as a picture or as numbers; the code that makes them is loaded when it is needed. */
export function SaveChart({ settings, figure }: SaveChartProps) {
  const [background, setBackground] = useState<Background>(() => (isDark() ? 'dark' : 'light'));
  const [problem, setProblem] = useState<unknown>(null);
  const { title } = settings.quantity;
  const save = (format: 'png' | 'svg' | 'csv' | 'json'): void => {
    setProblem(null);
    const { engine } = useRun.getState();
    loadCode('page/charts/save.ts')
      .then((module) => {
        if (format === 'csv') return module.saveChartCsv(settings, engine);
        if (format === 'json') return module.saveChartJson(settings, engine);
        if (!figure.current) return;
        return module.savePicture(settings, figure.current, format, background);
      })
      .catch(setProblem);
  };
  return (
    <details className="chart-more">
      <summary>
        Save<span className="visually-hidden"> {title}</span>
      </summary>
      <div className="save-choices">
        <span>Picture</span>
        <button type="button" onClick={() => save('png')}>
          PNG
        </button>
        <button type="button" onClick={() => save('svg')}>
          SVG
        </button>
        <label>
          on{' '}
          <select
            aria-label={`Background of pictures of ${title}`}
            value={background}
            onChange={(event) => setBackground(event.target.value === 'dark' ? 'dark' : 'light')}
          >
            <option value="light">white</option>
            <option value="dark">dark</option>
          </select>
        </label>
        <span>Numbers</span>
        <button type="button" onClick={() => save('csv')}>
          CSV
        </button>
        <button type="button" onClick={() => save('json')}>
          JSON
        </button>
      </div>
      {problem !== null && (
        <p role="alert" className="field-error">
          This could not be saved: {problem instanceof Error ? problem.message : String(problem)}{' '}
          {problem instanceof HiddenPixelsError && (
            <button type="button" onClick={() => save('svg')}>
              Save as SVG
            </button>
          )}
        </p>
      )}
    </details>
  );
}
