import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { RunSession } from '../../src/session/page/runSession.ts';
import { parseSavedRun, type SavedRun } from '../../src/session/store/savedRun.ts';
import { type Chances, FakeWorld, NOTHING_WRONG } from './fakeWorld.ts';

const SEQUENCES = import.meta.env.TEST_LONG ? 10_000 : 400;
const LINKS = [
  'length=4&hidden=4&batch=1&lane=sgd&lane=path',
  'length=5&hidden=4&batch=1&lane=path',
  'length=4&hidden=5&batch=1&lane=adam&lane=sgd&lane=path',
];
const EXPERIMENTS = LINKS.map((link) => parseLink(link).experiment);

/** What a visitor, or the machine, may do at any moment. */
const ACTIONS = [
  'create',
  'edit',
  'continue',
  'reset',
  'play',
  'pause',
  'step',
  'addCopy',
  'removeCopy',
  'watch',
  'save',
  'loseDevice',
  'endWorker',
  'wait',
  'waitLong',
] as const;
type Action = (typeof ACTIONS)[number];

/** A page whose session is told what to do, and what must hold of it. */
class Visitor {
  readonly world: FakeWorld;
  readonly session: RunSession;
  /** What the browser keeps. */
  kept: SavedRun | null = null;
  /** The step at which the run at hand began, and the steps that were asked for since; null once it was played. */
  #began = 0;
  #asked: number | null = 0;
  #watching = false;

  constructor(seed: number, chances: Chances) {
    this.world = new FakeWorld(seed, chances);
    this.session = new RunSession({
      connect: this.world.connect,
      keeper: {
        keep: (run) => {
          this.kept = run;
          this.#opens(run);
        },
      },
      remember: () => {},
      base: () => 'http://localhost/',
      pageHasGpu: () => false,
      powerPreference: () => 'high-performance',
      isHidden: () => this.world.chance(0.5),
      clock: this.world.clock,
    });
  }

  get state() {
    return this.session.useRun.getState();
  }

