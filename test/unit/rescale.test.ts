import { describe, expect, test } from 'vitest';
import { unbalanceExponents } from '../../src/engine/initialise.ts';
import { parseLink } from '../../src/experiment/link.ts';
import type { Lane } from '../../src/experiment/schema.ts';
import { differenceRows, differenceScale, placeOf } from '../../src/page/rescale/differenceRows.ts';
import {
  balanced,
  factorText,
  factorWords,
  MOST_EXPONENT,
  randomExponents,
  rescaledText,
  withExponent,
} from '../../src/page/rescale/exponents.ts';
import { runLaneStyles } from '../../src/page/rescale/lanes.ts';
import { copyObstacle, verdictOf } from '../../src/page/rescale/verdict.ts';
import { MetricSeries } from '../../src/session/page/series.ts';

const experimentOf = (link: string) => parseLink(link).experiment;
const laneOf = (text: string): Lane => experimentOf(`lane=${text}`).lanes[0] as Lane;

describe('exponents', () => {
  test('the first random ones are those of a lane that starts unbalanced', () => {
    const experiment = experimentOf('hidden=9&layers=2&seed=77&lane=path,unbalance:4');
    const random = randomExponents(experiment, 77, 0);
    expect([...random]).toEqual([...unbalanceExponents(experiment, 0)]);
    expect(random).toHaveLength(18);
  });

  test('another draw and another seed give others, the same ones the same; all of -4 to 4 occur', () => {
    const units = { hidden: 256, layers: 3 };
    const random = randomExponents(units, 1, 1);
    expect([...randomExponents(units, 1, 1)]).toEqual([...random]);
    expect([...randomExponents(units, 1, 2)]).not.toEqual([...random]);
    expect([...randomExponents(units, 2, 1)]).not.toEqual([...random]);
    expect([...new Set(random)].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
  });

  test('one of them changes, within the range, and the others stay', () => {
    const before = balanced({ hidden: 3, layers: 2 });
    expect([...withExponent(before, 4, -3)]).toEqual([0, 0, 0, 0, -3, 0]);
    expect([...withExponent(before, 0, 99)]).toEqual([MOST_EXPONENT, 0, 0, 0, 0, 0]);
    expect([...withExponent(before, 0, -99)]).toEqual([-MOST_EXPONENT, 0, 0, 0, 0, 0]);
    expect([...before]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('read as factors', () => {
    expect([-4, -1, 0, 1, 3].map(factorText)).toEqual(['÷16', '÷2', '×1', '×2', '×8']);
    expect([-3, 0, 3].map(factorWords)).toEqual(['divided by 8', 'unchanged', 'times 8']);
    expect(rescaledText(Int8Array.of(0, 3, -1, 0))).toBe('2 of 4 units rescaled, by factors from ÷2 to ×8.');
    expect(rescaledText(Int8Array.of(0, 0))).toMatch(/^No unit is rescaled/);
  });
});

describe('what is said of a copy', () => {
  test('zero is zero, and everything else is not, however small', () => {
    expect(verdictOf(laneOf('path'), 0)).toMatchObject({
      kind: 'same',
      figure: '0',
      unit: 'to the last bit',
    });
    expect(verdictOf(laneOf('path'), 1e-12)).toMatchObject({ kind: 'apart', figure: '1.00e-12' });
    expect(verdictOf(laneOf('sgd'), Number.NaN)).toMatchObject({ kind: 'waiting', figure: '–' });
  });

  test('names the reason: the optimizer, the gradient clip, or the range of numbers', () => {
    expect(verdictOf(laneOf('sgd'), 0.5).sentence).toMatch(/SGD takes other steps/);
    expect(verdictOf(laneOf('adam'), 0.5).sentence).toMatch(/this optimizer takes other steps/);
    expect(verdictOf(laneOf('path'), 0).sentence).toMatch(/takes the same steps in both/);
    expect(verdictOf(laneOf('path,clip:1'), 0).sentence).toMatch(/once it acts, the two will part/);
    expect(verdictOf(laneOf('path2,clip:1'), 0.5).sentence).toMatch(/because of this lane’s gradient clip/);
    expect(verdictOf(laneOf('path'), 0.5).sentence).toMatch(/by a rounding/);
  });

  test('tanh lanes and stopped ones cannot be copied', () => {
    expect(copyObstacle(laneOf('sgd,activation:tanh'), undefined)).toMatch(/Only ReLU units can be rescaled/);
    expect(copyObstacle(laneOf('sgd'), { lane: 0, step: 12, reason: 'the loss is not finite' })).toBe(
      'This lane stopped at step 12: the loss is not finite.',
    );
    expect(copyObstacle(laneOf('path'), undefined)).toBeNull();
  });

  test('copies are named after their originals, and tell themselves apart', () => {
    const { lanes, ...rest } = experimentOf('lane=sgd,rate:0.1&lane=path');
    const [sgd, path] = lanes as [Lane, Lane];
    const copy = (lane: number, of: number) => ({ lane, of, step: 0, exponents: Int8Array.of(1) });
    const styles = runLaneStyles({ ...rest, lanes: [sgd, path, sgd, path, path] }, [
      copy(2, 0),
      copy(3, 1),
      copy(4, 1),
    ]);
    expect(styles.map(({ name }) => name)).toEqual([
      'SGD, rate 0.1',
      'Path-SGD, rate 0.001',
      'copy of SGD, rate 0.1',
      'copy of Path-SGD, rate 0.001',
      'copy 2 of Path-SGD, rate 0.001',
    ]);
    expect(new Set(styles.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(5);
  });
});

describe('the chart of differences', () => {
  const seriesOf = (first: number, values: readonly number[]): MetricSeries => {
    const series = new MetricSeries();
    values.forEach((value, index) => {
      series.append(first + index, value);
    });
    return series;
  };

  test('has a row a step; a copy that came later has none before', () => {
    expect(differenceRows([seriesOf(1, [0, 0, 0]), seriesOf(3, [0.5, 2])])).toEqual([
      { step: 1, differences: [0, null] },
      { step: 2, differences: [0, null] },
      { step: 3, differences: [0, 0.5] },
      { step: 4, differences: [null, 2] },
    ]);
  });

  test('keeps the largest difference of every stretch of a long run', () => {
    const values = Array<number>(5000).fill(0);
    values[3210] = 1e-9;
    const rows = differenceRows([seriesOf(1, values)]);
    expect(rows.length).toBeLessThanOrEqual(200);
    expect(rows.filter(({ differences }) => differences[0] !== 0)).toEqual([
      { step: expect.any(Number), differences: [1e-9] },
    ]);
  });

  test('zero has a place of its own below everything else, which stands at its power of ten', () => {
    const scale = differenceScale([
      { step: 1, differences: [0, 3e-7] },
      { step: 2, differences: [0, 30] },
    ]);
    expect(scale.ticks.length).toBeLessThanOrEqual(8);
    expect(scale.domain).toEqual([scale.zero, 2]);
    expect(placeOf(0, scale)).toBe(scale.zero);
    expect(scale.zero).toBeLessThan(placeOf(3e-7, scale));
    expect(placeOf(1e-3, scale)).toBeCloseTo(-3, 12);
    // The label above zero is no further up than the others are from each other.
    const [first, second, third] = scale.ticks as [number, number, number];
    expect(first).toBe(scale.zero);
    expect(second - first).toBe(third - second);
    expect(second).toBeLessThanOrEqual(placeOf(3e-7, scale));
  });

  test('has an axis before there is anything but zero, and for a single difference', () => {
    expect(differenceScale([{ step: 1, differences: [0, null] }]).domain[1]).toBe(0);
    const { domain, ticks } = differenceScale([{ step: 1, differences: [1] }]);
    expect(domain).toEqual([-1, 1]);
    expect(ticks).toEqual([-1, 0, 1]);
  });
});
