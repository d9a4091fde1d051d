import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/engine/engine.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { savedAt } from '../../src/session/page/runState.ts';
import { readRunFile, writeRunFile } from '../../src/session/store/runFile.ts';
import { parseSavedRun, type SavedRun, UnusableRunError } from '../../src/session/store/savedRun.ts';
import { Session } from './session.ts';

const RUNS = { numRuns: import.meta.env.TEST_LONG ? 10_000 : 1_000, seed: 20161205 };
const LINK = 'length=6&hidden=4&batch=4&lane=path,momentum:0.5&lane=adam';

let session: Session;
afterEach(() => session?.send({ type: 'dispose' }));

/** Runs by hand up to a step; what the page then has of the run. */
async function runTo(step: number, from: SavedRun | null = null): Promise<SavedRun> {
  session = new Session();
  const data = from ? RunData.restored(from.data) : new RunData(2);
  session.create(LINK, 1, { from: from && { checkpoint: from.checkpoint, seconds: data.clock.seconds } });
  await session.next('ready', 1);
  const done = session.next('checkpointed', 1, ({ checkpoint }) => checkpoint.step === step);
  for (let at = from?.checkpoint.step ?? 0; at < step; at++) session.send({ type: 'step', run: 1 });
  const { checkpoint } = await done;
  for (const event of session.events) {
    if (event.type === 'progress') {
      data.addMetrics(event.metrics, event.step, event.stepsPerSecond, event.seconds);
    }
    if (event.type === 'evaluated') data.addEvaluation(event.evaluation);
  }
  return savedAt(checkpoint, { data, stops: [] }, { engine: 'cpu', text: null });
}

/** What a run comes to, but for the time that it took. */
const outcome = ({ checkpoint, data }: SavedRun) => ({ checkpoint, lanes: data.lanes, step: data.step });

let saved: SavedRun;
beforeAll(async () => {
  saved = await runTo(30);
  session.send({ type: 'dispose' });
});

describe('a saved run', () => {
  test('goes on from a file as if it had never stopped, to the last bit', async () => {
    const undisturbed = await runTo(70);
    session.send({ type: 'dispose' });
    const goneOn = await runTo(70, readRunFile(writeRunFile(saved)));
    expect(outcome(goneOn)).toEqual(outcome(undisturbed));
    expect(goneOn.checkpoint.parameters).not.toEqual(saved.checkpoint.parameters);
  });

  test('comes back from its file exactly', () => {
    expect(readRunFile(writeRunFile(saved))).toEqual(saved);
    const odd = { ...saved, data: { ...saved.data, copies: [], differences: [] } };
    (odd.data.lanes[0] as { loss: { last: number } }).loss.last = Number.NaN;
    expect(readRunFile(writeRunFile(odd))).toEqual(odd);
  });

  const changed = (change: (plain: Record<string, unknown>) => unknown): string => {
    const plain = JSON.parse(writeRunFile(saved)) as Record<string, unknown>;
    return JSON.stringify(change(plain) ?? plain);
  };
  const refusals: readonly (readonly [string, string | (() => string), RegExp])[] = [
    ['no JSON', '{"format":', /cannot be read as a saved run/],
    ['another file', '{"format":"something else","version":1}', /not a run saved by this page/],
    ['no object', '[1, 2, 3]', /not a run saved by this page/],
    [
      'a newer version',
      () => changed((plain) => ({ ...plain, version: 2 })),
      /newer version.*format 2.*reads 1/,
    ],
    [
      'an experiment that is not allowed',
      () =>
        changed(({ checkpoint, ...rest }) => ({
          ...rest,
          checkpoint: { ...(checkpoint as Checkpoint), experiment: {} },
        })),
      /damaged at checkpoint\.experiment/,
    ],
    [
      'weights of another shape',
      () =>
        changed(({ checkpoint, ...rest }) => ({
          ...rest,
          checkpoint: {
            ...(checkpoint as Checkpoint),
            parameters: { array: 'Float32Array', base64: 'AAAAAA==' },
          },
        })),
      /sizes do not fit its experiment/,
    ],
    [
      'bytes that are no numbers',
      () =>
        changed(({ checkpoint, ...rest }) => ({
          ...rest,
          checkpoint: {
            ...(checkpoint as Checkpoint),
            parameters: { array: 'Float32Array', base64: 'AAAA' },
          },
        })),
      /cannot be read as a saved run/,
    ],
    [
      'a lane less',
      () => changed(({ data, ...rest }) => ({ ...rest, data: { ...(data as SavedRun['data']), lanes: [] } })),
      /lanes do not fit/,
    ],
  ];
  test.each(refusals)('%s is refused with the reason', (_, text, reason) => {
    const file = typeof text === 'string' ? text : text();
    expect(() => readRunFile(file)).toThrow(UnusableRunError);
    expect(() => readRunFile(file)).toThrow(reason);
  });

  test('any damage to its file is refused, or leaves a run that can go on', () => {
    const whole = writeRunFile(saved);
    let refused = 0;
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(40),
        fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.constantFrom('-1', '1e308', 'null', '"', '{', '__proto__', 'NaN'),
        ),
        (at, length, put) => {
          const text = whole.slice(0, at) + put + whole.slice(at + length);
          try {
            expect(parseSavedRun(readRunFile(text)).version).toBe(1);
          } catch (error) {
            expect(error).toBeInstanceOf(UnusableRunError);
            refused++;
          }
        },
      ),
      RUNS,
    );
    expect(refused).toBeGreaterThan(RUNS.numRuns / 10);
  });

  test('any other data is refused', () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withSparseArray: true, maxDepth: 3 }), (input) => {
        expect(() => parseSavedRun(input)).toThrow(UnusableRunError);
        expect(() => parseSavedRun({ ...saved, data: input })).toThrow(UnusableRunError);
        expect(() => parseSavedRun({ ...saved, checkpoint: input })).toThrow(UnusableRunError);
      }),
      RUNS,
    );
  });
});
