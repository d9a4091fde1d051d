import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create.ts';
import { parseLink } from '../../src/experiment/link.ts';
import { RunSession } from '../../src/session/page/runSession.ts';
import { readRunFile, writeRunFile } from '../../src/session/store/runFile.ts';
import type { SavedRun } from '../../src/session/store/savedRun.ts';
import { FakeWorld, NOTHING_WRONG } from './fakeWorld.ts';

const TWO_LANES = parseLink('length=4&hidden=4&batch=1&lane=sgd&lane=path').experiment;
const OTHER = parseLink('length=5&hidden=4&batch=1&lane=path').experiment;
const COPY = { of: 1, exponents: Int8Array.of(1, 0, 0, 0) };

let world: FakeWorld;
let session: RunSession;
let kept: SavedRun | null;
let hidden: boolean;
const state = () => session.useRun.getState();
/** Waits until nothing happens any more. */
const rest = async (): Promise<void> => expect(await world.settles()).toBe(true);
const steps = async (count: number): Promise<void> => {
  for (let step = 0; step < count; step++) session.step();
  await rest();
};

beforeEach(async () => {
  world = new FakeWorld(1, NOTHING_WRONG);
  kept = null;
  hidden = false;
  session = new RunSession({
    connect: world.connect,
    keeper: {
      keep: (run) => {
        kept = run;
      },
    },
    remember: () => {},
    base: () => 'http://localhost/',
    pageHasGpu: () => false,
    powerPreference: () => 'high-performance',
    isHidden: () => hidden,
    clock: world.clock,
  });
  session.prepareRun(TWO_LANES, 'auto', null, 0);
  await rest();
});
afterEach(() => expect(world.faults).toEqual([]));

const loseDevice = (): void => {
  for (const engine of [...world.engines]) engine.lose();
};

describe('a run that is replaced while its lost GPU is', () => {
  test.each(['reset', 'edit'])('by a %s: nobody asked for steps of the new one', async (how) => {
    await steps(7);
    session.play();
    for (let tick = 0; tick < 50; tick++) await world.tick();
    loseDevice();
    for (let tick = 0; tick < 4; tick++) await world.tick();
    if (how === 'reset') session.reset();
    else session.prepareRun(OTHER, 'auto', null, 0);
    await rest();
    expect(state().status).toBe('idle');
    expect(state().data.step).toBe(0);
    expect([...world.engines].map(({ step }) => step)).toEqual([0]);
  });

  test('by a new one, while there is no other device: the new run does what it was told', async () => {
    await steps(3);
    world.chances = { loss: 0, failure: 0, noEngine: 1 };
    loseDevice();
    for (let tick = 0; tick < 6; tick++) await world.tick();
    session.prepareRun(OTHER, 'auto', null, 0);
    session.play();
    world.chances = NOTHING_WRONG;
    for (let tick = 0; tick < 200; tick++) await world.tick();
    expect(state().status).toBe('running');
    expect(state().experiment).toBe(OTHER);
    expect(state().data.step).toBeGreaterThan(10);
    session.pause();
    await rest();
  });

  test('by a new one, while training fails: the new run is made', async () => {
    session.play();
    for (let tick = 0; tick < 20; tick++) await world.tick();
    world.chances = { loss: 0, failure: 1, noEngine: 0 };
    await world.tick();
    session.prepareRun(OTHER, 'auto', null, 0);
    world.chances = NOTHING_WRONG;
    await rest();
    expect(state().status).toBe('idle');
    expect(state().experiment).toBe(OTHER);
  });
});

test('a run that cannot be made shows nothing of the engine before', async () => {
  await steps(2);
  expect(state().engine).not.toBeNull();
  session.useRun.setState({ fallback: 'The GPU cannot be used any more.' });
  world.chances = { loss: 0, failure: 0, noEngine: 1 };
  session.reset();
  await rest();
  expect(state()).toMatchObject({ status: 'failed', engine: null, fallback: null });
});

describe('a device that is lost while the run is paused', () => {
  test('is replaced at once, and the run is where it was', async () => {
    await steps(5);
    loseDevice();
    await rest();
    expect(state()).toMatchObject({ status: 'paused', recovering: null });
    expect(state().recovered).toMatchObject({ lostAt: 5, from: 5, exact: true });
    expect([...world.engines].map(({ step }) => step)).toEqual([5]);
    await steps(1);
    expect(state().data.step).toBe(6);
  });
});

