import { type Experiment, isPathOptimizer, type Lane } from '../../experiment/schema.ts';
import type { TaskData } from '../../experiment/tasks/index.ts';
import { type Engine, EngineLostError, ShapeTooLargeError } from '../engine.ts';
import { JoinedEngine, joinedInfo, type PartEngine, partOf } from '../joined.ts';
import { laneShapes, type Shape } from '../layout.ts';
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

/**
 * A step of a lane in units of 6 multiplications for each weight, time step and sequence, as an SGD lane takes them in
 * WebAssembly: path2 adds a product of H^3 to the 6 B H^2 of a time step; a uRNN computes some 200 operations for each number
 * of a state in plain TypeScript, which takes about four times as long.
 */
function costOf({ optimizer }: Lane, { network, hidden, batch }: Shape): number {
  const units = hidden * hidden * batch;
  if (network === 'urnn') return (4 * 200 * hidden * batch) / 6;
  if (!isPathOptimizer(optimizer)) return units;
  return optimizer === 'path2' ? 1.1 * units + hidden ** 3 / 3 : 1.1 * units;
}

/** Numbers of the states of a lane, with what is kept of each beside it. */
const statesOf = ({ network, layers, length, batch, hidden }: Shape): number =>
  (network === 'urnn' ? 4 : 2) * layers * (length + 1) * batch * hidden;

/**
 * Deals lanes to workers, the costly ones first, each to the one with the least to do.
 * @param shapes of each lane
 * @returns the lanes of each worker, in ascending order; one list where workers would gain nothing
 */
export function dealLanes(experiment: Experiment, shapes: readonly Shape[], threads: number): number[][] {
  const statesOfOne = Math.max(...shapes.map(statesOf)) * Float32Array.BYTES_PER_ELEMENT;
  const affordable = Math.floor(STATES_BYTES / statesOfOne);
  const count = Math.max(1, Math.min(shapes.length, threads, MOST_WORKERS, affordable));
  const parts = Array.from({ length: count }, () => ({ lanes: [] as number[], cost: 0 }));
  const costs = experiment.lanes.map((lane, index) => ({
    index,
    cost: costOf(lane, shapes[index] as Shape),
  }));
  for (const { index, cost } of costs.sort((a, b) => b.cost - a.cost)) {
    const part = parts.reduce((least, other) => (other.cost < least.cost ? other : least));
    part.lanes.push(index);
    part.cost += cost;
  }
  return parts.map((part) => part.lanes.sort((a, b) => a - b));
}

/** A worker that ended or could not be started, as opposed to an error of the engine in it. */
export class WorkerEndedError extends EngineLostError {
  override readonly name = 'WorkerEndedError';
  /** Workers that the engine had. */
  readonly workers: number;

  constructor(message: string, workers: number) {
    super(message);
    this.workers = workers;
  }
}

/** Workers for an engine that goes on after one of `used` ended, most likely for want of memory; undefined: none. */
export const fewerWorkers = (workers: LaneWorkers | undefined, used: number): LaneWorkers | undefined =>
  workers && used > 1 ? { ...workers, threads: used - 1 } : undefined;

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
  #onLoss: (loss: EngineLostError) => void = () => {};

  /** @param workers of the engine that this one works for */
  constructor(worker: LaneWorker, workers: number) {
    this.#worker = worker;
    worker.listen(
      (answer) => {
        const waiting = this.#waiting.shift();
        if (answer.error === null) waiting?.resolve(answer.value);
        else waiting?.reject(errorOf(answer.error));
      },
      (reason) => {
        // Node tells of an error and then of the exit; and what we ended ourselves is no loss.
        if (this.#ended) return;
        const loss = new WorkerEndedError(`A worker of the CPU engine ended: ${reason}`, workers);
        this.end(loss);
        this.#onLoss(loss);
      },
    );
  }

  onLoss(listener: (loss: EngineLostError) => void): void {
    this.#onLoss = listener;
    if (this.#ended instanceof EngineLostError) listener(this.#ended);
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

/** A worker's engine, which answers in the order of the calls. */
const partOfWorker = (connection: Connection): PartEngine => ({
  train: (steps) => connection.call('train', steps),
  metrics: (sinceStep) => connection.call('metrics', sinceStep),
  inspect: (options) => connection.call('inspect', options),
  evaluate: (sequences) => connection.call('evaluate', sequences),
  checkpoint: () => connection.call('checkpoint'),
  restore: (checkpoint) => connection.call('restore', checkpoint),
  onLoss: (listener) => connection.onLoss(listener),
  end: (reason) => connection.end(reason),
});

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
  const shapes = laneShapes(experiment, data);
  const dealt = dealLanes(experiment, shapes, workers.threads);
  if (dealt.length === 1 && !workers.evenForOne) return null;
  const connections: Connection[] = [];
  try {
    for (const _ of dealt) connections.push(new Connection(start(workers), dealt.length));
    const parts = dealt.map((lanes, index) => ({
      ...partOf(experiment, lanes),
      engine: partOfWorker(connections[index] as Connection),
    }));
    const infos = await Promise.all(
      parts.map((part, index) => (connections[index] as Connection).call('create', part.experiment, data)),
    );
    const info = joinedInfo(infos);
    const name = `${info.name}, ${parts.length === 1 ? 'a worker' : `${parts.length} workers`}`;
    return new JoinedEngine(experiment, shapes, parts, { ...info, name });
  } catch (error) {
    for (const connection of connections) connection.end(error as Error);
    throw error;
  }
}

function start(workers: LaneWorkers): LaneWorker {
  try {
    return workers.start();
  } catch (error) {
    throw new WorkerEndedError(`A worker could not be started: ${String(error)}`, 0);
  }
}
