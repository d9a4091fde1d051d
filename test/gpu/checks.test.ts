import { describe, expect, test } from 'vitest';
import { CHECK_CASES, isIn } from '../../src/engine/checks.ts';
import { context, isLong } from './support.ts';

describe('the checks of the WebGPU engine against the float64 CPU engine', () => {
  test('the short set has nine of the 27 sizes, with each pair of values once', () => {
    const sizes = CHECK_CASES.filter(({ name }) => name.startsWith('hidden'));
    const short = sizes.filter((check) => isIn('short', check));
    expect(sizes).toHaveLength(27);
    expect(short).toHaveLength(9);
    const values = short.map(
      ({ name }) => /hidden (\d+), batch (\d+), layers (\d+)/.exec(name)?.slice(1, 4) ?? [],
    );
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      expect(new Set(values.map((size) => `${size[i]} ${size[j]}`)).size).toBe(9);
    }
    expect(new Set(CHECK_CASES.map(({ name }) => name)).size).toBe(CHECK_CASES.length);
  });

  // The short set runs as check.html, in test/browsers.
  test.for(isLong ? CHECK_CASES : [])('$name', async ({ run }) => {
    const results = await run(context);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
