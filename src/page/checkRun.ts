import { create } from 'zustand';
import type { CheckCase, CheckContext } from '../engine/checks.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { messageOf } from '../engine/engine.ts';
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
  readonly status: 'running' | 'passed' | 'failed' | 'unavailable';
  readonly adapter: EngineInfo | null;
  readonly rows: readonly CheckRow[];
  /** The case being run, and how many are done of how many. */
  readonly current: string | null;
  readonly done: number;
  readonly total: number;
  /** Why there is nothing to check with, where there is not. */
  readonly message: string | null;
}

const NOT_STARTED: CheckRun = {
  status: 'running',
  adapter: null,
  rows: [],
  current: null,
  done: 0,
  total: 0,
  message: null,
};

export const useCheckRun = create<CheckRun>(() => NOT_STARTED);

const { setState, getState } = useCheckRun;

/** The rows of one case. One that throws, or compares nothing, has failed. */
async function rowsOf({ name, run }: CheckCase, context: CheckContext): Promise<CheckRow[]> {
  const failed = (message: string): CheckRow[] => [
    { name, quantity: '', error: null, allowed: null, passed: false, message },
  ];
  try {
    const results = await run(context);
    if (results.length === 0) return failed('The check compared nothing.');
    return results.map((result) => ({ name, ...result, message: null }));
  } catch (error) {
    return failed(messageOf(error));
  }
}

/** Runs the cases in their order and shows the result of each as soon as it is there. */
export async function runChecks(
  cases: readonly CheckCase[],
  context: CheckContext,
  adapter: EngineInfo,
): Promise<void> {
  setState({ ...NOT_STARTED, adapter, total: cases.length });
  for (const check of cases) {
    setState({ current: check.name });
    const rows = await rowsOf(check, context);
    setState((state) => ({ rows: [...state.rows, ...rows], done: state.done + 1 }));
  }
  const { rows } = getState();
  const passed = rows.length > 0 && rows.every((row) => row.passed);
  setState({ status: passed ? 'passed' : 'failed', current: null });
}

/** There is no WebGPU to check. */
export function setUnavailable(message: string): void {
  setState({ ...NOT_STARTED, status: 'unavailable', message });
}

/** The result in a sentence. */
export function summaryOf({ status, adapter, rows, done, total, message }: CheckRun): string {
  const name = adapter?.name ?? '';
  const failed = rows.filter(({ passed }) => !passed).length;
  switch (status) {
    case 'unavailable':
      return message ?? '';
    case 'passed':
      return `All ${rows.length} checks passed on ${name}.`;
    case 'failed':
      return `${failed} of ${rows.length} checks failed on ${name}.`;
    case 'running':
      return total === 0 ? 'Looking for a GPU…' : `Checking ${name}: ${done} of ${total} done.`;
  }
}

/** The table as text, columns apart by tabs, to paste into a report. */
export function tableText(run: CheckRun): string {
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
  return [summaryOf(run), ['case', 'quantity', 'error', 'allowed', 'result'].join('\t'), ...lines].join('\n');
}
