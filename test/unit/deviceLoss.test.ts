import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readShaders } from '../../src/cli/shaders.ts';
import { DeviceLostError, type Engine } from '../../src/engine/engine.ts';
import { createUntested } from '../../src/engine/webgpu/index.ts';
import { defaultExperiment } from '../../src/experiment/schema.ts';
import { taskOf } from '../../src/experiment/tasks/index.ts';
import { type FakeGpu, fakeGpu, LOSSES } from './fakeGpu.ts';

const experiment = { ...defaultExperiment('adding'), length: 4, hidden: 4, batch: 2 };
const shaders = readShaders();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** How a promise ends within ten seconds: 'done', the error, or 'waits'. */
async function endOf(promise: Promise<unknown>): Promise<unknown> {
  let end: unknown = 'waits';
  promise.then(
    () => {
      end = 'done';
    },
    (error: unknown) => {
      end = error;
    },
  );
  await vi.advanceTimersByTimeAsync(10_000);
  return end;
}

/** Everything that an engine does on its device, one after another. */
const USES: readonly ((engine: Engine) => Promise<unknown>)[] = [
  (engine) => engine.train(1),
  (engine) => engine.train(20),
  (engine) => engine.metrics(0),
  (engine) => engine.evaluate(),
  (engine) => engine.inspect({ states: true }),
  (engine) => engine.checkpoint(),
];

const create = ({ gpu }: FakeGpu): Promise<Engine> =>
  createUntested(taskOf(experiment), experiment, { gpu, shaders, data: null });

/** Uses an engine until it fails; how each use ended, its making first. */
async function life(fake: FakeGpu): Promise<{ ends: unknown[]; told: unknown[] }> {
  const making = create(fake);
  const ends = [await endOf(making)];
  const told: unknown[] = [];
  if (ends[0] !== 'done') return { ends, told };
  const engine = await making;
  engine.onLoss((loss) => told.push(loss));
  for (const use of USES) ends.push(await endOf(use(engine)));
  engine.dispose();
  return { ends, told };
}

describe.each(LOSSES)('a device that is lost %s', (kind) => {
  test('at any call, while it compiles, trains or reads back, says so at once and ever after', async () => {
    const whole = fakeGpu(null, kind);
    const { ends } = await life(whole);
    expect(ends).toEqual(Array(1 + USES.length).fill('done'));
    expect(whole.buffers()).toBe(0);
    const calls = whole.calls();
    expect(calls).toBeGreaterThan(20);
    for (let at = 0; at < calls; at++) {
      const fake = fakeGpu(at, kind);
      const { ends, told } = await life(fake);
      const first = ends.findIndex((end) => end !== 'done');
      for (const end of ends.slice(first)) expect(end, `lost at call ${at}`).toBeInstanceOf(DeviceLostError);
      if (first > 0) expect(told).toHaveLength(1);
      expect(fake.buffers(), `buffers after a loss at call ${at}`).toBe(0);
    }
  });

  test('while nobody asks anything of it is told at once', async () => {
    const fake = fakeGpu(null, kind);
    const making = create(fake);
    await endOf(making);
    const engine = await making;
    const told: unknown[] = [];
    engine.onLoss((loss) => told.push(loss));
    fake.lose();
    await vi.advanceTimersByTimeAsync(kind === 'with failures first' ? 500 : 0);
    expect(told).toHaveLength(1);
    expect(await endOf(engine.train(1))).toBeInstanceOf(DeviceLostError);
    engine.dispose();
  });
});
