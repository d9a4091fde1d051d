import { type Experiment, isPathOptimizer, type Lane } from '../../experiment/schema.ts';
import type { TaskData } from '../../experiment/tasks/index.ts';
import {
  assertRestorable,
  type Checkpoint,
  type Engine,
  type EngineInfo,
  type Evaluation,
  type MetricBatch,
  ShapeTooLargeError,
  type StepSnapshot,
} from '../engine.ts';
import { type Shape, shapeOf } from '../layout.ts';
import type { Answer, Call, Methods } from './laneServer.ts';

/** A worker in which `serveLanes` answers: one of a page, of another worker or of Node. */
export interface LaneWorker {
  post(call: Call): void;
  /** Says who hears of answers, and of the worker's end where it ends by itself. Called once, at first. */
  listen(onAnswer: (answer: Answer) => void, onEnd: (reason: string) => void): void;
  terminate(): void;
}

/** How lanes get workers. What starts one differs between pages and Node, and so is given. */
export interface LaneWorkers {
  /** @throws Error where there are no workers */
  start(): LaneWorker;
  /** Threads of the machine. */
  readonly threads: number;
  /** Whether a lone lane gets a worker too, so that the calling thread stays free. */
  readonly evenForOne: boolean;
}

/** Most workers: every one takes memory for its own states, and time to start. */
const MOST_WORKERS = 8;
/** Bytes that the states of all workers together may take, unless one alone takes more. */
const STATES_BYTES = 2 ** 30;

/** A step of a lane in units of a step of an SGD lane: path2 adds a product of H^3 to the 6 B H^2 of a time step. */
function costOf({ optimizer }: Lane, { hidden, batch }: Shape): number {
  if (!isPathOptimizer(optimizer)) return 1;
  return optimizer === 'path2' ? 1.1 + hidden / (3 * batch) : 1.1;
}

/**
 * Deals lanes to workers, the costly ones first, each to the one with the least to do.
 * @returns the lanes of each worker, in ascending order; one list where workers would gain nothing
 */
export function dealLanes(experiment: Experiment, shape: Shape, threads: number): number[][] {
  const { lanes, layers, length, batch, hidden } = shape;
  const statesOfOne = 2 * layers * (length + 1) * batch * hidden * Float32Array.BYTES_PER_ELEMENT;
  const affordable = Math.floor(STATES_BYTES / statesOfOne);
  const count = Math.max(1, Math.min(lanes, threads, MOST_WORKERS, affordable));
  const parts = Array.from({ length: count }, () => ({ lanes: [] as number[], cost: 0 }));
  const costs = experiment.lanes.map((lane, index) => ({ index, cost: costOf(lane, shape) }));
  for (const { index, cost } of costs.sort((a, b) => b.cost - a.cost)) {
    const part = parts.reduce((least, other) => (other.cost < least.cost ? other : least));
    part.lanes.push(index);
    part.cost += cost;
  }
  return parts.map((part) => part.lanes.sort((a, b) => a - b));
}

/** A worker that ended or could not be started, as opposed to an error of the engine in it. */
export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError';
}

/** An error that a worker answered with, as callers know it. */
const errorOf = ({ name, message }: { readonly name: string; readonly message: string }): Error => {
  if (name === 'ShapeTooLargeError') return new ShapeTooLargeError(message);
  return new Error(name === 'Error' ? message : `${name}: ${message}`);
};

/** What a call of a worker comes to. */
type Result<Name extends keyof Methods> = Awaited<ReturnType<Methods[Name]>>;

/** The calls of one worker, answered in their order. */
class Connection {
  readonly #worker: LaneWorker;
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  #ended: Error | null = null;

  constructor(worker: LaneWorker) {
    this.#worker = worker;
    worker.listen(
      (answer) => {
        const waiting = this.#waiting.shift();
        if (answer.error === null) waiting?.resolve(answer.value);
        else waiting?.reject(errorOf(answer.error));
      },
      (reason) => this.end(new WorkerEndedError(`A worker of the CPU engine ended: ${reason}`)),
    );
  }

  call<Name extends keyof Methods>(method: Name, ...args: Parameters<Methods[Name]>): Promise<Result<Name>> {
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      this.#worker.post({ method, args });
      this.#waiting.push({ resolve, reject });
    });
    return answer as Promise<Result<Name>>;
  }

  /** Ends the worker; what waits for an answer fails with the reason. */
  end(reason: Error): void {
    this.#ended ??= reason;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }
}

/** Some of an experiment's lanes and the worker that trains them. */
interface Part {
  readonly lanes: readonly number[];
  readonly experiment: Experiment;
  readonly connection: Connection;
}

/**
 * The CPU engine in float32 with its lanes dealt to workers, each with a CPU engine of its own: the same bits as the one
 * engine for all. The task's data go to each worker once.
 * @returns null where one engine in the calling thread does as well
 * @throws ShapeTooLargeError where the states do not fit in memory
 * @throws WorkerEndedError where workers cannot be started
 */
export async function createCpuEngineInWorkers(
  experiment: Experiment,
  data: TaskData | null,
  workers: LaneWorkers,
): Promise<Engine | null> {
  const shape = shapeOf(experiment, data);
  const dealt = dealLanes(experiment, shape, workers.threads);
  if (dealt.length === 1 && !workers.evenForOne) return null;
  const parts: Part[] = [];
  try {
    for (const lanes of dealt) {
      const own = { ...experiment, lanes: lanes.map((lane) => experiment.lanes[lane] as Lane) };
      parts.push({ lanes, experiment: own, connection: new Connection(start(workers)) });
    }
    const infos = await Promise.all(
      parts.map((part) => part.connection.call('create', part.experiment, data)),
    );
    return new CpuEngineInWorkers(experiment, shape, parts, infos[0] as EngineInfo);
  } catch (error) {
    for (const { connection } of parts) connection.end(error as Error);
    throw error;
  }
}

