import type { EngineInfo } from '../../engine/engine.ts';
import { SMOOTHING_FACTORS, USUAL_SMOOTHING } from '../../session/page/series.ts';
import { type RunRecord, recordRun } from '../../session/store/runRecord.ts';
import { download } from '../browser/download.ts';
import type { LaneStyle } from '../laneStyle.ts';
import { formatCount } from '../numbers.ts';
import { type ChartSettings, drawableRuns } from './content.ts';
import { type Caption, pictureOf, pngPicture } from './picture.ts';
import type { Background } from './SaveChart.tsx';
import { everything, runCsv, toJson } from './tables.ts';

/** Pixels of a PNG for one of the page: sharp in print and on a projector. */
const PNG_SCALE = 2;

const fileName = ({ experiment, step }: Pick<RunRecord, 'experiment' | 'step'>, what: string): string =>
  `path-sgd-${experiment.task}-${what}-step-${step}`;

const chartName = ({ quantity, experiment, data }: ChartSettings): string =>
  fileName({ experiment, step: data.step }, quantity.part);

const shownLanes = ({ shown, styles }: ChartSettings): number[] =>
  [...styles.keys()].filter((lane) => shown[lane]);

/** Saves a chart as it is drawn. */
export async function savePicture(
  settings: ChartSettings,
  figure: HTMLElement,
  format: 'png' | 'svg',
  background: Background,
): Promise<void> {
  const { quantity, styles, shown, data, earlier } = settings;
  const caption: Caption = {
    title: quantity.title,
    unit: quantity.unit,
    lanes: styles.filter((_, lane) => shown[lane]),
    earlier: drawableRuns(earlier).map(({ name }) => name),
    source: `Path-SGD Playground, step ${formatCount(data.step)}`,
  };
  const picture = pictureOf(figure, caption, background);
  if (format === 'svg') download(picture.text, `${chartName(settings)}.svg`, 'image/svg+xml');
  else download(await pngPicture(picture, PNG_SCALE), `${chartName(settings)}.png`, 'image/png');
}

/** Saves all kept points of the chart's lanes as a table. */
export function saveChartCsv(settings: ChartSettings, engine: EngineInfo | null): void {
  const record = recordRun({ ...settings, engine });
  const text = runCsv(
    record,
    settings.styles.map(({ name }) => name),
    {
      quantities: [settings.quantity.key],
      lanes: shownLanes(settings),
      smoothing: settings.smoothing ?? USUAL_SMOOTHING,
    },
  );
  download(text, `${chartName(settings)}.csv`, 'text/csv');
}

/** Saves all kept points of the chart's lanes, and of the earlier runs in it, as JSON. */
export function saveChartJson(settings: ChartSettings, engine: EngineInfo | null): void {
  const { quantity, styles, x, axis, earlier } = settings;
  const { key } = quantity;
  const record = recordRun({ ...settings, engine });
  const run = (
    { experiment, link, step, clock, lanes }: RunRecord,
    names: readonly LaneStyle[],
    which: number[],
  ) => ({
    ...{ experiment, link, engine, step, clock },
    lanes: which.map((lane) => ({ lane, name: names[lane]?.name ?? null, ...lanes[lane]?.[key] })),
  });
  const chart = {
    format: 'path-sgd-playground chart',
    version: 1,
    quantity: key,
    title: quantity.title,
    unit: quantity.unit,
    axes: { x: x.unit, xLog: x.log, y: axis },
    smoothingFactors: SMOOTHING_FACTORS,
    ...run(record, styles, shownLanes(settings)),
    heldOut:
      key === 'loss' || key === 'metric'
        ? record.evaluations.map(({ step, lanes }) => ({ step, lanes: lanes.map((lane) => lane[key]) }))
        : [],
    stops: record.stops,
    earlier: drawableRuns(earlier).map((each) => ({
      name: each.name,
      ...run(each.record, each.styles, [...each.styles.keys()]),
    })),
  };
  download(toJson(chart), `${chartName(settings)}.json`, 'application/json');
}

/** Saves everything that a run has measured, with its experiment. */
export const saveRunJson = (record: RunRecord): void =>
  download(
    toJson({ ...record, smoothingFactors: SMOOTHING_FACTORS }),
    `${fileName(record, 'run')}.json`,
    'application/json',
  );

/** Saves everything that a run has measured as a table. */
export const saveRunCsv = (record: RunRecord, styles: readonly LaneStyle[]): void =>
  download(
    runCsv(
      record,
      styles.map(({ name }) => name),
      everything(record, USUAL_SMOOTHING),
    ),
    `${fileName(record, 'run')}.csv`,
    'text/csv',
  );
