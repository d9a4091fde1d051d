import type { Experiment, Lane, NetworkName } from '../experiment/schema.ts';
import {
  assertRestorable,
  type Checkpoint,
  carriedStates,
  type Engine,
  type EngineInfo,
  EngineLostError,
  type Evaluation,
  type MetricBatch,
  type StepSnapshot,
} from './engine.ts';
import { type LaneSpan, laneSpans, type Shape } from './layout.ts';

/** What a part of a joined engine does: an engine's work, at once or by messages. */
export interface PartEngine extends Omit<Engine, 'info' | 'experiment' | 'step' | 'dispose'> {
  /** Ends it; what waits for an answer may fail with the reason. */
  end(reason: Error): void;
}

/** Some of an experiment's lanes. */
export interface LanePart {
  /** Their numbers in the whole experiment, ascending. */
  readonly lanes: readonly number[];
  /** The experiment with these lanes alone. */
  readonly experiment: Experiment;
}

/** Some of an experiment's lanes and what trains them. */
export interface EnginePart extends LanePart {
  readonly engine: PartEngine;
}

/** The part with some lanes of an experiment. */
export const partOf = (experiment: Experiment, lanes: readonly number[]): LanePart => ({
  lanes,
  experiment: { ...experiment, lanes: lanes.map((lane) => experiment.lanes[lane] as Lane) },
});

/** The lanes of an experiment by the network that they train, whose sizes differ. */
export function partsByNetwork(experiment: Experiment): LanePart[] {
  const byNetwork = new Map<NetworkName, number[]>();
  for (const [index, { network }] of experiment.lanes.entries()) {
    const lanes = byNetwork.get(network);
    if (lanes) lanes.push(index);
    else byNetwork.set(network, [index]);
  }
  return [...byNetwork.values()].map((lanes) => partOf(experiment, lanes));
}

/** A whole engine as a part of a joined one. */
export const asPart = (engine: Engine): PartEngine => ({
  train: (steps) => engine.train(steps),
  metrics: (sinceStep) => engine.metrics(sinceStep),
  inspect: (options) => engine.inspect(options),
  evaluate: (sequences) => engine.evaluate(sequences),
  checkpoint: () => engine.checkpoint(),
  restore: (checkpoint) => engine.restore(checkpoint),
  onLoss: (listener) => engine.onLoss(listener),
  end: () => engine.dispose(),
});

/** What parts compute on, each word that differs once: "float32, WebAssembly and TypeScript". */
export function joinedInfo(infos: readonly EngineInfo[]): EngineInfo {
  const [first, ...others] = infos as readonly [EngineInfo, ...EngineInfo[]];
  const words = others.map(({ name }) => name.split(', '));
  const name = first.name
    .split(', ')
    .map((word, place) => [...new Set([word, ...words.flatMap((own) => own[place] ?? [])])].join(' and '))
    .join(', ');
  return { ...first, name };
}

/** One engine out of several that each train some of its lanes, on the same batches, with the same bits as each alone. */
export class JoinedEngine implements Engine {
  readonly info: EngineInfo;
  readonly experiment: Experiment;
  readonly #parts: readonly EnginePart[];
  readonly #shapes: readonly Shape[];
  #step = 0;
  /** What ended this engine: a failed call leaves its parts at different steps. */
  #ended: Error | null = null;
  #onLoss: (loss: EngineLostError) => void = () => {};