function start(workers: LaneWorkers): LaneWorker {
  try {
    return workers.start();
  } catch (error) {
    throw new WorkerEndedError(`A worker could not be started: ${String(error)}`);
  }
}

class CpuEngineInWorkers implements Engine {
  readonly info: EngineInfo;
  readonly experiment: Experiment;
  readonly #parts: readonly Part[];
  readonly #shape: Shape;
  #step = 0;
  /** What ended this engine: a failed call leaves its parts at different steps. */
  #ended: Error | null = null;

  constructor(experiment: Experiment, shape: Shape, parts: readonly Part[], info: EngineInfo) {
    const workers = parts.length === 1 ? 'a worker' : `${parts.length} workers`;
    this.info = { ...info, name: `${info.name}, ${workers}` };
    this.experiment = experiment;
    this.#parts = parts;
    this.#shape = shape;
  }

  get step(): number {
    return this.#step;
  }

  async train(steps: number): Promise<void> {
    await this.#all('train', steps);
    this.#step += steps;
  }

  async metrics(sinceStep: number): Promise<MetricBatch> {
    // A worker answers once it has trained: it may then have done more steps than were done at the call.
    const step = this.#step;
    const batches = await this.#all('metrics', sinceStep);
    return batches
      .flatMap((batch, index) => {
        const { lanes } = this.#parts[index] as Part;
        return batch.map((line) => ({ ...line, lane: lanes[line.lane] as number }));
      })
      .filter((line) => line.step <= step)
      .sort((a, b) => a.step - b.step || a.lane - b.lane);
  }

  async inspect(options: { readonly states?: boolean } = {}): Promise<StepSnapshot> {
    const snapshots = await this.#all('inspect', options);
    this.#step++;
    const { step, batch } = snapshots[0] as StepSnapshot;
    return { step, batch, lanes: this.#inOrder(snapshots.map(({ lanes }) => lanes)) };
  }

  async evaluate(sequences?: number): Promise<Evaluation> {
    const evaluations = await this.#all('evaluate', sequences);
    return { step: this.#step, lanes: this.#inOrder(evaluations.map(({ lanes }) => lanes)) };
  }

  async checkpoint(): Promise<Checkpoint> {
    const checkpoints = await this.#all('checkpoint');
    const join = <A extends Numbers>(arrayOf: (checkpoint: Checkpoint) => A): A =>
      this.#joined(checkpoints.map(arrayOf));
    return {
      version: 1,
      experiment: this.experiment,
      step: this.#step,
      parameters: join(({ parameters }) => parameters),
      velocity: join(({ velocity }) => velocity),
      squares: join(({ squares }) => squares),
      carried: join(({ carried }) => carried),
      stoppedAt: join(({ stoppedAt }) => stoppedAt),
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    assertRestorable(checkpoint, this.experiment, this.#shape);
    await this.#each((part) => {
      const take = <A extends Numbers>(array: A): A => this.#taken(array, part.lanes);
      return part.connection.call('restore', {
        ...checkpoint,
        experiment: part.experiment,
        parameters: take(checkpoint.parameters),
        velocity: take(checkpoint.velocity),
        squares: take(checkpoint.squares),
        carried: take(checkpoint.carried),
        stoppedAt: take(checkpoint.stoppedAt),
      });
    });
    this.#step = checkpoint.step;
  }

  dispose(): void {
    this.#end(new Error('This engine was disposed of.'));
  }

  /** Calls every part alike; the answers in the order of the parts. */
  #all<Name extends keyof Methods>(
    method: Name,
    ...args: Parameters<Methods[Name]>
  ): Promise<Result<Name>[]> {
    return this.#each(({ connection }) => connection.call(method, ...args));
  }

  async #each<Value>(call: (part: Part) => Promise<Value>): Promise<Value[]> {
    if (this.#ended) throw this.#ended;
    try {
      return await Promise.all(this.#parts.map(call));
    } catch (error) {
      this.#end(error as Error);
      throw error;
    }
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const { connection } of this.#parts) connection.end(reason);
  }

  /** Puts what the parts have of each lane in the order of the lanes. */
  #inOrder<Value>(ofParts: readonly (readonly Value[])[]): Value[] {
    const all = new Array<Value>(this.#shape.lanes);
    for (const [index, { lanes }] of this.#parts.entries()) {
      for (const [own, lane] of lanes.entries())
        all[lane] = (ofParts[index] as readonly Value[])[own] as Value;
    }
    return all;
  }

  /** Joins the arrays [own lanes, width] of all parts to one [lanes, width]. */
  #joined<A extends Numbers>(ofParts: readonly A[]): A {
    const length = ofParts.reduce((sum, array) => sum + array.length, 0);
    const width = length / this.#shape.lanes;
    const all = newLike(ofParts[0] as A, length);
    for (const [index, { lanes }] of this.#parts.entries()) {
      for (const [own, lane] of lanes.entries()) {
        all.set((ofParts[index] as A).subarray(own * width, (own + 1) * width), lane * width);
      }
    }
    return all;
  }

  /** The rows of some lanes of an array [lanes, width]. */
  #taken<A extends Numbers>(all: A, lanes: readonly number[]): A {
    const width = all.length / this.#shape.lanes;
    const taken = newLike(all, lanes.length * width);
    for (const [own, lane] of lanes.entries()) {
      taken.set(all.subarray(lane * width, (lane + 1) * width), own * width);
    }
    return taken;
  }
}

type Numbers = Float32Array | Float64Array | Uint32Array;

const newLike = <A extends Numbers>(array: A, length: number): A =>
  new (array.constructor as new (length: number) => A)(length);
