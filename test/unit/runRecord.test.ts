import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { toJson } from '../../src/page/charts/tables.ts';
import { EARLIER_POINTS } from '../../src/session/page/earlierRuns.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { SMOOTHING_FACTORS } from '../../src/session/page/series.ts';
import { columnsOf } from '../../src/session/protocol.ts';
import { type OpenedFile, openFile } from '../../src/session/store/runFile.ts';
import { QUANTITIES, type RunRecord, recordRun } from '../../src/session/store/runRecord.ts';
import { MOST_RECORD_BYTES, parseRunRecord } from '../../src/session/store/runRecordFile.ts';
import { UnusableRunError } from '../../src/session/store/savedRun.ts';
import { LIMITS } from '../limits.ts';

const RUNS = { numRuns: import.meta.env.TEST_LONG ? 10_000 : 1_000, seed: 20161205 };

/** A run of that many steps, whose losses come from a function of lane and step. */
function runOf(link: string, steps: number, lossAt = (lane: number, step: number) => 1 / (lane + step)) {
  const { experiment } = parseLink(link);
  const data = new RunData(experiment.lanes.length);
  const lines = Array.from({ length: steps }, (_, index) =>
    experiment.lanes.map((_, lane) => ({
      step: index + 1,
      lane,
      loss: lossAt(lane, index + 1),
      metric: 0.25,
      gradientNorm: 1e30 / (index + 1),
      pathNormLog2: -3.5,
      stopped: null,
    })),
  );
  data.addMetrics(columnsOf(lines.flat()), steps, 1, steps / 10);
  data.addEvaluation({ step: steps, lanes: experiment.lanes.map(() => ({ loss: Number.NaN, metric: 0.5 })) });
  const stops = [{ lane: 0, step: steps, reason: 'the loss is not finite (NaN)' }];
  return { experiment, data, engine: { kind: 'cpu', name: 'float32', software: false } as const, stops };
}

/** The file that the page saves of a run. */
const fileOf = (record: RunRecord): string => toJson({ ...record, smoothingFactors: SMOOTHING_FACTORS });
const open = (text: string): Promise<OpenedFile> => openFile(new Blob([text]));
const opened = async (text: string): Promise<RunRecord> => {
  const file = await open(text);
  if (file.kind !== 'record') throw new Error('It was opened as a checkpoint.');
  return file.record;
};

const run = runOf('hidden=8&lane=sgd&lane=path', 20);
const whole = fileOf(recordRun(run));

/** What every record that was read keeps to, whatever the file was. */
function expectSound(record: RunRecord): void {
  const { lanes, experiment, step } = record;
  expect(parseLink(record.link).messages).toEqual([]);
  expect(parseLink(record.link).experiment).toEqual(experiment);
  expect(lanes).toHaveLength(experiment.lanes.length);
  for (const lane of lanes) {
    for (const quantity of QUANTITIES) {
      for (const points of [lane[quantity].linear, lane[quantity].log]) {
        expect(points.length).toBeLessThanOrEqual(EARLIER_POINTS);
        let before = 0;
        const inOrder = points.every(({ first, last, mean, smooth }) => {
          const sound = first > before && last >= first && Number.isFinite(mean);
          before = last;
          return sound && smooth.length === SMOOTHING_FACTORS.length;
        });
        expect(inOrder).toBe(true);
        expect(before).toBeLessThanOrEqual(step);
      }
    }
  }
}

