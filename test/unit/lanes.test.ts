import { describe, expect, test } from 'vitest';
import { formatLink, parseLink } from '../../src/experiment/link.ts';
import { measuredRateOf, proposedRate } from '../../src/experiment/proposals.ts';
import { defaultRate, MEASUREMENTS, measuredRate } from '../../src/experiment/rates.ts';
import {
  defaultExperiment,
  defaultLane,
  MAX_LANES,
  OPTIMIZERS,
  parseExperiment,
  RANGES,
} from '../../src/experiment/schema.ts';
import { TASK_NAMES, TASKS } from '../../src/experiment/tasks/index.ts';
import { withLane, withLength, withOptimizer, withTask } from '../../src/page/edits.ts';
import { laneStyles } from '../../src/page/laneStyle.ts';
import {
  isSweep,
  ratesAround,
  sweepGroups,
  withEverySweep,
  withSweep,
} from '../../src/page/sweep/sweepLanes.ts';
import {
  bestLanes,
  heightOf,
  isOff,
  type SweepResult,
  sweepLines,
  sweepRows,
  sweepScale,
} from '../../src/page/sweep/sweepRows.ts';
import { RunData } from '../../src/session/page/runData.ts';

const experimentOf = (link: string) => parseLink(link).experiment;
const ratesOf = (link: string) => experimentOf(link).lanes.map(({ rate }) => rate);

describe('measured rates', () => {
  test('every measured length is one that the task allows, and no two stand for the same', () => {
    for (const { task, length, from, to, usual, withMomentum } of MEASUREMENTS) {
      expect([from <= length, length <= to]).toEqual([true, true]);
      expect(length).toBe(TASKS[task].lengthRange === null ? TASKS[task].defaultLength : length);
      const same = MEASUREMENTS.filter(
        (other) => other.task === task && other.from <= to && from <= other.to,
      );
      expect(same).toHaveLength(1);
      for (const starts of [usual, withMomentum].flatMap((trial) => Object.values(trial?.rates ?? {}))) {
        for (const rate of Object.values(starts)) {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(RANGES.rate.max);
        }
      }
    }
  });

  test('a link that names no rate means the rate that it always meant', () => {
    expect(ratesOf('length=20&lane=sgd&lane=path&lane=path2&lane=adagrad&lane=rmsprop&lane=adam')).toEqual([
      0.01, 0.03, 0.03, 0.01, 0.001, 0.001,
    ]);
    expect(ratesOf('length=50&lane=path,init:identity,momentum:0.9')).toEqual([0.003]);
    expect(ratesOf('length=100&lane=path')).toEqual([0.001]);
    expect(ratesOf('length=400&lane=path2')).toEqual([0.0003]);
  });

  test('the proposal is the measured rate, and the default one where nothing like the lane was measured', () => {
    const context = experimentOf('length=20');
    const path = defaultLane('path', context);
    expect(proposedRate(path, context)).toBe(measuredRate(path, context));
    expect(measuredRateOf({ ...path, dualclip: 0.5 }, context)).toBeNull();
    expect(measuredRateOf({ ...path, momentum: 0.5 }, context)).toBeNull();
    expect(proposedRate({ ...path, clip: 3 }, context)).toBe(0.03);
    expect(proposedRate(path, { ...context, length: 700 })).toBe(defaultRate('path', { length: 700 }));
    expect(proposedRate({ ...path, momentum: 0.5 }, { ...context, length: 700 })).toBe(0.00015);
    expect(measuredRateOf({ ...path, momentum: 0.9 }, context)).toBe(
      measuredRate({ ...path, momentum: 0.9 }, context),
    );
  });

  test.each(TASK_NAMES)(
    'the lanes of a fresh experiment of %s are valid and have a link of few words',
    (task) => {
      const fresh = defaultExperiment(task);
      expect(parseExperiment(fresh)).toEqual(fresh);
      const view = parseLink('').view;
      expect(formatLink(fresh, view)).toBe(task === defaultExperiment().task ? '#' : `#task=${task}`);
      expect(fresh.lanes.map(({ optimizer }) => optimizer)).toEqual(['sgd', 'path']);
    },
  );

  test('another start, optimizer, length or task moves a rate that was the proposed one, and no other', () => {
    const chosen = 0.0123;
    const experiment = experimentOf(`length=20&lane=path&lane=path,rate:${chosen}`);
    const check = (edited: typeof experiment): void => {
      const [first, second] = edited.lanes;
      if (!first || !second) throw new Error('A lane is missing');
      expect(first.rate).toBe(proposedRate(first, edited));
      expect(second.rate).toBe(chosen);
    };
    const both = (edit: (from: typeof experiment, lane: number) => typeof experiment) =>
      edit(edit(experiment, 0), 1);
    check(both((from, lane) => withLane(from, lane, { init: 'identity' })));
    for (const optimizer of OPTIMIZERS) check(both((from, lane) => withOptimizer(from, lane, optimizer)));
    for (const length of [4, 50, 100, 600]) check(withLength(experiment, length));
    for (const task of TASK_NAMES) if (task !== 'adding') check(withTask(experiment, task));
  });

  test('a rate that was proposed goes on being followed, back to where it began', () => {
    const experiment = experimentOf('length=20&lane=path');
    const first = withLane(experiment, 0, { init: 'identity' });
    const back = withLane(first, 0, { init: 'nprnn' });
    expect(back.lanes[0]?.rate).toBe(proposedRate(defaultLane('path', experiment), experiment));
  });
});

