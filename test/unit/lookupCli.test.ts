import { expect, test } from 'vitest';
import { jsonLines, runCommand } from './commands.ts';

const run = (...args: string[]) => runCommand('lookup', ...args);

test('writes the construction, its numbers, what three arithmetics make of it, and how lanes train', async () => {
  const lanes = 'construction-sgd-0.001;relu-path-0.1';
  const result = await run(
    `dimension:1,function:root,cells:4,bits:2,steps:20,lanes:${encodeURIComponent(lanes)}`,
    '--train',
    '10',
  );
  expect(result.code).toBe(0);
  const lines = jsonLines(result);
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
] as const)('refuses %o', async (args, message) => {
  expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
});
