import { beforeEach, describe, expect, test } from 'vitest';
import type { CheckCase, CheckContext, CheckResult } from '../../src/engine/checks.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { runChecks, setUnavailable, summaryOf, tableText, useCheckRun } from '../../src/page/checkRun.ts';

const ADAPTER: EngineInfo = { kind: 'webgpu', name: 'some adapter', software: false };
/** These cases look at no context. */
const CONTEXT = {} as CheckContext;

const caseOf = (name: string, run: () => Promise<readonly CheckResult[]>): CheckCase => ({
  name,
  set: 'short',
  run,
});
const good: CheckResult = { quantity: 'gradient', error: 1e-6, allowed: 1e-4, passed: true };
const bad: CheckResult = { quantity: 'kappa1', error: 1e-2, allowed: 1e-5, passed: false };

beforeEach(() => setUnavailable(''));

describe('runChecks', () => {
  test('runs the cases one after the other and shows every result', async () => {
    const log: string[] = [];
    const cases = ['a', 'b'].map((name) =>
      caseOf(name, async () => {
        log.push(`${name} starts, ${useCheckRun.getState().done} done`);
        await Promise.resolve();
        log.push(`${name} ends`);
        return [good];
      }),
    );
    await runChecks(cases, CONTEXT, ADAPTER);
    expect(log).toEqual(['a starts, 0 done', 'a ends', 'b starts, 1 done', 'b ends']);
    const run = useCheckRun.getState();
    expect(run.status).toBe('passed');
    expect(summaryOf(run)).toBe('All 2 checks passed on some adapter.');
  });

  test('one quantity out of bounds fails the whole', async () => {
    await runChecks(
      [caseOf('a', async () => [good, bad]), caseOf('b', async () => [good])],
      CONTEXT,
      ADAPTER,
    );
    const run = useCheckRun.getState();
    expect(run.status).toBe('failed');
    expect(summaryOf(run)).toBe('1 of 3 checks failed on some adapter.');
    expect(run.rows.map(({ passed }) => passed)).toEqual([true, false, true]);
  });

  test('a case that throws fails with its message, and the next one still runs', async () => {
    const thrown = caseOf('a', async () => {
      throw new Error('The kernel does not compile.');
    });
    await runChecks([thrown, caseOf('b', async () => [good])], CONTEXT, ADAPTER);
    const { status, rows } = useCheckRun.getState();
    expect(status).toBe('failed');
    expect(rows[0]).toMatchObject({ name: 'a', passed: false, message: 'The kernel does not compile.' });
    expect(rows[1]).toMatchObject({ name: 'b', passed: true });
  });

  test('a case that compares nothing fails, and so do no cases at all', async () => {
    await runChecks([caseOf('a', async () => [])], CONTEXT, ADAPTER);
    expect(useCheckRun.getState().status).toBe('failed');
    await runChecks([], CONTEXT, ADAPTER);
    expect(useCheckRun.getState().status).toBe('failed');
  });

  test('the text has every row, failed ones in capitals', async () => {
    await runChecks([caseOf('a', async () => [good, bad])], CONTEXT, ADAPTER);
    expect(tableText(useCheckRun.getState()).split('\n')).toEqual([
      '1 of 2 checks failed on some adapter.',
      'case\tquantity\terror\tallowed\tresult',
      'a\tgradient\t1.00e-6\t1.00e-4\tpassed\t',
      'a\tkappa1\t0.0100\t1.00e-5\tFAILED\t',
    ]);
  });
});