describe('sweeps', () => {
  test('rates go in half decades from a tenth to ten times, as people write them', () => {
    expect(ratesAround(0.03, 5)).toEqual([0.003, 0.01, 0.03, 0.1, 0.3]);
    expect(ratesAround(0.1, 5)).toEqual([0.01, 0.03, 0.1, 0.3, 1]);
    expect(ratesAround(0.02, 3)).toEqual([0.006, 0.02, 0.06]);
    expect(ratesAround(0.0123, 3)).toEqual([0.0037, 0.0123, 0.037]);
    expect(ratesAround(30, 5)).toEqual([3, 10, 30, 100]);
  });

  test('a lane becomes lanes that differ from it in rate only, in its place; the others stay', () => {
    const experiment = experimentOf('lane=sgd,rate:0.1&lane=path,rate:0.03,init:identity');
    const swept = withSweep(experiment, 1);
    expect(swept?.lanes.map(({ rate }) => rate)).toEqual([0.1, 0.003, 0.01, 0.03, 0.1, 0.3]);
    expect(swept?.lanes[0]).toBe(experiment.lanes[0]);
    for (const lane of swept?.lanes.slice(1) ?? []) {
      expect({ ...lane, rate: 0.03 }).toEqual(experiment.lanes[1]);
    }
    expect(parseExperiment(swept)).toEqual(swept);
  });

  test('a sweep of a swept lane moves the set to it', () => {
    const once = withSweep(experimentOf('lane=sgd,rate:0.1&lane=path,rate:0.03'), 0);
    const twice = once && withSweep(once, 4);
    expect(twice?.lanes.map(({ rate }) => rate)).toEqual([0.1, 0.3, 1, 3, 10, 0.03]);
  });

  test('with little room there are fewer rates, with none there is no sweep', () => {
    const others = (count: number): string =>
      Array.from({ length: count }, (_, index) => `&lane=sgd,seed:${index + 2}`).join('');
    expect(withSweep(experimentOf(`lane=path${others(11)}`), 0)?.lanes).toHaveLength(16);
    expect(withSweep(experimentOf(`lane=path${others(12)}`), 0)?.lanes).toHaveLength(15);
    expect(withSweep(experimentOf(`lane=path${others(14)}`), 0)).toBeNull();
    expect(withEverySweep(experimentOf(`lane=path${others(2)}`))?.lanes).toHaveLength(15);
    expect(withEverySweep(experimentOf(`lane=path${others(3)}`))?.lanes).toHaveLength(12);
    expect(withEverySweep(experimentOf(`lane=path${others(5)}`))).toBeNull();
    expect(withSweep(experimentOf('lane=path'), 7)).toBeNull();
  });

  test('groups are lanes that differ in rate only, by rising rate', () => {
    const experiment = experimentOf(
      'lane=sgd,rate:1&lane=path&lane=sgd,rate:0.1&lane=sgd,rate:1,momentum:0.5',
    );
    expect(sweepGroups(experiment).map(({ lanes }) => lanes)).toEqual([[2, 0], [1], [3]]);
    expect(isSweep(experiment)).toBe(true);
    expect(isSweep(experimentOf('lane=sgd&lane=sgd&lane=path,rate:1'))).toBe(false);
  });

  test('lines are named by what they differ in beside the rate', () => {
    const names = (link: string): string[] => sweepLines(experimentOf(link)).map(({ name }) => name);
    expect(names('lane=sgd,rate:1&lane=sgd,rate:2&lane=path&lane=path,rate:7')).toEqual(['SGD', 'Path-SGD']);
    expect(names('lane=sgd,rate:1&lane=sgd,rate:2')).toEqual(['SGD']);
    expect(names('lane=path&lane=path,rate:1&lane=path,momentum:0.5')).toEqual([
      'Path-SGD',
      'Path-SGD, momentum 0.5',
    ]);
  });

  test('a row for every rate; the best lane of each line is none that diverged', () => {
    const experiment = experimentOf('lane=sgd,rate:0.1&lane=sgd,rate:1&lane=sgd,rate:10&lane=path,rate:1');
    const results: SweepResult[] = [
      { loss: 0.2, diverged: false },
      { loss: 0.1, diverged: false },
      { loss: 0.01, diverged: true },
      { loss: null, diverged: false },
    ];
    const resultOf = (lane: number): SweepResult => results[lane] ?? { loss: null, diverged: false };
    const lines = sweepLines(experiment);
    const rows = sweepRows(experiment, lines, resultOf);
    expect(rows.map(({ rate, cells }) => [rate, cells.map((cell) => cell?.loss)])).toEqual([
      [0.1, [0.2, undefined]],
      [1, [0.1, null]],
      [10, [0.01, undefined]],
    ]);
    expect(bestLanes(lines, resultOf)).toEqual([{ line: 0, lane: 1 }]);
  });

  test('what diverged or is far above the baseline stands at the upper edge', () => {
    const cells: SweepResult[] = [
      { loss: 0.02, diverged: false },
      { loss: 1e9, diverged: false },
      { loss: 0.1, diverged: true },
    ];
    const scale = sweepScale([{ rate: 1, cells }], 0.1667);
    expect(scale.domain).toEqual([0.02, 2]);
    expect(cells.map((cell) => heightOf(cell, scale))).toEqual([0.02, 2, 2]);
    expect(cells.map((cell) => isOff(cell, scale))).toEqual([false, true, true]);
    expect(heightOf({ loss: null, diverged: false }, scale)).toBeNull();
  });
});

