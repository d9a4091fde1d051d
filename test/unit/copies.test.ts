import { afterEach, describe, expect, test } from 'vitest';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import { shapeOf } from '../../src/engine/layout.ts';
import { EXAMPLES } from '../../src/engine/predict.ts';
import { parseLink } from '../../src/experiment/link.ts';
import { type Copy, RunData } from '../../src/session/page/runData.ts';
import { Session } from './session.ts';

const SIZES = 'length=6&hidden=4&batch=4';
const EXPONENTS = Int8Array.of(3, -2, 0, 1);

let session: Session;
afterEach(() => session.send({ type: 'dispose' }));

const start = async (link: string): Promise<void> => {
  session = new Session();
  session.create(link, 1);
  await session.next('ready', 1);
};

/** Runs that many steps by hand. */
const steps = async (count: number): Promise<void> => {
  const before = Math.max(0, ...session.losses(1).keys());
  const done = session.next('progress', 1, ({ step }) => step === before + count);
  for (let step = 0; step < count; step++) session.send({ type: 'step', run: 1 });
  await done;
};

const keep = (lanes: number) => Array.from({ length: lanes }, (_, lane) => ({ lane, exponents: null }));

/** Lets a copy of each lane with those exponents train beside them. */
const copy = async (lanes: number, of: readonly number[], exponents: Int8Array): Promise<void> => {
  const arranged = session.next('arranged', 1);
  const copies = of.map((lane) => ({ lane, exponents }));
  session.send({ type: 'arrange', run: 1, picks: [...keep(lanes), ...copies] });
  expect((await arranged).problem).toBeNull();
};

const lossesAfter = (lane: number, step: number): number[] =>
  [...session.losses(1, lane)].filter(([at]) => at > step).map(([, loss]) => loss);

describe('a rescaled copy of a running lane', () => {
  const pathLanes: readonly (readonly [string, string, number])[] = [
    ['path with momentum', `${SIZES}&lane=path,momentum:0.9`, 4],
    ['path2 from the identity, two layers', `${SIZES}&layers=2&lane=path2,init:identity`, 8],
    ['path that is not clipped', `${SIZES}&lane=path,rate:0.003,dualclip:0`, 4],
  ];
  test.each(pathLanes)('%s takes its steps, to the last bit', async (_, link, units) => {
    await start(link);
    await steps(20);
    const exponents = Int8Array.from({ length: units }, (_, unit) => EXPONENTS[unit % 4] as number);
    await copy(1, [0], exponents);
    await steps(60);
    const losses = lossesAfter(0, 20);
    expect(losses).toHaveLength(60);
    expect(lossesAfter(1, 20)).toEqual(losses);
    expect(new Set(losses).size).toBe(60);
  });

  test('SGD begins at the same loss and takes another course', async () => {
    await start(`${SIZES}&lane=sgd,rate:0.05,momentum:0.5`);
    await steps(20);
    await copy(1, [0], EXPONENTS);
    await steps(40);
    const losses = lossesAfter(0, 20);
    const copied = lossesAfter(1, 20);
    expect(copied[0]).toBe(losses[0]);
    expect(
      Math.max(...losses.map((loss, index) => Math.abs(loss - (copied[index] as number)))),
    ).toBeGreaterThan(1e-3);
  });

  test('does not touch the lanes that are there, and can be taken away again', async () => {
    await start(`${SIZES}&lane=sgd&lane=path`);
    await steps(70);
    const undisturbed = [lossesAfter(0, 0), lossesAfter(1, 0)];
    await start(`${SIZES}&lane=sgd&lane=path`);
    await steps(20);
    await copy(2, [0, 1], EXPONENTS);
    await steps(20);
    const arranged = session.next('arranged', 1);
    session.send({ type: 'arrange', run: 1, picks: keep(2) });
    expect(await arranged).toMatchObject({ problem: null, checkpoint: { step: 40 } });
    await steps(30);
    expect([lossesAfter(0, 0), lossesAfter(1, 0)]).toEqual(undisturbed);
    expect(lossesAfter(2, 0)).toHaveLength(20);
  });

  test('a change that cannot be made says why, and the run goes on', async () => {
    await start(`${SIZES}&lane=sgd`);
    await steps(5);
    const arranged = session.next('arranged', 1);
    session.send({
      type: 'arrange',
      run: 1,
      picks: [
        { lane: 0, exponents: null },
        { lane: 7, exponents: null },
      ],
    });
    expect((await arranged).problem).toMatch(/lane is 7.*1 lane/);
    await steps(5);
  });
});