describe('a run saved as JSON', () => {
  test.each([1, 12, 128, 129, 1000, 5000])(
    'of %i steps comes back with the curves that an earlier run would have',
    async (steps) => {
      const long = runOf('length=8&lane=path2,momentum:0.5&lane=adam&lane=sgd', steps);
      const record = await opened(fileOf(recordRun(long)));
      const wanted = recordRun(long, EARLIER_POINTS);
      expectSound(record);
      expect({ ...record, lanes: [] }).toEqual({ ...wanted, lanes: [] });
      for (const [index, lane] of wanted.lanes.entries()) {
        for (const quantity of QUANTITIES) {
          const { linear } = lane[quantity];
          const read = record.lanes[index]?.[quantity].linear ?? [];
          expect(read.map(({ first, last }) => [first, last])).toEqual(
            linear.map(({ first, last }) => [first, last]),
          );
          // Files have nine digits.
          for (const [at, { mean, min, max, smooth }] of linear.entries()) {
            const numbers = [mean, min, max, ...smooth];
            const point = read[at];
            const others = point ? [point.mean, point.min, point.max, ...point.smooth] : [];
            expect(others).toHaveLength(numbers.length);
            for (const [which, other] of others.entries()) {
              expect(other / (numbers[which] as number)).toBeCloseTo(1, 7);
            }
          }
        }
      }
    },
  );

  test('that was opened and saved again is the same', async () => {
    const once = await opened(whole);
    expect(await opened(fileOf(once))).toEqual(once);
  });

  test('takes its link from its experiment, and nothing that it does not know', async () => {
    const plain = JSON.parse(whole) as object;
    const odd = JSON.stringify({ ...plain, link: 'javascript:alert(1)', extra: 1 }).replace(
      '"extra":1',
      '"__proto__":{"polluted":true}',
    );
    const record = await opened(odd);
    expect(record).toEqual(await opened(whole));
    expect('polluted' in record).toBe(false);
  });

  const changed = (change: Record<string, unknown>): string =>
    JSON.stringify({ ...(JSON.parse(whole) as object), ...change });
  const point = { first: 1, last: 1, mean: 1, min: 1, max: 1, smooth: SMOOTHING_FACTORS };
  const lanesWith = (points: unknown): string => {
    const curve = { linear: points, log: [] };
    const empty = { linear: [], log: [] };
    const lane = { loss: curve, metric: empty, gradientNorm: empty, pathNormLog2: empty };
    return changed({ lanes: [lane, lane] });
  };
  test.each<readonly [string, string, RegExp]>([
    ['half a file', whole.slice(0, whole.length / 2), /cannot be read as a saved run/],
    ['a newer version', changed({ version: 2 }), /newer version.*format 2.*reads 1/],
    ['a version that never was', changed({ version: 0.5 }), /damaged at version: 0\.5/],
    ['no version', changed({ version: '1' }), /not a run saved by this page/],
    ['a chart', '{"format":"path-sgd-playground chart","version":1}', /not a run saved by this page/],
    ['an experiment that is not allowed', changed({ experiment: {} }), /damaged at experiment/],
    ['a lane less', changed({ lanes: [] }), /lanes do not fit its experiment/],
    ['a step less than none', changed({ step: -1 }), /damaged at step/],
    ['too many evaluations', changed({ evaluations: Array(4097).fill({}) }), /damaged at evaluations/],
    [
      'a reason as long as a book',
      changed({ stops: [{ lane: 0, step: 1, reason: 'a'.repeat(1001) }] }),
      /damaged at stops/,
    ],
    [
      'a stop of a lane that is not there',
      changed({ stops: [{ lane: 2, step: 1, reason: '' }] }),
      /do not fit/,
    ],
    ['too many points', lanesWith(Array(1025).fill(point)), /damaged at lanes\.0\.loss\.linear/],
    [
      'points of the same step',
      lanesWith([point, point]),
      /damaged at lanes\.0\.loss\.linear\.1: it must be a point/,
    ],
    ['a point beyond the run', lanesWith([{ ...point, last: 21 }]), /linear\.0: it must be a point/],
    ['a point without means', lanesWith([{ ...point, smooth: [] }]), /linear\.0: it must be a point/],
    [
      'a number that nothing measures',
      lanesWith([{ ...point, mean: 1e101 }]),
      /linear\.0: it must be a point/,
    ],
    ['a point that is a word', lanesWith(['<b>']), /linear\.0: it must be a point/],
  ])('%s is refused with the reason', async (_, text, reason) => {
    await expect(open(text)).rejects.toThrow(UnusableRunError);
    await expect(open(text)).rejects.toThrow(reason);
  });

  test('what is not finite in it is left out, or said to be not measured', async () => {
    const record = await opened(
      lanesWith([
        { ...point, mean: null },
        { ...point, first: 2, last: 2, smooth: SMOOTHING_FACTORS.map(() => null), min: null },
      ]),
    );
    expectSound(record);
    expect(record.lanes[0]?.loss.linear.map(({ first, smooth }) => [first, smooth[0]])).toEqual([[2, 1]]);
    expect(record.evaluations[0]?.lanes[0]?.loss).toBeNaN();
  });

  test.each([
    ['a run saved as JSON', whole.slice(0, 100), MOST_RECORD_BYTES],
    ['a checkpoint', '{"format":"path-sgd-playground checkpoint"', 200_000_000],
  ])('%s that is too large is refused, and not read', async (what, head, most) => {
    const file = new Blob([head]);
    Object.defineProperty(file, 'size', { value: most + 1 });
    const text = vi.spyOn(file, 'text');
    await expect(openFile(file)).rejects.toThrow(`It has ${most + 1} bytes; ${what} has at most ${most}.`);
    expect(text).not.toHaveBeenCalled();
  });

  test('nesting without end is refused', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    await expect(open(changed({ lanes: 7 }).replace('"lanes":7', `"lanes":${deep}`))).rejects.toThrow(
      UnusableRunError,
    );
    await expect(open(deep)).rejects.toThrow(UnusableRunError);
  });

  /** Reads it, in time: a sound record or the error that says why not. */
  async function outcomeOf(
    read: () => Promise<RunRecord | null> | RunRecord | null,
  ): Promise<'read' | 'refused'> {
    const started = performance.now();
    try {
      const record = await read();
      if (record !== null) expectSound(record);
      return 'read';
    } catch (error) {
      expect(error).toBeInstanceOf(UnusableRunError);
      return 'refused';
    } finally {
      expect(performance.now() - started).toBeLessThan(LIMITS.instant);
    }
  }

  test('any damage to its file is refused, or leaves a run that can be drawn', async () => {
    const outcomes = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.nat(40),
        fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.constantFrom(
            '-1',
            '1e308',
            '1e999',
            'null',
            '"',
            '{',
            ']',
            '__proto__',
            '<img src=x>',
            '9'.repeat(30),
          ),
        ),
        async (at, length, put) => {
          const text = whole.slice(0, at) + put + whole.slice(at + length);
          const outcome = await outcomeOf(async () => {
            const file = await open(text);
            return file.kind === 'record' ? file.record : null;
          });
          outcomes[outcome]++;
        },
      ),
      RUNS,
    );
    expect(outcomes.refused).toBeGreaterThan(RUNS.numRuns / 4);
    expect(outcomes.read).toBeGreaterThan(RUNS.numRuns / 100);
  });

  test('anything in the place of any part is refused, or leaves a run that can be drawn', async () => {
    const plain = JSON.parse(whole) as Record<string, unknown>;
    const paths = pathsOf(plain);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.anything({ withTypedArray: true, withSparseArray: true, withNullPrototype: true, maxDepth: 3 }),
        async (path, value) => {
          await outcomeOf(() => parseRunRecord(withValue(plain, path, value)));
        },
      ),
      RUNS,
    );
  });

  test('any other data is refused', () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withSparseArray: true, maxDepth: 3 }), (input) => {
        expect(() => parseRunRecord(input)).toThrow(UnusableRunError);
      }),
      RUNS,
    );
  });
});

type Path = readonly (string | number)[];

/** The places of all parts, down to the numbers of points. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const here = path.length > 0 ? [path] : [];
  if (typeof value !== 'object' || value === null) return here;
  // Of a list its first and last items stand for the others.
  const keys = Array.isArray(value)
    ? [...new Set([0, value.length - 1])].filter((at) => at in value)
    : Object.keys(value);
  return [
    ...here,
    ...keys.flatMap((key) => pathsOf((value as Record<string | number, unknown>)[key], [...path, key])),
  ];
}

/** A copy with another value at a place. */
function withValue(input: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(input) ? [...input] : { ...(input as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}
