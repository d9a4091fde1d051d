import { create } from 'zustand';
import type { CheckCase, CheckContext } from '../engine/checks.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { EngineLostError, messageOf, NoAdapterError } from '../engine/engine.ts';
import { formatNumber } from './numbers.ts';

/** One compared quantity; a case that threw has one row with its message instead of numbers. */
export interface CheckRow {
  readonly name: string;
  readonly quantity: string;
  readonly error: number | null;
  readonly allowed: number | null;
  readonly passed: boolean;
  readonly message: string | null;
}

export interface CheckRun {
  /** `lost`: the GPU was lost again and again, so that some cases say nothing of it. */
  readonly status: 'running' | 'passed' | 'failed' | 'lost' | 'unavailable';
  readonly adapter: EngineInfo | null;
  /** What the browser says of the GPU, a line each. */
  readonly facts: readonly string[];
  readonly rows: readonly CheckRow[];
  /** The case being run, and how many are done of how many. */
  readonly current: string | null;
  readonly done: number;
  readonly total: number;
  /** Cases in which the GPU was lost each time. */
  readonly lost: number;
  /** Seconds that the checks took; null until all are done. */
  readonly seconds: number | null;
  /** Milliseconds of a training step of the default experiment, by kernel; null until they are measured. */
  readonly times: ReadonlyMap<string, number> | null;
  /** Why nothing is checked, where nothing is, and whether for want of a GPU. */
  readonly message: string | null;
  readonly lacksGpu: boolean;
}

const NOT_STARTED: CheckRun = {
  status: 'running',
  adapter: null,
  facts: [],
  rows: [],
  current: null,
  done: 0,
  total: 0,
  lost: 0,
  seconds: null,
  times: null,
  message: null,
  lacksGpu: false,
};

export const useCheckRun = create<CheckRun>(() => NOT_STARTED);

const { setState, getState } = useCheckRun;

/** How often a case is run where the GPU is lost meanwhile, which says nothing of what it computes. */
const MOST_RUNS = 3;
/** Milliseconds until it is run again: a GPU takes a while to come back. */
const PAUSE = 1000;

/** The rows of one case; null where the GPU was lost each time. One that throws otherwise, or compares nothing, has failed. */
async function rowsOf({ name, run }: CheckCase, context: CheckContext): Promise<CheckRow[] | null> {
  const failed = (message: string): CheckRow[] => [
    { name, quantity: '', error: null, allowed: null, passed: false, message },
  ];
  let wasLost = false;
  for (let runs = 0; runs < MOST_RUNS; runs++) {
    try {
      const results = await run(context);
      if (results.length === 0) return failed('The check compared nothing.');
      return results.map((result) => ({ name, ...result, message: null }));
    } catch (error) {
      wasLost ||= error instanceof EngineLostError;
      // After a loss there may be no adapter for a while.
      if (!wasLost || !(error instanceof EngineLostError || error instanceof NoAdapterError)) {
        return failed(messageOf(error));
      }
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE);
      });
    }
  }
  return null;
}

/** Cases that run at a time: while one waits for news of the GPU, which takes Firefox 100 ms, another one goes on. */
const AT_A_TIME = 3;

/** Runs the cases and shows the result of each, in its place, as soon as it is there. */
export async function runChecks(
  cases: readonly CheckCase[],
  context: CheckContext,
  adapter: EngineInfo,
  facts: readonly string[] = [],
): Promise<void> {
  const startedAt = performance.now();
  setState({ ...NOT_STARTED, adapter, facts, total: cases.length });
  const results: CheckRow[][] = [];
  let lost = 0;
  const waiting = [...cases.entries()];
  const runOneByOne = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, check] = next;
      setState({ current: check.name });
      const rows = await rowsOf(check, context);
      if (rows === null) lost++;
      results[index] = rows ?? [];
      setState((state) => ({ rows: results.flat(), done: state.done + 1 }));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, runOneByOne));
  const { rows } = getState();
  const failed = rows.some((row) => !row.passed) || cases.length === 0;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  setState({ status: failed ? 'failed' : lost > 0 ? 'lost' : 'passed', lost, current: null, seconds });
}

/** Shows how long kernels take; after the checks, which keep the GPU busy. */
export const setTimes = (times: ReadonlyMap<string, number>): void => setState({ times });

/** Nothing can be checked: for want of a GPU, or for another reason. */
export function setUnavailable(message: string, lacksGpu: boolean): void {
  setState({ ...NOT_STARTED, status: 'unavailable', message, lacksGpu });
}

/** The result in a sentence. */
export function summaryOf({ status, adapter, rows, done, total, lost, message }: CheckRun): string {
  const name = adapter?.name ?? '';
  const failed = rows.filter(({ passed }) => !passed).length;
  switch (status) {
    case 'unavailable':
      return message ?? '';
    case 'passed':
      return `Your GPU computes this right: all ${rows.length} comparisons passed on ${name}.`;
    case 'failed':
      return `Your GPU computes some of this wrong: ${failed} of ${rows.length} comparisons failed on ${name}.`;
    case 'lost':
      return `The GPU was lost while it was checked, so that ${lost} of ${total} cases are missing on ${name}: reload to check again. What was compared is right.`;
    case 'running':
      return total === 0 ? 'Looking for a GPU…' : `Checking ${name}: ${done} of ${total} done.`;
  }
}

/** Limits of an adapter that matter to the kernels. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** What an adapter says of itself, a line each; old browsers leave some of it out. */
export function factsOf(adapter: Partial<Pick<GPUAdapter, 'info' | 'limits' | 'features'>>): string[] {
  const { vendor, architecture, device, description } = adapter.info ?? {};
  const limits = LIMITS.map((name) => `${name} ${adapter.limits?.[name] ?? 'unknown'}`);
  return [
    `Adapter: ${[vendor, architecture, device, description].filter(Boolean).join(', ') || 'unnamed'}`,
    `Limits: ${limits.join(', ')}`,
    `Features: ${[...(adapter.features ?? [])].sort().join(', ') || 'none'}`,
  ];
}

/** What the times are of. */
export const TIMES_TITLE = 'Milliseconds of a training step of the default experiment, by kernel';

/**
 * Everything as text to send as a report: what was checked, on what, and the table, columns apart by tabs.
 * @param about the page's version, and the browser, a line each
 */
export function reportText(run: CheckRun, about: readonly string[]): string {
  const lines = run.rows.map(({ name, quantity, error, allowed, passed, message }) =>
    [
      name,
      quantity,
      formatNumber(error),
      formatNumber(allowed),
      passed ? 'passed' : 'FAILED',
      message ?? '',
    ].join('\t'),
  );
  const took = run.seconds === null ? [] : [`Took ${run.seconds} s`];
  const times = [...(run.times ?? [])].map(([kernel, time]) => `${kernel}\t${formatNumber(time)}`);
  if (times.length > 0) times.unshift('', `${TIMES_TITLE}:`);
  const head = ['case', 'quantity', 'error', 'allowed', 'result'].join('\t');
  return [summaryOf(run), ...about, ...run.facts, ...took, '', head, ...lines, ...times].join('\n');
}
