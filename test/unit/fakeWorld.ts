import type { CreatedEngine, EngineRequest } from '../../src/engine/create.ts';
import {
  assertRestorable,
  type Checkpoint,
  carriedStates,
  DeviceLostError,
  type Engine,
  type EngineInfo,
  type EngineLostError,
  type Evaluation,
  type MetricBatch,
  NoAdapterError,
  type StepSnapshot,
} from '../../src/engine/engine.ts';
import { laneShapes } from '../../src/engine/layout.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import type { ClientEvent, Connect } from '../../src/session/page/client.ts';
import type { Clock } from '../../src/session/worker/clock.ts';
import { createHost, type Host } from '../../src/session/worker/host.ts';
import { randomFrom } from '../random.ts';

/** How likely it is, each time something is done, that it goes wrong. */
export interface Chances {
  /** A call of an engine finds its device lost. */
  readonly loss: number;
  /** A call of an engine fails otherwise. */
  readonly failure: number;
  /** An engine cannot be made. */
  readonly noEngine: number;
}

export const NOTHING_WRONG: Chances = { loss: 0, failure: 0, noEngine: 0 };

/** A page and what trains, in one thread and with a made-up time: everything takes a random time, and some of it goes wrong. */
export class FakeWorld {
  chances: Chances;
  /** What must never happen. */
  readonly faults: string[] = [];
  readonly engines = new Set<FakeEngine>();
  /** Grows whenever something happens. */
  activity = 0;
  /** Whether something went wrong for which a run may end. */
  failed = false;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  #now = 0;
  #host: Host | null = null;
  #endHost: ((reason: string) => void) | null = null;

