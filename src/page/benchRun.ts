import { create } from 'zustand';
import { formatTables, SHAPE_RANGES, type ShapeTimings } from '../engine/benchmark.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { describeRange, type Range } from '../experiment/schema.ts';
import { type BenchmarkEvent, type BenchmarkSettings, DEFAULT_SETTINGS } from '../session/benchmark.ts';
import { startBenchmark } from '../session/benchmarkClient.ts';

export interface BenchRun {
  readonly status: 'ready' | 'running' | 'done' | 'stopped' | 'failed';
  readonly adapter: EngineInfo | null;
  readonly notes: readonly string[];
  readonly results: readonly ShapeTimings[];
  /** Parts done of all, and what is being measured. */
  readonly done: number;
  readonly total: number;
  readonly current: string;
}

const NOT_STARTED: BenchRun = {
  status: 'ready',
  adapter: null,
  notes: [],
  results: [],
  done: 0,
  total: 0,
  current: '',
};

export const useBenchRun = create<BenchRun>(() => NOT_STARTED);

const { setState } = useBenchRun;

let stopWorker = (): void => {};

function heed(event: BenchmarkEvent): void {
  switch (event.type) {
    case 'adapter':
      setState({ adapter: event.adapter });
      break;
    case 'note':
      setState(({ notes }) => ({ notes: [...notes, event.note] }));
      break;
    case 'progress':
      setState({ done: event.done, total: event.total, current: event.current });
      break;
    case 'result':
      setState(({ results }) => ({ results: [...results, event.result] }));
      break;
    case 'done':
      setState({ status: 'done', current: '' });
      break;
  }
}

/** Measures from the beginning. */
export function start(settings: BenchmarkSettings): void {
  stopWorker();
  setState({ ...NOT_STARTED, status: 'running' });
  stopWorker = startBenchmark(settings, heed, (message) =>
    setState(({ notes }) => ({
      status: 'failed',
      notes: [...notes, `The benchmark failed: ${message}`],
      current: '',
    })),
  );
}

/** Stops measuring; the shapes that are done stay. */
export function stop(): void {
  stopWorker();
  setState({ status: 'stopped', current: '' });
}

/** The result in a sentence. */
export function summaryOf({ status, adapter, results }: BenchRun): string {
  const name = adapter ? `WebGPU on ${adapter.name}, and the CPU` : 'the CPU';
  switch (status) {
    case 'ready':
      return 'Nothing is measured yet.';
    case 'running':
      return `Measuring: ${name}…`;
    case 'done':
      return `Measured: ${name}.`;
    case 'stopped':
      return results.length > 0
        ? `Stopped. Measured so far: ${name}.`
        : 'Stopped before anything was measured.';
    case 'failed':
      return 'The benchmark failed.';
  }
}

/**
 * The tables in Markdown, to paste into a report.
 * @param browser the browser's name for itself
 */
export function benchText({ adapter, notes, results }: BenchRun, pairs: number, browser: string): string {
  const where = adapter ? `WebGPU on ${adapter.name}${adapter.software ? ' (software)' : ''}` : 'no WebGPU';
  const context = [`${where}; medians of ${pairs} interleaved pairs; ${browser}.`, ...notes].join('\n\n');
  return formatTables(context, results);
}

const QUERY_RANGES = {
  ...SHAPE_RANGES,
  pairs: { min: 1, max: 100, integer: true },
  milliseconds: { min: 1, max: 60_000, integer: true },
} as const satisfies Record<string, Range>;

/**
 * The settings of an address, e.g. "?length=100&length=400&batch=64".
 * @returns with a message for everything that is not used, naming the key, what came and what is allowed
 */
export function readSettings(query: string): { settings: BenchmarkSettings; messages: string[] } {
  const messages: string[] = [];
  const lengths: number[] = [];
  let settings = DEFAULT_SETTINGS;
  for (const [key, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(QUERY_RANGES, key)) {
      messages.push(
        `${key} is no setting: there are ${Object.keys(QUERY_RANGES).join(', ')}; it is not used`,
      );
      continue;
    }
    const name = key as keyof typeof QUERY_RANGES;
    const range = QUERY_RANGES[name];
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= range.min && value <= range.max)) {
      messages.push(`${key} is "${text.slice(0, 40)}": it must be ${describeRange(range)}; it is not used`);
    } else if (name === 'length') {
      lengths.push(value);
    } else {
      settings = { ...settings, [name]: value };
    }
  }
  if (lengths.length > 0) settings = { ...settings, lengths };
  return { settings, messages };
}
