import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CheckCase, CheckContext, CheckResult } from '../../src/engine/checks.ts';
import { DeviceLostError, type EngineInfo } from '../../src/engine/engine.ts';
import {
  factsOf,
  reportText,
  runChecks,
  setUnavailable,
  summaryOf,
  useCheckRun,
} from '../../src/page/checkRun.ts';

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

beforeEach(() => setUnavailable('', true));

describe('runChecks', () => {
  test('runs three cases at a time and shows every result in the place of its case', async () => {
    const ends = new Map<string, () => void>();
    const cases = ['a', 'b', 'c', 'd'].map((name) =>
      caseOf(name, async () => {
        await new Promise<void>((resolve) => {
          ends.set(name, resolve);
        });
        return [{ ...good, quantity: `gradient of ${name}` }];
      }),
    );
    const run = runChecks(cases, CONTEXT, ADAPTER);
    const shown = (): string[] => useCheckRun.getState().rows.map(({ name }) => name);
    expect([...ends.keys()]).toEqual(['a', 'b', 'c']);
    ends.get('c')?.();
    await expect.poll(shown).toEqual(['c']);
    await expect.poll(() => [...ends.keys()]).toEqual(['a', 'b', 'c', 'd']);
    for (const name of ['d', 'b', 'a']) ends.get(name)?.();
    await run;
    expect(shown()).toEqual(['a', 'b', 'c', 'd']);
    expect(useCheckRun.getState().status).toBe('passed');
    expect(summaryOf(useCheckRun.getState())).toBe(
      'Your GPU computes this right: all 4 comparisons passed on some adapter.',
    );
  });

  test('a case in which the GPU is lost is run again; lost each time, it says nothing of the GPU', async () => {
    vi.useFakeTimers();
    try {
      let runs = 0;
      const lostOnce = caseOf('a', async () => {
        if (++runs === 1) throw new DeviceLostError('The GPU was lost.');
        return [good];
      });
      const first = runChecks([lostOnce], CONTEXT, ADAPTER);
      await vi.advanceTimersByTimeAsync(1000);
      await first;
      expect(useCheckRun.getState()).toMatchObject({ status: 'passed', rows: [{ name: 'a' }] });

      const lost = caseOf('b', async () => {
        throw new DeviceLostError('The GPU was lost.');
      });
      const second = runChecks([caseOf('a', async () => [good]), lost], CONTEXT, ADAPTER);
      await vi.advanceTimersByTimeAsync(3000);
      await second;
      expect(useCheckRun.getState().status).toBe('lost');
      expect(summaryOf(useCheckRun.getState())).toMatch(
        /^The GPU was lost while it was checked, so that 1 of 2 cases are missing on some adapter: reload/,
      );
    } finally {
      vi.useRealTimers();
    }
  });

  test('one quantity out of bounds fails the whole', async () => {
    await runChecks(
      [caseOf('a', async () => [good, bad]), caseOf('b', async () => [good])],
      CONTEXT,
      ADAPTER,
    );
    const run = useCheckRun.getState();
    expect(run.status).toBe('failed');
    expect(summaryOf(run)).toBe(
      'Your GPU computes some of this wrong: 1 of 3 comparisons failed on some adapter.',
    );
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

  test('the report says on what it ran, and has every row, failed ones in capitals', async () => {
    const adapter = {
      info: { vendor: 'arm', architecture: 'valhall' },
      limits: { maxBufferSize: 268435456, maxComputeInvocationsPerWorkgroup: 128 },
      features: new Set(['timestamp-query', 'shader-f16']),
    };
    const facts = factsOf(adapter as unknown as GPUAdapter);
    await runChecks([caseOf('a', async () => [good, bad])], CONTEXT, ADAPTER, facts);
    expect(reportText(useCheckRun.getState(), ['Version 1', 'Browser: some']).split('\n')).toEqual([
      'Your GPU computes some of this wrong: 1 of 2 comparisons failed on some adapter.',
      'Version 1',
      'Browser: some',
      'Adapter: arm, valhall',
      expect.stringMatching(
        /^Limits: maxBufferSize 268435456, maxStorageBufferBindingSize unknown, .*PerWorkgroup 128, /,
      ),
      'Features: shader-f16, timestamp-query',
      'Took 0 s',
      '',
      'case\tquantity\terror\tallowed\tresult',
      'a\tgradient\t1.00e-6\t1.00e-4\tpassed\t',
      'a\tkappa1\t0.0100\t1.00e-5\tFAILED\t',
    ]);
  });
});
