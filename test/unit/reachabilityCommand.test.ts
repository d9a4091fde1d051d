import { expect, test } from 'vitest';
import { jsonLines, runCommand } from './commands.ts';

const run = (...args: string[]) => runCommand('reachability', ...args);

test('trains a lane, answers, and checks the answer without rounding', async () => {
  const result = await run(
    'length=6&hidden=6&batch=4',
    ...['--step', '5', '--engine', 'cpu', '--report', 'exact', '--settings', 'lane:2,first:1,second:6'],
  );
  expect(result.code, result.stderr).toBe(0);
  const lines = jsonLines(result);
  expect(lines.length).toBe(3);
  const [head, answer, check] = lines;
  expect(head).toMatchObject({
    step: 5,
    experiment: { length: 6 },
    settings: { lane: 2, first: 1, second: 6 },
  });
  expect(answer).toMatchObject({
    claim: '|answer − (v1 + v6)| ≤ 0.04',
    verdict: 'COUNTEREXAMPLE',
    pending: 0,
  });
  expect(answer?.covered).toBeCloseTo(1, 12);
  const { excess, regions, replay } = answer as {
    excess: number;
    regions: number;
    replay: { float32: { excess: number }; float64: { excess: number } };
  };
  expect(replay.float64.excess).toBeCloseTo(excess, 6);
  expect(replay.float32.excess).toBeCloseTo(excess, 4);
  expect(check).toMatchObject({ exact: { regions, verdict: 'COUNTEREXAMPLE', samePatterns: true } });
});

test('bad input ends with code 2 and a message, before anything is trained', async () => {
  const cases = [
    [
      ['length=6&hidden=6', '--settings', 'first:7', '--step', '999999'],
      /first is step 7: sequences have 6 steps/,
    ],
    [['', '--settings', 'cells:0,colour:red'], /cells is "0".*\n.*"colour" is not a setting/],
    [['', '--settings', 'network:random', '--report', 'pairs'], /a random network has no marked steps/],
  ] as const;
  const results = await Promise.all(cases.map(([args]) => run(...args)));
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(cases[index]?.[1] as RegExp);
  }
});
