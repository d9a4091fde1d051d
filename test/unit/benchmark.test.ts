import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MEASURE_FLAGS, readFlags, readMeasureSettings } from '../../bench/options.ts';
import {
  type BenchmarkShape,
  type Contestant,
  createOwn,
  experimentOf,
  formatTables,
  measure,
  median,
  OWN_NAMES,
} from '../../src/engine/benchmark.ts';
import { readSettings } from '../../src/page/benchRun.ts';
import { DEFAULT_SETTINGS } from '../../src/session/benchmark.ts';

const SHAPE: BenchmarkShape = { length: 8, hidden: 8, batch: 4 };

/** What the clock shows, in milliseconds: time passes only while a worker computes. */
let now = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Computes for some milliseconds a step, and keeps count. */
function worker(name: string, msPerStep: number, reference: string | null, log: string[] = []): Contestant {
  return {
    name,
    label: name,
    reference,
    trainer: {
      async train(steps) {
        log.push(name);
        now += steps * msPerStep;
        return 1;
      },
    },
  };
}

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

describe('measure', () => {
  test('finds the time of a step and its multiple of the reference', async () => {
    const contestants = [worker('ours', 0.5, null), worker('theirs', 2, 'ours'), worker('alone', 1, null)];
    const [ours, theirs, alone] = await measure(contestants, { pairs: 3, milliseconds: 20 });
    expect(ours).toMatchObject({ msPerStep: expect.closeTo(0.5, 9), ratio: 1 });
    expect(theirs).toMatchObject({ msPerStep: expect.closeTo(2, 9), ratio: expect.closeTo(4, 9) });
    expect(alone).toMatchObject({ msPerStep: expect.closeTo(1, 9), ratio: 1 });
  });

  test('who goes first alternates, and progress counts the pairs', async () => {
    const log: string[] = [];
    const progress: string[] = [];
    await measure([worker('a', 0.1, null, log), worker('b', 0.1, 'a', log)], {
      pairs: 3,
      milliseconds: 2,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(log.slice(-6)).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
    expect(progress).toEqual(['0/3', '0/3', '0/3', '1/3', '2/3', '3/3']);
  });

  test('refuses a loss that is not finite, and a reference that does not take part', async () => {
    const broken: Contestant = { ...worker('broken', 0, null), trainer: { train: async () => Number.NaN } };
    await expect(measure([broken], { pairs: 1, milliseconds: 1 })).rejects.toThrow(
      'broken: the loss is NaN after 2 steps',
    );
    await expect(measure([worker('b', 0, 'a')], { pairs: 1, milliseconds: 1 })).rejects.toThrow(
      'b names a, which does not take part',
    );
  });
});

test("this project's contestants train what their names say", () => {
  const lanes = OWN_NAMES.map((name) => experimentOf(name, SHAPE).lanes.map(({ optimizer }) => optimizer));
  expect(lanes).toEqual([
    ['sgd'],
    ['path'],
    ['path2'],
    new Array(8).fill('sgd'),
    ['sgd'],
    ['sgd'],
    ['rmsprop'],
    ['sgd'],
    ['path'],
    ['rmsprop'],
  ]);
  for (const name of OWN_NAMES) {
    const { length, batch, hidden } = experimentOf(name, SHAPE);
    expect({ length, batch }).toEqual({ length: SHAPE.length, batch: SHAPE.batch });
    expect(hidden).toBe(8);
  }
  // 16 n + 1 parameters beside 10,401.
  expect(experimentOf('webgpu-urnn', { ...SHAPE, hidden: 100 })).toMatchObject({
    hidden: 512,
    lanes: [{ network: 'urnn' }],
  });
});

test('a table has the numbers of the CPU engine, measured here', async () => {
  vi.restoreAllMocks();
  const context = { gpu: undefined, shaders: {} };
  const owns = await Promise.all(
    (['cpu-sgd', 'cpu-path'] as const).map((name) => createOwn(name, SHAPE, context)),
  );
  const timings = await measure(
    owns.map(({ contestant }) => contestant),
    { pairs: 1, milliseconds: 5 },
  );
  for (const own of owns) own.dispose();
  const lines = formatTables('Here.', [{ shape: SHAPE, timings }]).split('\n');
  expect(lines.slice(0, 5)).toEqual([
    'Here.',
    '',
    'Adding problem, length 8, hidden 8, batch 4:',
    '',
    '| | ms per training step | steps per second | times our SGD lane |',
  ]);
  expect(lines[6]).toMatch(/^\| this project, CPU \(.+\), one SGD lane \| [\d.]+ \| [\d.]+ \| 1\.00 \|$/);
  expect(lines[7]).toMatch(
    /^\| this project, CPU \(.+\), one Path-SGD lane \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$/,
  );
  expect(lines).toHaveLength(8);
});

describe('flags of the command', () => {
  const read = (args: readonly string[], withPeers = true) =>
    readMeasureSettings(readFlags(args, MEASURE_FLAGS, 'usage'), withPeers);

  test('every length with every batch; a chosen contestant brings its reference along', () => {
    const settings = read(['--length', '4,1000', '--batch=1,256', '--only', 'tfjs-wasm,webgpu-path']);
    expect(settings.shapes).toEqual([
      { length: 4, hidden: 100, batch: 1 },
      { length: 4, hidden: 100, batch: 256 },
      { length: 1000, hidden: 100, batch: 1 },
      { length: 1000, hidden: 100, batch: 256 },
    ]);
    expect(settings.names).toEqual(['webgpu-sgd', 'webgpu-path', 'cpu-sgd', 'tfjs-wasm']);
  });

  test('all of the table by default, and of this project alone without peers', () => {
    expect(read([]).names).toHaveLength(OWN_NAMES.length + 4);
    expect(read([], false).names).toEqual(OWN_NAMES);
    expect(read(['--only', 'ours']).names).toEqual(OWN_NAMES);
  });

  test.each([
    [['--length', '3'], '--length is "3": it must be a whole number from 4 to 1000'],
    [['--length', '50,'], '--length is "": it must be a whole number from 4 to 1000'],
    [['--hidden', '1e2'], '--hidden is "1e2": it must be a whole number from 4 to 256'],
    [['--batch', '-1'], 'usage'],
    [['--pairs', '0'], '--pairs is "0": it must be a whole number from 1 to 1000'],
    [['--milliseconds', 'x'], '--milliseconds is "x": it must be a whole number from 1 to 600000'],
    [['--only', 'tensorflow'], '--only names "tensorflow": it must be ours, webgpu-sgd,'],
    [['--frob'], "Unknown option '--frob'"],
    [['50'], 'usage'],
  ])('%j is refused', (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  test('other libraries are refused where they cannot run', () => {
    expect(() => read(['--only', 'tfjs-wasm'], false)).toThrow('--only names "tfjs-wasm"');
  });
});

test('settings of the page come from its address, with a message for what is not used', () => {
  expect(readSettings('')).toEqual({ settings: DEFAULT_SETTINGS, messages: [] });
  expect(readSettings('?length=100&length=750&batch=64')).toEqual({
    settings: { ...DEFAULT_SETTINGS, lengths: [100, 750], batch: 64 },
    messages: [],
  });
  expect(readSettings('?hidden=&pairs=1.5&toString=1')).toEqual({
    settings: DEFAULT_SETTINGS,
    messages: [
      'hidden is "": it must be a whole number from 4 to 256; it is not used',
      'pairs is "1.5": it must be a whole number from 1 to 100; it is not used',
      'toString is no setting: there are length, hidden, batch, pairs, milliseconds; it is not used',
    ],
  });
});