  #fault(text: string): void {
    this.world.faults.push(text);
  }

  #opens(run: SavedRun): void {
    try {
      parseSavedRun(run);
    } catch (error) {
      this.#fault(`what was saved does not open: ${error}`);
    }
    const { step, parameters } = run.checkpoint;
    if (parameters.some((weight) => weight !== step && weight !== step * 2 && weight !== step / 2))
      this.#fault('weights of another step were saved');
  }

  #begin(step: number): void {
    this.#began = step;
    this.#asked = 0;
  }

  async do(action: Action): Promise<void> {
    const { session, world, state } = this;
    const { experiment, copies, status } = state;
    const pick = EXPERIMENTS[Math.floor(world.random() * EXPERIMENTS.length)] as (typeof EXPERIMENTS)[number];
    switch (action) {
      case 'create':
      case 'edit':
        session.prepareRun(pick, 'auto', null, action === 'create' ? 0 : 200);
        this.#begin(0);
        break;
      case 'continue':
        if (this.kept === null) break;
        session.continueRun(this.kept, null);
        this.#begin(this.kept.checkpoint.step);
        break;
      case 'reset':
        session.reset();
        this.#begin(0);
        break;
      case 'play':
        if (status === 'preparing' || status === 'idle' || status === 'paused') this.#asked = null;
        session.play();
        break;
      case 'pause':
        session.pause();
        break;
      case 'step':
        if ((status === 'idle' || status === 'paused') && this.#asked !== null) this.#asked++;
        session.step();
        break;
      case 'addCopy':
        if (experiment.lanes.length < 6) {
          const exponents = new Int8Array(experiment.hidden);
          exponents[0] = 1;
          session.addCopies([{ of: 0, exponents }]);
        }
        break;
      case 'removeCopy':
        if (copies.length > 0) session.removeCopy((copies[0] as (typeof copies)[number]).lane);
        break;
      case 'watch':
        this.#watching = !this.#watching;
        session.watch('inside', this.#watching);
        break;
      case 'save':
        session.saveSoon();
        break;
      case 'loseDevice':
        for (const engine of world.engines) engine.lose();
        break;
      case 'endWorker':
        world.endHost();
        break;
      case 'waitLong':
        for (let tick = 0; tick < 40; tick++) await world.tick();
        break;
      case 'wait':
        break;
    }
    for (let tick = Math.floor(world.random() * 4); tick > 0; tick--) await world.tick();
  }

  /** What holds once nothing is under way any more. */
  async atRest(mayFail: () => boolean): Promise<void> {
    this.session.pause();
    if (!(await this.world.settles())) this.#fault('it never comes to rest');
    const { status, data, saved, arranging, recovering, experiment } = this.state;
    const engines = [...this.world.engines];
    if (status === 'failed') {
      if (!mayFail()) this.#fault(`it failed for nothing: ${this.state.error}`);
      if (engines.length > 0) this.#fault('a failed run has an engine');
      return;
    }
    if (status !== 'idle' && status !== 'paused') this.#fault(`it stays ${status}`);
    if (arranging || recovering !== null) this.#fault('something is under way for ever');
    if (engines.length !== 1) this.#fault(`${engines.length} engines are there`);
    if (engines[0]?.step !== data.step) this.#fault(`${data.step} shown, ${engines[0]?.step} done`);
    if (engines[0]?.experiment.lanes.length !== experiment.lanes.length) this.#fault('other lanes train');
    if (data.step > 0 && saved?.checkpoint.step !== data.step)
      this.#fault(`at rest at step ${data.step} with a checkpoint of step ${saved?.checkpoint.step}`);
    if (this.#asked !== null && data.step !== this.#began + this.#asked)
      this.#fault(`${data.step} steps, asked were ${this.#began} + ${this.#asked}`);
  }

  /** A run that is played goes on. */
  async playsOn(): Promise<void> {
    if (this.state.status !== 'running') return;
    const { step } = this.state.data;
    for (let tick = 0; tick < 400 && this.state.data.step === step; tick++) await this.world.tick();
    if (this.state.status === 'running' && this.state.data.step === step)
      this.#fault('a run that plays does not go on');
  }

  /** From rest, steps that are asked for are done, whatever is lost on the way. */
  async stepsOn(): Promise<void> {
    const { status, data } = this.state;
    if (status === 'failed') return;
    const before = data.step;
    for (let count = 0; count < 3; count++) this.session.step();
    if (!(await this.world.settles())) this.#fault('steps by hand never end');
    if (this.state.status !== 'failed' && this.state.data.step !== before + 3)
      this.#fault(`3 steps from ${before} came to ${this.state.data.step}`);
  }
}

const actions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 25 });

async function run(seed: number, sequence: readonly Action[], chances: Chances): Promise<string[]> {
  const visitor = new Visitor(seed, chances);
  const { world } = visitor;
  await visitor.do('create');
  let ends = 0;
  for (const action of sequence) {
    if (action === 'endWorker') ends++;
    await visitor.do(action);
  }
  await visitor.playsOn();
  // A worker that ends three times within a minute fails the run, and so may an engine that fails.
  await visitor.atRest(() => world.failed || ends >= 3);
  world.chances = { ...NOTHING_WRONG, loss: chances.loss };
  await visitor.stepsOn();
  // A failed run leaves a page that works.
  world.chances = NOTHING_WRONG;
  await visitor.do('reset');
  await visitor.atRest(() => false);
  await visitor.stepsOn();
  return world.faults;
}

describe('whatever is done, in whatever order, and whatever is lost meanwhile', () => {
  const cases: readonly (readonly [string, Chances])[] = [
    ['with nothing but what visitors do', NOTHING_WRONG],
    ['with devices that are lost', { loss: 0.05, failure: 0, noEngine: 0 }],
    ['with engines that fail, too', { loss: 0.03, failure: 0.02, noEngine: 0.1 }],
  ];
  test.each(cases)('a run %s ends, steps and is saved as it should', async (_, chances) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), actions, async (seed, sequence) => {
        expect(await run(seed, sequence, chances)).toEqual([]);
      }),
      { numRuns: Math.ceil(SEQUENCES / cases.length), seed: 20161205 },
    );
  });
});