describe('names of lanes', () => {
  const names = (link: string): string[] => laneStyles(experimentOf(link)).map(({ name }) => name);

  test('what all lanes share is left out, and stands in their titles', () => {
    const styles = laneStyles(
      experimentOf('lane=sgd,rate:0.1,momentum:0.9&lane=path,rate:0.1,momentum:0.9,unbalance:3'),
    );
    expect(styles.map(({ name }) => name)).toEqual(['SGD', 'Path-SGD, unbalance 3']);
    expect(styles.map(({ title }) => title)).toEqual([
      'SGD, rate 0.1, np-RNN, momentum 0.9',
      'Path-SGD, rate 0.1, np-RNN, momentum 0.9, unbalance 3',
    ]);
  });

  test('starts are named where they differ, the usual one too', () => {
    expect(names('lane=path&lane=path,init:identity')).toEqual(['Path-SGD, np-RNN', 'Path-SGD, Identity']);
  });

  test('a lane alone is named by its rate; equal lanes are counted', () => {
    expect(names('lane=path,unbalance:2')).toEqual(['Path-SGD, rate 0.001, unbalance 2']);
    expect(names('lane=path&lane=path')).toEqual(['Path-SGD', 'Path-SGD (2)']);
  });

  test('every lane of the largest sweep has a name of its own', () => {
    const swept = withEverySweep(experimentOf('lane=sgd&lane=path&lane=adam'));
    expect(swept?.lanes.length).toBeLessThanOrEqual(MAX_LANES);
    if (swept) expect(new Set(laneStyles(swept).map(({ name }) => name)).size).toBe(swept.lanes.length);
  });
});

describe('spikes', () => {
  /** The highest spike of a lane with these losses. */
  const spikeOf = (losses: readonly number[]) => {
    const data = new RunData(1);
    const column = (value: number) => new Float64Array(losses.length).fill(value);
    const columns = {
      step: Uint32Array.from(losses, (_, index) => index + 1),
      lane: new Uint8Array(losses.length),
      loss: Float64Array.from(losses),
      metric: column(0),
      gradientNorm: column(0),
      pathNormLog2: column(0),
      stops: [],
    };
    data.addMetrics(columns, losses.length, 0, 0);
    return data.lanes[0]?.spikes.highest ?? null;
  };

  test('a loss that falls, or rises to less than ten times the smoothed one, is no spike', () => {
    expect(spikeOf([1, 0.5, 0.3, 0.2, 2, 0.2])).toBeNull();
    expect(spikeOf([])).toBeNull();
    expect(spikeOf([1e6, 1e5, 1])).toBeNull();
  });

  test('a spike is as high as its largest loss, even where its rise took several steps', () => {
    expect(spikeOf([0.2, 0.2, 5, 40, 2476, 300, 0.4, 0.2])).toEqual({ step: 5, loss: 2476 });
  });

  test('of several spikes it is the highest; what is not finite is none', () => {
    expect(spikeOf([0.2, 0.2, 9, 0.2, ...Array(300).fill(0.2), 5])).toEqual({ step: 3, loss: 9 });
    expect(spikeOf([0.2, Number.POSITIVE_INFINITY, Number.NaN, 0.2])).toBeNull();
  });
});
