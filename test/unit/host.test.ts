import { afterEach, describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import type { OwnText } from '../../src/session/protocol.ts';
import { Session } from './session.ts';

const SMALL = 'length=4&hidden=4&batch=2';
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

let session: Session;
let files = 0;
afterEach(() => session.send({ type: 'dispose' }));

describe('the host', () => {
  test('makes a run paused at step 0, and says what computes', async () => {
    session = new Session();
    session.create(SMALL, 1);
    const { engine, fallback } = await session.next('ready', 1);
    expect(engine.kind).toBe('cpu');
    expect(fallback).toBeNull();
    await pause(50);
    expect(session.events.filter(({ type }) => type === 'progress')).toEqual([]);
  });

  test('plays until it is paused, and reports every step once', async () => {
    session = new Session();
    session.create(SMALL, 1);
    await session.next('ready', 1);
    session.send({ type: 'play', run: 1 });
    await session.next('progress', 1, ({ step }) => step > 150);
    session.send({ type: 'pause', run: 1 });
    await pause(100);
    const last = session.events.filter((event) => event.type === 'progress').at(-1)?.step ?? 0;
    await pause(200);
    expect(session.events.filter((event) => event.type === 'progress').at(-1)?.step).toBe(last);
    expect([...session.losses(1).keys()]).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect([...session.losses(1, 1).keys()]).toEqual([...session.losses(1).keys()]);
  });

  test('evaluates on held-out data at a hundredth step', async () => {
    session = new Session();
    session.create(SMALL, 1);
    await session.next('ready', 1);
    session.send({ type: 'play', run: 1 });
    const { evaluation } = await session.next('evaluated', 1);
    expect(evaluation.step % 100).toBe(0);
    expect(evaluation.step).toBeGreaterThan(0);
    expect(evaluation.lanes).toHaveLength(2);
    for (const { loss } of evaluation.lanes) expect(loss).toBeGreaterThan(0);
  });

  test('one step per step command, none of them lost', async () => {
    session = new Session();
    session.create(SMALL, 1);
    await session.next('ready', 1);
    for (let count = 0; count < 3; count++) session.send({ type: 'step', run: 1 });
    await session.next('progress', 1, ({ step }) => step === 3);
    await pause(50);
    expect([...session.losses(1).keys()]).toEqual([1, 2, 3]);
  });

  test('a new run ends the one before, whose commands then do nothing', async () => {
    session = new Session();
    session.create(SMALL, 1);
    await session.next('ready', 1);
    session.send({ type: 'play', run: 1 });
    await session.next('progress', 1);
    session.create(SMALL, 2);
    session.send({ type: 'play', run: 1 });
    await session.next('ready', 2);
    const count = session.events.length;
    await pause(100);
    expect(session.events.length).toBe(count);
  });

  test('the same experiment created again repeats its losses to the bit', async () => {
    session = new Session();
    for (const run of [1, 2]) {
      session.create(SMALL, run);
      await session.next('ready', run);
      for (let count = 0; count < 5; count++) session.send({ type: 'step', run });
      await session.next('progress', run, ({ step }) => step === 5);
    }
    expect(session.losses(1).size).toBe(5);
    expect([...session.losses(2)]).toEqual([...session.losses(1)]);
  });

  test('without WebGPU, any engine means the CPU engine, and the reason is told', async () => {
    session = new Session();
    session.create(SMALL, 1, { engine: 'auto' });
    const { engine, fallback } = await session.next('ready', 1);
    expect(engine.kind).toBe('cpu');
    expect(fallback).toMatch(/WebGPU/);
  });

  test('without WebGPU, an explicit webgpu fails, and the next run works', async () => {
    session = new Session();
    session.create(SMALL, 1, { engine: 'webgpu' });
    const { message } = await session.next('failed', 1);
    expect(message).toMatch(/WebGPU/);
    session.create(SMALL, 2);
    await session.next('ready', 2);
  });

  test('leaves the run to the page where only the page has WebGPU', async () => {
    session = new Session(true);
    session.create(SMALL, 1, { engine: 'auto', pageHasGpu: true });
    await session.next('refused', 1);
    session.create(SMALL, 2, { engine: 'cpu', pageHasGpu: true });
    await session.next('ready', 2);
  });

  test('seconds are those of training: they grow with the steps, and stand still in a pause', async () => {
    session = new Session();
    session.create(SMALL, 1);
    await session.next('ready', 1);
    session.send({ type: 'step', run: 1 });
    const first = await session.next('progress', 1, ({ step }) => step === 1);
    expect(first.seconds).toBeGreaterThan(0);
    await pause(1500);
    session.send({ type: 'step', run: 1 });
    const second = await session.next('progress', 1, ({ step }) => step === 2);
    expect(second.seconds).toBeGreaterThan(first.seconds);
    expect(second.seconds - first.seconds).toBeLessThan(1);
  });

  test('once every lane has stopped, says so and stops', async () => {
    session = new Session();
    session.create(`${SMALL}&lane=sgd,rate:100,clip:0&lane=sgd,rate:90,clip:0`, 1);
    await session.next('ready', 1);
    session.send({ type: 'play', run: 1 });
    await session.next('finished', 1);
    const stops = session.events.flatMap((event) => (event.type === 'progress' ? event.metrics.stops : []));
    expect(stops.map(({ lane }) => lane).sort()).toEqual([0, 1]);
    for (const { step, reason } of stops) expect(reason).toContain(`at step ${step}`);
  });

  test('data that cannot be loaded fail the run with what to do', async () => {
    session = new Session();
    session.create('task=mnist-rows&hidden=4&batch=2', 1, { base: 'http://localhost:1/' });
    const { message } = await session.next('failed', 1);
    expect(message).toMatch(/mnist-small\.bin\.gz could not be loaded/);
    expect(message).toMatch(/Reset/);
  });

  const TEXT = 'task=text&data=own&length=5&hidden=4&batch=2&lane=adam&lane=sgd';
  const textFile = (text = 'to be or not to be, that is the question\n'.repeat(50)): OwnText => ({
    number: ++files,
    file: new File([text], 'own.txt'),
  });

  test('trains on a text of the visitor and says what it holds', async () => {
    session = new Session();
    session.create(TEXT, 1, { ownText: textFile() });
    const { text, baseline } = await session.next('ready', 1);
    const symbols = [...'\n ,abehinoqrstu'];
    expect(text).toEqual({ title: 'own.txt', characters: 1845, vocabulary: 15, symbols });
    expect(baseline?.loss).toBeGreaterThan(1);
    session.send({ type: 'step', run: 1 });
    await session.next('progress', 1, ({ step }) => step === 1);
  });

  test('reads a text beside a run, and says why it does not do', async () => {
    session = new Session();
    session.create(SMALL, 1);
    await session.next('ready', 1);
    session.send({ type: 'play', run: 1 });
    const { experiment } = parseLink(TEXT);
    const problemOf = (ownText: OwnText) => session.problemOf({ ownText, experiment });
    expect(await problemOf(textFile())).toBeNull();
    expect(await problemOf(textFile(''))).toMatch(/"own\.txt" is empty/);
    expect(await problemOf(textFile('a\0'.repeat(2000)))).toMatch(/"own\.txt" is not a UTF-8 text/);
    const gone = textFile();
    Object.defineProperty(gone.file, 'arrayBuffer', { value: () => Promise.reject(new Error('gone')) });
    expect(await problemOf(gone)).toMatch(/^own\.txt could not be read: .* Choose it again\.$/);
    const huge = textFile();
    Object.defineProperty(huge.file, 'size', { value: 200_000_000 });
    expect(await problemOf(huge)).toMatch(/too large/);
    await session.next('progress', 1, ({ step }) => step > 100);
    expect(session.events.some(({ type }) => type === 'failed')).toBe(false);
  });

  test('has the lanes write at once, at every pause, and never where nobody asks', async () => {
    session = new Session();
    session.create(TEXT, 1, { ownText: textFile() });
    await session.next('ready', 1);
    session.send({ type: 'step', run: 1 });
    await session.next('progress', 1, ({ step }) => step === 1);
    const settings = { temperature: 1, prompt: '', characters: 20, sample: 0 };
    session.send({ type: 'generate', run: 1, settings });
    const first = await session.next('generated', 1);
    expect([first.step, first.texts.map(({ length }) => length)]).toEqual([1, [20, 20]]);
    session.send({ type: 'step', run: 1 });
    const second = await session.next('generated', 1);
    expect(second.step).toBe(2);
    session.send({ type: 'generate', run: 1, settings: { ...settings, sample: 1 } });
    const other = await session.next('generated', 1);
    expect(other.step).toBe(2);
    expect(other.texts).not.toEqual(second.texts);
    session.send({ type: 'generate', run: 1, settings: null });
    session.send({ type: 'step', run: 1 });
    await session.next('progress', 1, ({ step }) => step === 3);
    await pause(50);
    expect(session.events.filter(({ type }) => type === 'generated')).toHaveLength(3);
  });
});
