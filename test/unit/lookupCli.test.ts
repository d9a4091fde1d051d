import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Runs the command as a person would. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/cli/lookup.ts', ...args],
    { encoding: 'utf8' },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, stderr, lines: lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}

test('writes the construction, its numbers, what three arithmetics make of it, and how lanes train', () => {
  const lanes = 'construction-sgd-0.001;relu-path-0.1';
  const { status, lines } = run(
    `dimension:1,function:root,cells:4,bits:2,steps:20,lanes:${encodeURIComponent(lanes)}`,
    '--train',
    '10',
  );
  expect(status).toBe(0);
  expect(lines[0]).toMatchObject({ settings: { source: 'root', sizes: { cells: 4 } } });
  expect(lines[1]).toMatchObject({ width: 6, cells: 4, bound: { known: true } });
  expect(lines[2]).toMatchObject({
    numbers: [expect.stringMatching(/^([01]0){4}$/), expect.anything(), expect.anything()],
  });
  expect(lines.slice(3, 6).map(({ arithmetic }) => arithmetic)).toEqual(['float32', 'float64', 'bigint']);
  expect(lines.slice(3, 6).map(({ holds }) => holds)).toEqual([true, true, true]);
  expect(lines.slice(6).map(({ lane, step }) => [lane, step])).toEqual([
    [0, 0],
    [0, 10],
    [0, 20],
    [1, 0],
    [1, 10],
    [1, 20],
  ]);
});

test.each([
  [['cells:900,foo:1'], /^cells is "900": it must be a whole number from 2 to 32\n"foo" is not a setting/],
  [['function:picture'], /^function is "picture": the page alone reads pictures/],
] as const)('refuses %o', (args, message) => {
  expect(run(...args)).toMatchObject({ status: 2, lines: [], stderr: expect.stringMatching(message) });
});
