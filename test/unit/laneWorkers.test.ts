import { afterEach, describe, expect, test } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import { dealLanes, type LaneWorkers } from '../../src/engine/cpu/laneWorkers.ts';
import { createEngine, type EngineRequest } from '../../src/engine/create.ts';
import { type Checkpoint, type Engine, METRIC_STEPS, ShapeTooLargeError } from '../../src/engine/engine.ts';
import { laneShapes } from '../../src/engine/layout.ts';
import { parseLink } from '../../src/experiment/link.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import { localWorkers } from './localWorkers.ts';
import { Session } from './session.ts';
import { experimentOf, laneOf } from './support.ts';

const requestOf = (experiment: Experiment, workers: LaneWorkers): EngineRequest => ({
  experiment,
  kind: 'cpu',
  gpu: undefined,
  shaders: {},
  data: null,
  workers,
});

async function inWorkers(experiment: Experiment, workers: LaneWorkers = localWorkers()): Promise<Engine> {
  const { engine } = await createEngine(requestOf(experiment, workers));
  return engine;
}

const inThread = (experiment: Experiment): Promise<Engine> =>
  createCpuEngine(experiment, { data: null, precision: 'float32' });

/** Lanes that each do something of their own. */
const LANES = [
  laneOf('sgd', { rate: 0.1, momentum: 0.9 }),
  laneOf('path2', { init: 'identity' }),
  laneOf('path', { unbalance: 2 }),
  laneOf('sgd', { init: 'gaussian', seed: 5 }),
  laneOf('path', { momentum: 0.5 }),
];
const FIVE = experimentOf({ layers: 2, hidden: 6, lanes: LANES });
/** The second lane stops early, the others go on. */
const STOPPING = experimentOf({
  lanes: [laneOf('path'), laneOf('sgd', { rate: 100, clip: 0 }), laneOf('sgd')],
});

describe('lanes in workers', () => {
  test.each([
    { name: 'five lanes', experiment: FIVE, threads: 2, stopped: 0 },
    { name: 'five lanes', experiment: FIVE, threads: 3, stopped: 0 },
    { name: 'five lanes', experiment: FIVE, threads: 16, stopped: 0 },
    { name: 'a lane that stops', experiment: STOPPING, threads: 2, stopped: 1 },
    { name: 'a lane that stops alone in its worker', experiment: STOPPING, threads: 3, stopped: 1 },
  ])('have the bits of one engine: $name, $threads threads', async ({ experiment, threads, stopped }) => {
    const one = await inThread(experiment);
    const workers = localWorkers({ threads });
    const many = await inWorkers(experiment, workers);
    expect(workers.started).toHaveLength(Math.min(threads, experiment.lanes.length));
    expect(many.info.name).toBe(`${one.info.name}, ${workers.started.length} workers`);
    for (const engine of [one, many]) await engine.train(40);
    expect(many.step).toBe(40);
    const lines = await many.metrics(0);
    expect(lines).toEqual(await one.metrics(0));
    expect(lines.filter((line) => line.stopped !== null)).toHaveLength(stopped);
    expect(await many.metrics(37)).toEqual(await one.metrics(37));
    expect(await many.evaluate()).toEqual(await one.evaluate());
    expect(await many.evaluate(17)).toEqual(await one.evaluate(17));
    expect(await many.inspect({ states: true })).toEqual(await one.inspect({ states: true }));
    expect(many.step).toBe(41);
    const checkpoint = await many.checkpoint();
    expect(checkpoint).toEqual(await one.checkpoint());
    // On from the checkpoint, in an engine of each kind.
    const fresh = [await inThread(experiment), await inWorkers(experiment, localWorkers({ threads }))];
    for (const engine of fresh) {
      await engine.restore(checkpoint);
      expect(engine.step).toBe(41);
      await engine.train(5);
    }
    await one.train(5);
    const [freshOne, freshMany] = fresh as [Engine, Engine];
    expect(await freshMany.metrics(0)).toEqual(await freshOne.metrics(0));
    for (const engine of fresh) expect(await engine.checkpoint()).toEqual(await one.checkpoint());
  });

  test('metrics asked for while it trains are those of the steps done by then', async () => {
    const engine = await inWorkers(FIVE);
    await engine.train(3);
    const training = engine.train(4);
    const lines = await engine.metrics(0);
    expect(lines.map(({ step, lane }) => [step, lane])).toEqual(
      [1, 2, 3].flatMap((step) => LANES.map((_, lane) => [step, lane])),
    );
    await training;
    expect((await engine.metrics(3)).length).toBe(4 * LANES.length);
  });

  test('keep the metrics of as many steps as one engine', async () => {
    const experiment = experimentOf({ batch: 1, lanes: [laneOf('sgd'), laneOf('sgd', { seed: 2 })] });
    const engine = await inWorkers(experiment);
    await engine.train(METRIC_STEPS + 2);
    const lines = await engine.metrics(0);
    expect(lines).toHaveLength(2 * METRIC_STEPS);
    expect(lines[0]?.step).toBe(3);
  });

  test('each worker is told its lanes once and ends with the engine', async () => {
    const workers = localWorkers();
    const engine = await inWorkers(FIVE, workers);
    const created = workers.started.map(({ calls }) => calls.filter(({ method }) => method === 'create'));
    expect(created.map(({ length }) => length)).toEqual([1, 1]);
    const training = engine.train(1000);
    engine.dispose();
    await expect(training).rejects.toThrow('This engine was disposed of.');
    await expect(engine.metrics(0)).rejects.toThrow('This engine was disposed of.');
    expect(workers.started.map(({ terminated }) => terminated)).toEqual([true, true]);
  });
});

