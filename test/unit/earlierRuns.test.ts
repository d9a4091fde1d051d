import { beforeEach, describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { differenceOf, nameOf } from '../../src/page/charts/runNames.ts';
import {
  areComparable,
  changeRun,
  type EarlierRun,
  isShown,
  remember,
  removeRun,
  useEarlierRuns,
  withRun,
} from '../../src/session/page/earlierRuns.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { columnsOf } from '../../src/session/protocol.ts';
import { type RunRecord, recordRun } from '../../src/session/store/runRecord.ts';

const experimentOf = (link: string) => parseLink(link).experiment;

/** What is left of a run of that link after some steps. */
function recordOf(link: string, steps = 20): RunRecord {
  const experiment = experimentOf(link);
  const data = new RunData(experiment.lanes.length);
  const lines = Array.from({ length: steps }, (_, index) =>
    experiment.lanes.map((_, lane) => ({
      step: index + 1,
      lane,
      loss: 1,
      metric: 0,
      gradientNorm: 1,
      pathNormLog2: 0,
      stopped: null,
    })),
  );
  data.addMetrics(columnsOf(lines.flat()), steps, 1, steps / 10);
  return recordRun({ experiment, data, engine: null, stops: [] }, 8);
}

const all = (): readonly EarlierRun[] => useEarlierRuns.getState().runs;
const links = (): string[] => all().map(({ record }) => record.link);

describe('earlier runs', () => {
  beforeEach(() => useEarlierRuns.setState({ runs: [] }));

  test('the last five stay, and those that are kept', () => {
    remember(recordOf('hidden=8'));
    changeRun(all()[0]?.id ?? 0, { kept: true });
    for (let hidden = 9; hidden <= 20; hidden++) remember(recordOf(`hidden=${hidden}`));
    expect(links()).toEqual([8, 16, 17, 18, 19, 20].map((hidden) => `#hidden=${hidden}`));
    expect(new Set(all().map(({ id }) => id)).size).toBe(6);
  });

  test('a run of few steps is not worth it', () => {
    remember(recordOf('hidden=8', 9));
    expect(all()).toEqual([]);
  });

  test('of runs of the same experiment the longest stays, a kept one beside it', () => {
    remember(recordOf('hidden=8', 20));
    remember(recordOf('hidden=8', 50));
    remember(recordOf('hidden=8', 30));
    expect(all().map(({ record }) => record.step)).toEqual([50]);
    changeRun(all()[0]?.id ?? 0, { kept: true });
    remember(recordOf('hidden=8', 60));
    remember(recordOf('hidden=8', 70));
    expect(all().map(({ record }) => record.step)).toEqual([50, 70]);
  });

  test('another engine is another run', () => {
    const record = recordOf('hidden=8');
    const onCpu: RunRecord = { ...record, engine: { kind: 'cpu', name: 'float32', software: false } };
    expect(withRun(withRun([], 1, record), 2, onCpu)).toHaveLength(2);
  });

  test('one is named, shown and removed', () => {
    remember(recordOf('hidden=8'));
    const id = all()[0]?.id ?? 0;
    changeRun(id, { name: 'mine' });
    expect(nameOf(all()[0] as EarlierRun, experimentOf(''))).toBe('mine');
    changeRun(id, { shown: false });
    expect(isShown(all()[0] as EarlierRun, experimentOf(''))).toBe(false);
    removeRun(id);
    expect(all()).toEqual([]);
  });

  test('a run of another task is not shown unless asked for', () => {
    remember(recordOf('task=copying&length=10&hidden=8'));
    const run = all()[0] as EarlierRun;
    expect(isShown(run, experimentOf('task=copying'))).toBe(true);
    expect(isShown(run, experimentOf(''))).toBe(false);
    expect(isShown({ ...run, shown: true }, experimentOf(''))).toBe(true);
    expect(areComparable(experimentOf('terms=3'), experimentOf(''))).toBe(false);
    expect(areComparable(experimentOf('length=50&hidden=8&lane=adam'), experimentOf(''))).toBe(true);
  });

  test('what is kept of a run has few points', () => {
    const { lanes, clock } = recordOf('', 5000);
    expect(lanes).toHaveLength(2);
    for (const lane of lanes) {
      for (const { linear, log } of Object.values(lane)) {
        expect(linear.length).toBeLessThanOrEqual(8);
        expect(log.length).toBeLessThanOrEqual(8);
        expect(linear.at(-1)?.last).toBe(5000);
      }
    }
    expect(clock).toEqual([{ step: 5000, seconds: 500 }]);
  });
});

describe('the name of an earlier run', () => {
  test.each([
    ['', '', ''],
    ['hidden=64', '', 'hidden 64'],
    ['length=50&batch=8&lane=sgd', 'lane=sgd', 'length 50; batch 8'],
    ['lane=sgd,rate:0.2&lane=path,rate:0.01', 'lane=sgd&lane=path,rate:0.01', 'SGD, rate 0.2'],
    [
      'task=copying&length=10&lane=sgd&lane=path,rate:0.03',
      'lane=sgd&lane=path,rate:0.01',
      'Copying memory; Path-SGD, rate 0.03',
    ],
    ['lane=adam&lane=rmsprop&lane=adagrad', '', '3 other lanes'],
    ['lane=sgd', 'lane=sgd&lane=path', '1 lane'],
    ['terms=3', '', 'terms 3'],
  ])('%j beside %j is %j', (link, other, expected) => {
    const difference = differenceOf(experimentOf(link), experimentOf(other));
    if (link.startsWith('task')) expect(difference).toMatch(/^Copying memory/);
    else expect(difference).toBe(expected);
  });
});
