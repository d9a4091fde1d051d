import { initialParametersFor, unbalanceFactors } from '../../engine/initialise.ts';
import { shapeOf } from '../../engine/layout.ts';
import type { Experiment, Lane } from '../../experiment/schema.ts';
import type { TaskData } from '../../experiment/tasks/index.ts';
import { comparePatterns, type ExactReach, exactReach } from '../../reachability/exact.ts';
import { QuestionError } from '../../reachability/network.ts';
import { answersForPairs, type PairAnswer } from '../../reachability/pairs.ts';
import { laneSubject, type Question, randomSubject, type Subject } from '../../reachability/question.ts';
import { type Reach, reach } from '../../reachability/reach.ts';
import { type Replay, replay, shownUnits } from '../../reachability/replay.ts';
import type { Settings } from '../../reachability/settings.ts';
import { countsOverTraining, type TrainingCount } from '../../reachability/training.ts';

/** The network of a run's step, taken out of it. */
export interface Taken {
  readonly experiment: Experiment;
  /** Updates so far. */
  readonly step: number;
  /** Null: those that the lanes start from. */
  readonly parameters: readonly (Float32Array | Float64Array)[] | null; // [lane] of [parameters]
}

/** What a worker is asked. */
export interface Request {
  readonly kind: 'answer' | 'exact' | 'pairs' | 'training';
  /** Null where a random network is looked at. */
  readonly taken: Taken | null;
  readonly settings: Settings;
  /** Hidden units of the network are multiplied by these powers of two; null: by none. */
  readonly exponents: Int8Array | null; // [layers, hidden]
  /** Address of the page, below which data/ lies. */
  readonly base: string;
}

/** The answer with all that is said of it. */
export interface Answer {
  readonly question: Question;
  readonly reach: Reach;
  readonly hidden: number;
  readonly layers: number;
  /** Those whose images are kept, from 0. */
  readonly units: readonly [number, number];
  /** The worst point through the training engine's own forward pass. */
  readonly replays: { readonly float32: Replay; readonly float64: Replay };
}

/** The search in whole numbers beside that in floats. */
export interface ExactAnswer {
  readonly exact: Omit<ExactReach, 'patterns'>;
  readonly samePatterns: boolean;
  readonly regions: number;
}

/** What a worker tells. */
export type Event =
  | { readonly type: 'progress'; readonly text: string; readonly fraction: number | null }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'exact'; readonly answer: ExactAnswer }
  | { readonly type: 'pair'; readonly pair: PairAnswer }
  | { readonly type: 'count'; readonly count: TrainingCount }
  | { readonly type: 'done' };

function subjectOf({ taken, settings, exponents }: Request, data: TaskData | null): Subject {
  const subject =
    taken === null || settings.network === 'random'
      ? randomSubject(settings)
      : laneSubject(taken.experiment, data, parametersOf(taken, data, settings.lane), settings);
  if (exponents === null) return subject;
  const { shape, parameters } = subject;
  const factors = unbalanceFactors(shape, Int32Array.from(exponents));
  // Exact in float64, whatever the weights.
  const rescaled = Float64Array.from(parameters, (value, index) => value * (factors[index] as number));
  return { ...subject, parameters: rescaled };
}

/** The parameters of a lane, from 1. */
function parametersOf(
  { experiment, parameters }: Taken,
  data: TaskData | null,
  lane: number,
): Float32Array | Float64Array {
  const settings = experiment.lanes[lane - 1];
  if (!settings)
    throw new QuestionError(`There is no lane ${lane}: the experiment has ${experiment.lanes.length}.`);
  const own = parameters?.[lane - 1];
  return own ?? initialParametersFor(shapeOf({ ...experiment, lanes: [settings] as Lane[] }, data), settings);
}

function answerOf(request: Request, data: TaskData | null, post: (event: Event) => void): Answer {
  const { settings } = request;
  const subject = subjectOf(request, data);
  const units = shownUnits(subject, settings);
  const found = reach(subject, {
    cap: settings.cells,
    units,
    onProgress: (regions, pending) =>
      post({ type: 'progress', text: `${regions.toLocaleString('en')} regions`, fraction: 1 - pending }),
  });
  const { hidden, layers } = subject.shape;
  const replays = {
    float32: replay(subject, found.worst.point, 'float32'),
    float64: replay(subject, found.worst.point, 'float64'),
  };
  return { question: subject.question, reach: found, hidden, layers, units, replays };
}

function exactOf(request: Request, data: TaskData | null, post: (event: Event) => void): ExactAnswer {
  const { settings } = request;
  const subject = subjectOf(request, data);
  const { cells } = reach(subject, { cap: settings.cells, units: [0, 1] });
  const { patterns, ...exact } = exactReach(subject, settings.cells, (regions) =>
    post({
      type: 'progress',
      text: `${regions.toLocaleString('en')} of ${cells.count.toLocaleString('en')} regions`,
      fraction: Math.min(1, regions / cells.count),
    }),
  );
  return { exact, samePatterns: comparePatterns(cells, { patterns }).same, regions: cells.count };
}

/**
 * Does what a request asks, and posts what comes of it.
 * @param loadData of an experiment's task
 */
export async function work(
  request: Request,
  loadData: (experiment: Experiment) => Promise<TaskData | null>,
  post: (event: Event) => void | Promise<void>,
): Promise<void> {
  const { kind, taken, settings } = request;
  const data = taken === null || settings.network === 'random' ? null : await loadData(taken.experiment);
  if (kind === 'answer') post({ type: 'answer', answer: answerOf(request, data, post) });
  else if (kind === 'exact') post({ type: 'exact', answer: exactOf(request, data, post) });
  else if (taken === null) throw new QuestionError('A random network has neither marked steps nor training.');
  else if (kind === 'pairs') {
    const parameters = parametersOf(taken, data, settings.lane);
    for (const pair of answersForPairs(taken.experiment, data, parameters, settings))
      await post({ type: 'pair', pair });
  } else {
    for await (const count of countsOverTraining(taken.experiment, data, settings, taken.step)) {
      await post({ type: 'count', count });
    }
  }
  await post({ type: 'done' });
}
