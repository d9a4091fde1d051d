import { describe, expect, test } from 'vitest';
import { CHECK_CASES } from '../../src/engine/checks.ts';
import { context, isLong } from './support.ts';

describe('the WebGPU engine against the float64 CPU engine', () => {
  test.for(CHECK_CASES.filter(({ inShort }) => inShort || isLong))('$name', async ({ run }) => {
    const results = await run(context);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  test('the short set has nine of the 27 sizes, every one of them in the long one', () => {
    const sizes = CHECK_CASES.filter(({ name }) => name.startsWith('hidden'));
    expect(sizes).toHaveLength(27);
    expect(sizes.filter(({ inShort }) => inShort)).toHaveLength(9);
    expect(new Set(CHECK_CASES.map(({ name }) => name)).size).toBe(CHECK_CASES.length);
  });
});
