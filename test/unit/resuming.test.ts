import { afterEach, describe, expect, test, vi } from 'vitest';
import { trainInPieces } from '../../src/cli/command.ts';
import { ResumingEngine } from '../../src/cli/resuming.ts';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import {
  type Checkpoint,
  DeviceLostError,
  type Engine,
  type EngineLostError,
} from '../../src/engine/engine.ts';
import { parseLink } from '../../src/experiment/link.ts';
import { uniforms } from './support.ts';

const { experiment } = parseLink('length=4&hidden=4&batch=2&lane=sgd,rate:0.1,momentum:0.5&lane=path');

const plain = (): Promise<Engine> => createCpuEngine(experiment, { data: null, precision: 'float32' });

/** An engine that is lost, for good, when `lost` says so: before a call, or after it, with what the call did. */
async function fragile(lost: () => boolean, made: Set<Engine>): Promise<Engine> {
  const engine = await plain();
  let gone = false;
  const check = (): void => {
    gone ||= lost();
    if (gone) throw new DeviceLostError('The GPU was lost (unknown).');
  };
  const held = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    check();
    const result = await call();
    check();
    return result;
  };
  const fragileEngine: Engine = {
    info: engine.info,
    experiment,
    get step() {
      return engine.step;
    },
    train: (steps) => held(() => engine.train(steps)),
    metrics: (since) => held(() => engine.metrics(since)),
    inspect: (options) => held(() => engine.inspect(options)),
    evaluate: (sequences) => held(() => engine.evaluate(sequences)),
    checkpoint: () => held(() => engine.checkpoint()),
    restore: (checkpoint) => engine.restore(checkpoint),
    onLoss: () => {},
    dispose: () => {
      made.delete(fragileEngine);
      engine.dispose();
    },
  };
  made.add(fragileEngine);
  return fragileEngine;
}

async function resuming(lost: () => boolean) {
  const made = new Set<Engine>();
  const said: string[] = [];
  const starts: number[] = [];
  const resume = async (_loss: EngineLostError, from: Checkpoint | null) => {
    const engine = await fragile(lost, made);
    starts.push(from?.step ?? 0);
    if (from) await engine.restore(from);
    return { engine, fallback: null };
  };
  const engine = new ResumingEngine(await fragile(lost, made), resume, (line) => said.push(line));
  return { engine, made, said, starts };
}

/** Makes every look at the clock six seconds later: a checkpoint is due at each call of `train`. */
function hurry(): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 6000;
    return now;
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an engine that goes on when it is lost', () => {
  test.each([false, true])(
    'gives what one gives that never is, in random runs with losses between and in calls (checkpoints at every piece: %s)',
    async (often) => {
      if (often) hurry();
      for (let seed = 1; seed <= 25; seed++) {
        const random = uniforms(seed);
        const rate = random() / 4;
        const { engine, made, said, starts } = await resuming(() => random() < rate);
        const reference = await plain();
        let losses = 0;
        try {
          for (let turn = 0; turn < 12; turn++) {
            const steps = 1 + Math.floor(5 * random());
            const since = engine.step;
            for (const one of [engine, reference]) await one.train(steps);
            expect(await engine.metrics(since)).toEqual(await reference.metrics(since));
            expect(engine.step).toBe(reference.step);
            const call = Math.floor(4 * random());
            if (call === 0) expect(await engine.evaluate(20)).toEqual(await reference.evaluate(20));
            if (call === 1) expect(await engine.checkpoint()).toEqual(await reference.checkpoint());
            if (call === 2) expect(await engine.inspect()).toEqual(await reference.inspect());
            losses = said.length;
          }
        } catch (error) {
          // Lost too often in a row: the caller is told of the loss itself.
          if (!(error instanceof DeviceLostError)) throw error;
        }
        expect(made.size, `engines left of seed ${seed}`).toBe(1);
        expect(starts.length).toBeGreaterThanOrEqual(losses);
        engine.dispose();
        expect(made.size).toBe(0);
      }
    },
  );

  test('tells every step and every evaluation once, with the bits of an undisturbed run, and says what happened', async () => {
    let calls = 0;
    const { engine, said, starts } = await resuming(() => ++calls === 9);
    const linesOf = async (from: Engine): Promise<unknown[]> => {
      const lines: unknown[] = [];
      for await (const { metrics } of trainInPieces(from, 90, 30)) {
        lines.push(...metrics);
        if (from.step % 30 === 0) lines.push(await from.evaluate(10));
      }
      return lines;
    };
    expect(await linesOf(engine)).toEqual(await linesOf(await plain()));
    expect(said).toEqual([
      'The GPU was lost (unknown). Training goes on from step 0, on cpu, float32, WebAssembly.',
    ]);
    expect(starts).toEqual([0]);
  });

  test('goes on from the last checkpoint', async () => {
    hurry();
    let lost = false;
    const { engine, starts } = await resuming(() => {
      const now = lost;
      lost = false;
      return now;
    });
    for (let step = 0; step < 5; step++) await engine.train(10);
    lost = true;
    await engine.evaluate(10);
    expect([engine.step, ...starts]).toEqual([50, 40]);
  });

  test('gives up where every engine is lost at once, and passes other errors on', async () => {
    const { engine, starts } = await resuming(() => true);
    await expect(engine.train(1)).rejects.toThrow('The GPU was lost');
    expect(starts.length).toBe(5);
    const { engine: other } = await resuming(() => {
      throw new TypeError('a fault of ours');
    });
    await expect(other.train(1)).rejects.toThrow(TypeError);
  });
});