describe('an error', () => {
  test('of a shape without memory reaches the caller as such, and the workers end', async () => {
    const workers = localWorkers({ evenForOne: true });
    const huge = { ...experimentOf({ batch: 16384 }), length: 1000, hidden: 256, layers: 3 };
    await expect(inWorkers(huge, workers)).rejects.toThrow(ShapeTooLargeError);
    expect(workers.started.map(({ terminated }) => terminated)).toEqual([true]);
  });

  test('a checkpoint of another experiment is refused, and training goes on', async () => {
    const engine = await inWorkers(FIVE);
    await engine.train(2);
    const good = await engine.checkpoint();
    const others: Checkpoint[] = [
      { ...good, experiment: { ...FIVE, seed: 9 } },
      { ...good, velocity: good.velocity.slice(1) },
      { ...good, stoppedAt: good.stoppedAt.slice(1) },
    ];
    for (const other of others) await expect(engine.restore(other)).rejects.toThrow(/checkpoint/);
    await engine.train(1);
    expect(engine.step).toBe(3);
  });

  test('in one worker ends all of them, with its message', async () => {
    const workers = localWorkers();
    const engine = await inWorkers(FIVE, workers);
    const training = engine.train(1000);
    workers.started[1]?.end('no memory');
    await expect(training).rejects.toThrow('A worker of the CPU engine ended: no memory');
    await expect(engine.train(1)).rejects.toThrow('no memory');
    expect(workers.started.map(({ terminated }) => terminated)).toEqual([true, true]);
  });
});

describe('a run whose worker ends', () => {
  const LINK = 'length=6&hidden=4&batch=2&lane=sgd&lane=path&lane=adam';
  let session: Session;
  afterEach(() => session.send({ type: 'dispose' }));

  /** Losses of a run that nothing happens to. */
  async function undisturbed(step: number): Promise<number[]> {
    const engine = await inThread(parseLink(LINK).experiment);
    await engine.train(step);
    return (await engine.metrics(0)).filter(({ lane }) => lane === 2).map(({ loss }) => loss);
  }

  test('while it is paused goes on at once from its checkpoint, on one worker fewer, with the same losses', async () => {
    const workers = localWorkers({ threads: 3 });
    session = new Session(false, workers);
    session.create(LINK, 1);
    await session.next('ready', 1);
    for (let step = 0; step < 4; step++) session.send({ type: 'step', run: 1 });
    await session.next('checkpointed', 1, ({ checkpoint }) => checkpoint.step === 4);
    expect(workers.started).toHaveLength(3);
    workers.started[1]?.end('out of memory');
    const { engine, loss, lostAt, from } = await session.next('recovered', 1);
    expect(engine.name).toBe('float32, WebAssembly, 2 workers');
    expect({ loss, lostAt, from }).toEqual({
      loss: 'A worker of the CPU engine ended: out of memory',
      lostAt: 4,
      from: 4,
    });
    for (let step = 0; step < 3; step++) session.send({ type: 'step', run: 1 });
    await session.next('progress', 1, ({ step }) => step === 7);
    expect([...session.losses(1, 2).values()]).toEqual(await undisturbed(7));
  });

  test('again and again goes on in one thread', async () => {
    const workers = localWorkers({ threads: 3 });
    session = new Session(false, workers);
    session.create(LINK, 1);
    await session.next('ready', 1);
    session.send({ type: 'play', run: 1 });
    const names: string[] = [];
    for (const count of [3, 2]) {
      await session.next('progress', 1);
      const recovered = session.next('recovered', 1);
      workers.started.at(-count)?.end('out of memory');
      names.push((await recovered).engine.name);
    }
    expect(names).toEqual(['float32, WebAssembly, 2 workers', 'float32, WebAssembly']);
    const { step } = await session.next('progress', 1, (event) => event.step > 100);
    expect([...session.losses(1, 2).values()].slice(0, 100)).toEqual((await undisturbed(step)).slice(0, 100));
    expect(session.events.some(({ type }) => type === 'failed')).toBe(false);
    expect(workers.started.every(({ terminated }) => terminated)).toBe(true);
  });
});