describe('a look at the step to come', () => {
  test('changes nothing, and tells the step that is then taken', async () => {
    await start(`${SIZES}&lane=path`);
    await steps(30);
    const undisturbed = lossesAfter(0, 0);
    await start(`${SIZES}&lane=path`);
    const first = session.next('inside', 1, ({ step }) => step === 1);
    session.send({ type: 'watch', run: 1, watched: { inside: true, examples: false } });
    await first;
    const tenth = session.next('inside', 1, ({ step }) => step === 11);
    await steps(10);
    const { lanes } = await tenth;
    expect(lanes[0]?.states?.deltas).toHaveLength(6 * 4 * 4);
    await steps(20);
    expect(lossesAfter(0, 0)).toEqual(undisturbed);
    expect(lanes[0]?.loss).toBe(undisturbed[10]);
  });

  test('examples are answered as the engine answers them', async () => {
    const link = `${SIZES}&lane=sgd&lane=path`;
    await start(link);
    const seen = session.next('examples', 1);
    session.send({ type: 'watch', run: 1, watched: { inside: false, examples: true } });
    const { step, batch, outputs } = await seen;
    expect(step).toBe(0);
    const { experiment } = parseLink(link);
    const engine = await createCpuEngine(experiment, { data: null, precision: 'float64' });
    const { lanes } = await engine.evaluate(EXAMPLES);
    expect(batch.inputs).toHaveLength(shapeOf(experiment).length * EXAMPLES * 2);
    lanes.forEach(({ loss }, lane) => {
      const errors = [...(outputs[lane] as Float64Array)].map(
        (y, index) => (y - (batch.targets[index] as number)) ** 2,
      );
      expect(errors.reduce((sum, error) => sum + error, 0) / EXAMPLES).toBeCloseTo(loss, 6);
    });
  });
});

describe('the numbers of copies', () => {
  const progress = (losses: readonly (readonly [step: number, lane: number, loss: number])[]) => ({
    step: Uint32Array.from(losses, ([step]) => step),
    lane: Uint8Array.from(losses, ([, lane]) => lane),
    loss: Float64Array.from(losses, ([, , loss]) => loss),
    metric: Float64Array.from(losses, () => 0),
    gradientNorm: Float64Array.from(losses, () => 1),
    pathNormLog2: Float64Array.from(losses, () => 1),
    stops: [],
  });
  const copyOf = (of: number, lane: number): Copy => ({ of, lane, step: 1, exponents: EXPONENTS });

  test('keep the largest difference, by copy, when another copy goes', () => {
    const data = new RunData(1);
    data.addMetrics(progress([[1, 0, 5]]), 1, 1, 1);
    const picks = [...keep(1), { lane: 0, exponents: EXPONENTS }, { lane: 0, exponents: EXPONENTS }];
    data.arrange(picks, [copyOf(0, 1), copyOf(0, 2)]);
    expect(data.difference(1)?.largest).toBeNaN();
    data.addMetrics(
      progress([
        [2, 0, 4],
        [2, 1, 4],
        [2, 2, 4.5],
        [3, 0, 3],
        [3, 1, 3],
        [3, 2, 3.1],
      ]),
      3,
      1,
      2,
    );
    expect([1, 2].map((lane) => data.difference(lane)?.largest)).toEqual([0, 0.5]);
    expect(data.lanes.map(({ loss }) => loss.last)).toEqual([3, 3, 3.1]);
    data.arrange([keep(1)[0] as (typeof picks)[number], { lane: 2, exponents: null }], [copyOf(0, 1)]);
    expect(data.difference(1)?.largest).toBe(0.5);
    expect(data.lanes.map(({ loss }) => loss.last)).toEqual([3, 3.1]);
    expect(data.difference(0)).toBeNull();
  });
});
