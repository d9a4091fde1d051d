import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  MAX_LANES,
} from '../../experiment/schema.ts';
import type { Batch, Measure, Task, TaskData } from '../../experiment/tasks/index.ts';
import { noiseTask } from '../checks/noise.ts';
import { shapeFor } from '../layout.ts';
import { gradientBlocksOf, pairsOf, type Tiling, type TilingChoice } from './sizes.ts';

/** A tiny experiment that runs the very kernels of a larger one. */
export interface Trial {
  readonly task: Task;
  readonly experiment: Experiment;
  /** The batch of every step, and the held-out one. */
  readonly batch: Batch;
  readonly tiling: Partial<TilingChoice>;
  /** Chunks of a weight gradient. */
  readonly splits: number;
  /** Most operations of a dispatch by which lanes, time steps and sums are cut. */
  readonly mostOperations: number;
}

/** Enough for kappa2 to have paths of several lengths, and for states to go through a workgroup's memory by turns. */
const LENGTH = 6;
/** More sequences than the largest tile has, and not a multiple of it. */
const BATCH = 5;
/** As many that a chunk of a weight gradient has rows for two blocks. */
const BATCH_OF_BLOCKS = 90;
/** Limits that every gradient and step exceeds, and none does. */
const LIMITS = [1e-4, 1e6] as const;

/**
 * The trial of an experiment whose lanes train one kind of network. Kernels are compiled for the network, inputs, outputs and loss, which
 * the trial has of the experiment, as it has every kind of lane; length, batch and lanes are uniforms, and small here. Inputs and targets
 * are noise: batches are tested apart.
 * @param tiling of the experiment on its adapter
 */
export function trialOf(task: Task, experiment: Experiment, data: TaskData | null, tiling: Tiling): Trial {
  const shape = shapeFor(task, experiment, data);
  const { inputs, outputs, segments } = shape;
  const { loss, readout, feedforward } = task;
  const noise = noiseTask({
    ...{ inputs, outputs, loss, readout, feedforward },
    ...(segments === null ? {} : { segments: 3 }),
  });
  const measure = smallMeasure(task.measure(experiment));
  const splits = Math.min(2, shape.splits);
  const hasBlocks = gradientBlocksOf(shape.length * shape.batch, shape.splits) > 1;
  const batchSize = hasBlocks ? BATCH_OF_BLOCKS : shape.network === 'urnn' ? 2 * pairsOf(shape) + 1 : BATCH;
  const tiny: Experiment = {
    ...defaultExperiment('adding'),
    ...{ length: LENGTH, hidden: experiment.hidden, layers: experiment.layers, batch: batchSize },
    lanes: kindsOf(experiment.lanes),
  };
  const request = { seed: 1, stream: 0, step: 1, firstSequence: 0, terms: 2, data: null } as const;
  const batch = noise.makeBatch({ ...request, batch: batchSize, length: LENGTH });
  return {
    task: {
      ...noise,
      measure: () => measure,
      heldOutSequences: () => batchSize,
      makeBatch: () => batch,
    },
    experiment: tiny,
    batch,
    // Everything else of a tiling follows from the network and the adapter.
    tiling: { tile: tiling.quads === 4 ? 'wide' : tiling.tile },
    splits,
    mostOperations: shape.hidden ** 2 * Math.min(LENGTH * batchSize, 4 * shape.hidden),
  };
}

/** The measure, on few steps. */
const smallMeasure = (measure: Measure): Measure =>
  measure.kind === 'accuracy' && measure.firstStep > 0 ? { ...measure, firstStep: LENGTH - 2 } : measure;

/**
 * One lane for each branch that the lanes take on the device: of lanes that differ in numbers only, one; where gradients or steps
 * are limited, one that is and one that is not.
 */
function kindsOf(lanes: readonly Lane[]): Lane[] {
  const kindOf = (
    { optimizer, network, activation, momentum, decay, clip, dualclip }: Lane,
    limit: number,
  ): Lane => {
    const plain = defaultLane(optimizer, { task: 'adding', length: LENGTH, seed: 1 }, network);
    const init = network === 'urnn' ? plain.init : 'gaussian';
    const limits = { clip: clip > 0 ? limit : 0, dualclip: dualclip > 0 ? limit : 0 };
    return { ...plain, init, activation, momentum, decay, rate: 0.01, ...limits };
  };
  // Every lane has its first kind before any has its second.
  const kinds = LIMITS.flatMap((limit) => lanes.map((lane) => kindOf(lane, limit)));
  const distinct = new Map(kinds.map((kind) => [JSON.stringify(kind), kind]));
  return [...distinct.values()].slice(0, MAX_LANES).map((kind, seed) => ({ ...kind, seed }));
}