describe('one engine in the calling thread trains', () => {
  const twoLanes = experimentOf({ lanes: [laneOf('sgd'), laneOf('path')] });
  const cases: readonly (readonly [string, LaneWorkers, Experiment])[] = [
    ['where there is one lane', localWorkers(), experimentOf({})],
    ['where there is one thread', localWorkers({ threads: 1 }), twoLanes],
    [
      'where workers cannot be started',
      localWorkers({
        start() {
          throw new DOMException('forbidden', 'SecurityError');
        },
      }),
      twoLanes,
    ],
    [
      'where workers end before they have begun',
      localWorkers({
        start: () => ({
          post: () => {},
          listen: (_, onEnd) => void setTimeout(() => onEnd('it could not be loaded.')),
          terminate: () => {},
        }),
      }),
      twoLanes,
    ],
  ];
  test.each(cases)('%s', async (_, workers, experiment) => {
    const engine = await inWorkers(experiment, workers);
    expect(engine.info.name).toBe('float32, WebAssembly');
    await engine.train(3);
    expect(await engine.metrics(0)).toHaveLength(3 * experiment.lanes.length);
  });

  test('unless the calling thread must stay free', async () => {
    const engine = await inWorkers(experimentOf({}), localWorkers({ evenForOne: true }));
    expect(engine.info.name).toBe('float32, WebAssembly, a worker');
    await engine.train(2);
    const one = await inThread(experimentOf({}));
    await one.train(2);
    expect(await engine.metrics(0)).toEqual(await one.metrics(0));
  });
});

describe('lanes are dealt', () => {
  const deal = (
    optimizers: readonly ('sgd' | 'path' | 'path2')[],
    threads: number,
    change = {},
  ): number[][] => {
    const experiment = experimentOf({ lanes: optimizers.map((name) => laneOf(name)), ...change });
    return dealLanes(experiment, laneShapes(experiment), threads);
  };

  test('costly ones apart, every lane once', () => {
    expect(deal(['path', 'path', 'sgd', 'sgd'], 2)).toEqual([
      [0, 2],
      [1, 3],
    ]);
    const large = { hidden: 100, batch: 32 };
    expect(deal(['sgd', 'path2', 'sgd'], 2, large)).toEqual([[1], [0, 2]]);
    expect(deal(['sgd', 'path2', 'path2', 'path'], 3, large).map((part) => part.join())).toEqual([
      '1',
      '2',
      '0,3',
    ]);
    const all = deal(new Array(16).fill('path'), 5);
    expect(all.flat().sort((a, b) => a - b)).toEqual([...new Array(16).keys()]);
    expect(Math.max(...all.map(({ length }) => length))).toBe(4);
  });

  test('to no more workers than lanes, threads, or memory for their states', () => {
    expect(deal(['sgd', 'sgd'], 64)).toHaveLength(2);
    expect(deal(new Array(16).fill('sgd'), 64)).toHaveLength(8);
    const large = { length: 1000, hidden: 256, layers: 3, batch: 64 };
    expect(deal(new Array(16).fill('sgd'), 64, large)).toHaveLength(2);
    expect(deal(new Array(16).fill('sgd'), 64, { ...large, batch: 256 })).toHaveLength(1);
  });
});