  constructor(seed: number, chances: Chances) {
    this.random = randomFrom(seed);
    this.chances = chances;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  readonly clock: Clock = {
    now: () => this.#now,
    sleep: async (milliseconds) => {
      await this.pass();
      this.#now += milliseconds;
    },
  };

  /** Lets everything else happen for a moment. */
  tick(): Promise<void> {
    this.#now += 1;
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** A random time of 0 to 3 moments. */
  async pass(): Promise<void> {
    this.activity++;
    for (let left = Math.floor(4 * this.random()); left > 0; left--) await this.tick();
    this.activity++;
  }

  /** Waits until nothing happens any more; false where that takes for ever. */
  async settles(): Promise<boolean> {
    for (let round = 0; round < 2000; round++) {
      const { activity } = this;
      for (let quiet = 0; quiet < 8; quiet++) await this.tick();
      if (activity === this.activity) return true;
    }
    return false;
  }

  /** Whether there is a GPU. */
  hasAdapter = true;

  readonly create = async (request: EngineRequest): Promise<CreatedEngine> => {
    await this.pass();
    if (!this.hasAdapter && request.kind !== 'cpu') throw new NoAdapterError('There is no adapter.');
    if (this.chance(this.chances.noEngine)) {
      this.failed = true;
      throw new Error('There is no memory for this.');
    }
    const engine = new FakeEngine(this, request.experiment, request.kind === 'cpu' ? 'cpu' : 'webgpu');
    this.engines.add(engine);
    try {
      if (request.from) await engine.restore(request.from);
    } catch (error) {
      engine.dispose();
      throw error;
    }
    return { engine, fallback: null };
  };

  /** What trains ends by itself, as a worker without memory does. */
  endHost(): void {
    this.#endHost?.('The training worker stopped.');
  }

  /** Messages take a random time both ways, and keep their order. */
  readonly connect: Connect = (onEvent) => {
    const inOrder = () => {
      let last = Promise.resolve();
      return (deliver: () => void): void => {
        last = last.then(() => this.pass()).then(deliver);
      };
    };
    const startHost = (): Host => {
      const back = inOrder();
      let over = false;
      const post = (event: ClientEvent): void => back(() => over || onEvent(event));
      const host = createHost({
        gpu: undefined,
        mayRefuse: false,
        laneWorkers: undefined,
        create: this.create,
        clock: this.clock,
        post,
      });
      this.#endHost = (reason) => {
        if (over) return;
        over = true;
        host.receive({ type: 'dispose' });
        this.#host = null;
        onEvent({ type: 'ended', reason });
      };
      return host;
    };
    const there = inOrder();
    return {
      send: (command) => {
        const host = this.#host ?? startHost();
        this.#host = host;
        there(() => host === this.#host && host.receive(command));
      },
    };
  };
}

const INFO: Readonly<Record<'webgpu' | 'cpu', EngineInfo>> = {
  webgpu: { kind: 'webgpu', name: 'made-up GPU', software: false },
  cpu: { kind: 'cpu', name: 'made-up CPU', software: false },
};

/** Computes nothing: weights are the number of the step, so that a lost or doubled step shows. */
export class FakeEngine implements Engine {
  readonly info: EngineInfo;
  readonly experiment: Experiment;
  disposed = false;
  step = 0;
  readonly #world: FakeWorld;
  #lost: EngineLostError | null = null;
  #listener: (loss: EngineLostError) => void = () => {};

  constructor(world: FakeWorld, experiment: Experiment, kind: 'webgpu' | 'cpu') {
    this.#world = world;
    this.experiment = experiment;
    this.info = INFO[kind];
  }

  /** The device goes away. */
  lose(): void {
    if (this.#lost || this.disposed || this.info.kind === 'cpu') return;
    this.#lost = new DeviceLostError('The GPU was lost (made up).');
    this.#listener(this.#lost);
  }

  async train(steps: number): Promise<void> {
    if (this.disposed) this.#world.faults.push('an engine that is disposed of was told to train');
    await this.#call();
    // A real device may have lost some of them.
    this.step += steps;
    await this.#call();
  }

  async metrics(sinceStep: number): Promise<MetricBatch> {
    const { step } = this;
    await this.#call();
    const steps = Array.from({ length: Math.max(0, step - sinceStep) }, (_, index) => sinceStep + 1 + index);
    return steps.flatMap((at) =>
      this.experiment.lanes.map((_, lane) => ({
        step: at,
        lane,
        loss: 1 / at,
        metric: 0.5,
        gradientNorm: 1,
        pathNormLog2: 0,
        stopped: null,
      })),
    );
  }

  async inspect(): Promise<StepSnapshot> {
    await this.#call();
    this.step++;
    return {
      step: this.step,
      batch: { inputs: new Float32Array(0), targets: new Float32Array(0) },
      lanes: [],
    };
  }

  async evaluate(): Promise<Evaluation> {
    await this.#call();
    return { step: this.step, lanes: this.experiment.lanes.map(() => ({ loss: 0.1, metric: 0.5 })) };
  }

  async checkpoint(): Promise<Checkpoint> {
    const { step } = this;
    await this.#call();
    const shapes = laneShapes(this.experiment);
    const numbers = shapes.reduce((sum, { parameters }) => sum + parameters, 0);
    return {
      version: 1,
      experiment: this.experiment,
      step,
      parameters: new Float32Array(numbers).fill(step),
      velocity: new Float32Array(numbers),
      squares: new Float32Array(numbers),
      carried: new Float32Array(shapes.reduce((sum, shape) => sum + carriedStates(shape), 0)),
      stoppedAt: new Uint32Array(shapes.length),
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    assertRestorable(checkpoint, this.experiment, laneShapes(this.experiment));
    await this.#call();
    this.step = checkpoint.step;
  }

  onLoss(listener: (loss: EngineLostError) => void): void {
    this.#listener = listener;
    if (this.#lost) listener(this.#lost);
  }

  dispose(): void {
    this.disposed = true;
    this.#world.engines.delete(this);
  }

  /** What every call takes, and how it may end. */
  async #call(): Promise<void> {
    const world = this.#world;
    const { loss, failure } = world.chances;
    await world.pass();
    if (this.disposed) throw new Error('This engine was disposed of.');
    if (world.chance(loss)) this.lose();
    if (this.#lost) throw this.#lost;
    if (world.chance(failure)) {
      world.failed = true;
      throw new Error('The GPU did something else.');
    }
  }
}
