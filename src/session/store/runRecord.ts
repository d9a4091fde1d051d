import type { EngineInfo, Evaluation } from '../../engine/engine.ts';
import { defaultView, formatLink } from '../../experiment/link.ts';
import type { Experiment } from '../../experiment/schema.ts';
import type { RunData } from '../page/runData.ts';
import type { SeriesPoint, Spacing } from '../page/series.ts';
import type { Mark } from '../page/stepClock.ts';
import type { Stop } from '../protocol.ts';

/** What is measured at every step of a lane, as the command line names it. */
export const QUANTITIES = ['loss', 'metric', 'gradientNorm', 'pathNormLog2'] as const;
export type QuantityName = (typeof QUANTITIES)[number];

export const RUN_FORMAT = 'path-sgd-playground run';
export const RUN_VERSION = 1;

/** One quantity of a lane: evenly spaced points, and those of a logarithmic step axis. */
export type CurveRecord = Readonly<Record<Spacing, readonly SeriesPoint[]>>;

/** A run as plain data: what an earlier run keeps, and what a saved file holds. */
export interface RunRecord {
  readonly format: typeof RUN_FORMAT;
  readonly version: typeof RUN_VERSION;
  readonly experiment: Experiment;
  /** The experiment as a link's fragment. */
  readonly link: string;
  readonly engine: EngineInfo | null;
  /** Steps done. */
  readonly step: number;
  readonly clock: readonly Mark[];
  readonly lanes: readonly Readonly<Record<QuantityName, CurveRecord>>[];
  readonly evaluations: readonly Evaluation[];
  readonly stops: readonly Stop[];
}

interface RecordedRun {
  readonly experiment: Experiment;
  readonly data: RunData;
  readonly engine: EngineInfo | null;
  readonly stops: readonly Stop[];
}

/**
 * The run so far as plain data.
 * @param most points of each curve; by default all that are kept
 */
export function recordRun({ experiment, data, engine, stops }: RecordedRun, most = 1024): RunRecord {
  const curve = (lane: RunData['lanes'][number], quantity: QuantityName): CurveRecord => ({
    linear: lane[quantity].points(most, 'linear'),
    log: lane[quantity].points(most, 'log'),
  });
  return {
    format: RUN_FORMAT,
    version: RUN_VERSION,
    experiment,
    link: formatLink(experiment, defaultView),
    engine,
    step: data.step,
    clock: data.clock.marks,
    lanes: data.lanes.map((lane) => ({
      loss: curve(lane, 'loss'),
      metric: curve(lane, 'metric'),
      gradientNorm: curve(lane, 'gradientNorm'),
      pathNormLog2: curve(lane, 'pathNormLog2'),
    })),
    evaluations: data.evaluations,
    stops,
  };
}