describe('lanes that are added or removed', () => {
  const lanesOf = (run: SavedRun | null) => [
    run?.checkpoint.experiment.lanes.length,
    run?.data.lanes.length,
    run?.data.copies.length,
  ];

  test.each(['paused', 'running'])(
    'while it is %s: what is saved then has all of them, and opens',
    async (how) => {
      await steps(4);
      if (how === 'running') session.play();
      session.addCopies([COPY]);
      while (state().arranging) await world.tick();
      hidden = true;
      session.saveSoon();
      for (const run of [state().saved, kept]) {
        expect(lanesOf(run)).toEqual([3, 3, 1]);
        expect(lanesOf(readRunFile(writeRunFile(run as SavedRun)))).toEqual([3, 3, 1]);
      }
      session.removeCopy(2);
      while (state().arranging) await world.tick();
      session.saveSoon();
      expect(lanesOf(kept)).toEqual([2, 2, 0]);
      session.pause();
      await rest();
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6])('are, though the device is lost %i moments later', async (moments) => {
    await steps(4);
    session.play();
    for (let tick = 0; tick < 50; tick++) await world.tick();
    session.addCopies([COPY]);
    for (let tick = 0; tick < moments; tick++) await world.tick();
    loseDevice();
    session.pause();
    await rest();
    expect(state()).toMatchObject({ status: 'paused', arranging: false, copyProblem: null });
    expect([...world.engines].map(({ experiment }) => experiment.lanes.length)).toEqual([3]);
  });
});

describe('what trains ends by itself', () => {
  test('a paused run starts again from its checkpoint and is where it was', async () => {
    await steps(6);
    world.endHost();
    expect(state()).toMatchObject({ status: 'preparing', recovering: 'The training worker stopped.' });
    await rest();
    expect(state()).toMatchObject({ status: 'paused', recovering: null });
    expect(state().recovered).toMatchObject({ loss: 'The training worker stopped.', lostAt: 6, from: 6 });
    await steps(1);
    expect(state().data.step).toBe(7);
  });

  test('a running one goes on', async () => {
    session.play();
    for (let tick = 0; tick < 60; tick++) await world.tick();
    const { step } = state().data;
    world.endHost();
    for (let tick = 0; tick < 300; tick++) await world.tick();
    expect(state().status).toBe('running');
    expect(state().data.step).toBeGreaterThan(step);
    session.pause();
    await rest();
  });

  test('for good: the CPU goes on, after a reset too, though the visitor chose WebGPU', async () => {
    session.prepareRun(OTHER, 'webgpu', null, 0);
    await rest();
    await steps(2);
    world.hasAdapter = false;
    loseDevice();
    await rest();
    expect(state().engine?.kind).toBe('cpu');
    session.reset();
    await rest();
    expect(state().status).toBe('idle');
    expect(state().engine?.kind).toBe('cpu');
    expect(state().fallback).toMatch(
      /^The GPU cannot be used any more\. There is no adapter\.$|lost 3 times/,
    );
    // A minute later it is no longer the loss that keeps WebGPU away.
    await world.clock.sleep(61_000);
    session.reset();
    await rest();
    expect(state().status).toBe('failed');
    world.hasAdapter = true;
  });

  test('three times within a minute: the run fails with its numbers, and a reset works', async () => {
    await steps(4);
    for (let end = 0; end < 3; end++) {
      world.endHost();
      await rest();
    }
    expect(state().status).toBe('failed');
    expect(state().error).toMatch(/stopped\..*third time within a minute/);
    expect(state().saved?.checkpoint.step).toBe(4);
    session.reset();
    await rest();
    expect(state().status).toBe('idle');
  });

  test('a text that it was reading is told of', async () => {
    const file = new File(['to be or not to be'], 'own.txt');
    const problem = session.readText({ number: 1, file }, TWO_LANES);
    world.endHost();
    expect(await problem).toMatch(/stopped\. Choose the file again\./);
  });
});

test('an engine that cannot take its checkpoint is disposed of', async () => {
  await steps(2);
  const saved = state().saved as SavedRun;
  let terminated = 0;
  const workers = {
    threads: 2,
    evenForOne: true,
    start: () => ({
      post: () => {},
      listen: (onAnswer: (answer: never) => void) => {
        const info = { kind: 'cpu', name: 'float32, WebAssembly', software: false };
        setTimeout(() => onAnswer({ error: null, value: info } as never));
      },
      terminate: () => terminated++,
    }),
  };
  const request = {
    experiment: OTHER,
    kind: 'cpu',
    gpu: undefined,
    shaders: {},
    data: null,
    workers,
  } as const;
  await expect(createEngine({ ...request, from: saved.checkpoint })).rejects.toThrow(/another experiment/);
  expect(terminated).toBe(1);
});