  /** @param shapes of each lane, see `laneShapes` */
  constructor(
    experiment: Experiment,
    shapes: readonly Shape[],
    parts: readonly EnginePart[],
    info: EngineInfo,
  ) {
    this.info = info;
    this.experiment = experiment;
    this.#parts = parts;
    this.#shapes = shapes;
    for (const { engine } of parts) engine.onLoss((loss) => this.#end(loss));
  }

  get step(): number {
    return this.#step;
  }

  async train(steps: number): Promise<void> {
    await this.#each(({ engine }) => engine.train(steps));
    this.#step += steps;
  }

  async metrics(sinceStep: number): Promise<MetricBatch> {
    // A part may answer once it has trained: it may then have done more steps than were done at the call.
    const step = this.#step;
    const batches = await this.#each(({ engine }) => engine.metrics(sinceStep));
    return batches
      .flatMap((batch, index) => {
        const { lanes } = this.#parts[index] as EnginePart;
        return batch.map((line) => ({ ...line, lane: lanes[line.lane] as number }));
      })
      .filter((line) => line.step <= step)
      .sort((a, b) => a.step - b.step || a.lane - b.lane);
  }

  async inspect(options: { readonly states?: boolean } = {}): Promise<StepSnapshot> {
    const snapshots = await this.#each(({ engine }) => engine.inspect(options));
    this.#step++;
    const { step, batch } = snapshots[0] as StepSnapshot;
    return { step, batch, lanes: this.#inOrder(snapshots.map(({ lanes }) => lanes)) };
  }

  async evaluate(sequences?: number): Promise<Evaluation> {
    const evaluations = await this.#each(({ engine }) => engine.evaluate(sequences));
    return { step: this.#step, lanes: this.#inOrder(evaluations.map(({ lanes }) => lanes)) };
  }

  async checkpoint(): Promise<Checkpoint> {
    const checkpoints = await this.#each(({ engine }) => engine.checkpoint());
    const join = <A extends Numbers>(
      arrayOf: (checkpoint: Checkpoint) => A,
      widthOf: (shape: Shape) => number,
    ): A => this.#joined(checkpoints.map(arrayOf), widthOf);
    return {
      version: 1,
      experiment: this.experiment,
      step: this.#step,
      parameters: join(({ parameters }) => parameters, parametersOf),
      velocity: join(({ velocity }) => velocity, parametersOf),
      squares: join(({ squares }) => squares, parametersOf),
      carried: join(({ carried }) => carried, carriedStates),
      stoppedAt: join(({ stoppedAt }) => stoppedAt, one),
    };
  }

  async restore(checkpoint: Checkpoint): Promise<void> {
    assertRestorable(checkpoint, this.experiment, this.#shapes);
    await this.#each((part) => {
      const take = <A extends Numbers>(array: A, widthOf: (shape: Shape) => number): A =>
        this.#taken(array, part.lanes, widthOf);
      return part.engine.restore({
        ...checkpoint,
        experiment: part.experiment,
        parameters: take(checkpoint.parameters, parametersOf),
        velocity: take(checkpoint.velocity, parametersOf),
        squares: take(checkpoint.squares, parametersOf),
        carried: take(checkpoint.carried, carriedStates),
        stoppedAt: take(checkpoint.stoppedAt, one),
      });
    });
    this.#step = checkpoint.step;
  }

  onLoss(listener: (loss: EngineLostError) => void): void {
    this.#onLoss = listener;
    if (this.#ended instanceof EngineLostError) listener(this.#ended);
  }

  dispose(): void {
    this.#onLoss = () => {};
    this.#end(new Error('This engine was disposed of.'));
  }

  /** Calls every part; the answers in the order of the parts. */
  async #each<Value>(call: (part: EnginePart) => Promise<Value>): Promise<Value[]> {
    if (this.#ended) throw this.#ended;
    try {
      return await Promise.all(this.#parts.map(call));
    } catch (error) {
      this.#end(error as Error);
      throw error;
    }
  }

  #end(reason: Error): void {
    const first = this.#ended === null;
    this.#ended ??= reason;
    for (const { engine } of this.#parts) engine.end(reason);
    if (first && reason instanceof EngineLostError) this.#onLoss(reason);
  }

  /** Puts what the parts have of each lane in the order of the lanes. */
  #inOrder<Value>(ofParts: readonly (readonly Value[])[]): Value[] {
    const all = new Array<Value>(this.#shapes.length);
    for (const [index, { lanes }] of this.#parts.entries()) {
      for (const [own, lane] of lanes.entries())
        all[lane] = (ofParts[index] as readonly Value[])[own] as Value;
    }
    return all;
  }

  /** Joins the arrays of all parts to one. */
  #joined<A extends Numbers>(ofParts: readonly A[], widthOf: (shape: Shape) => number): A {
    const length = ofParts.reduce((sum, array) => sum + array.length, 0);
    const all = newLike(ofParts[0] as A, length);
    const spans = this.#spans(widthOf);
    for (const [index, { lanes }] of this.#parts.entries()) {
      let from = 0;
      for (const lane of lanes) {
        const { first, end } = spans[lane] as LaneSpan;
        all.set((ofParts[index] as A).subarray(from, from + end - first), first);
        from += end - first;
      }
    }
    return all;
  }

  /** The parts of some lanes of an array, one after another. */
  #taken<A extends Numbers>(all: A, lanes: readonly number[], widthOf: (shape: Shape) => number): A {
    const spans = this.#spans(widthOf);
    const pieces = lanes.map((lane) => {
      const { first, end } = spans[lane] as LaneSpan;
      return all.subarray(first, end);
    });
    const taken = newLike(
      all,
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    );
    let to = 0;
    for (const piece of pieces) {
      taken.set(piece, to);
      to += piece.length;
    }
    return taken;
  }

  #spans(widthOf: (shape: Shape) => number): LaneSpan[] {
    return laneSpans(this.#shapes.map(widthOf));
  }
}

// Of one lane each.
const parametersOf = ({ parameters }: Shape): number => parameters;
const one = (): number => 1;

type Numbers = Float32Array | Float64Array | Uint32Array;

const newLike = <A extends Numbers>(array: A, length: number): A =>
  new (array.constructor as new (length: number) => A)(length);
