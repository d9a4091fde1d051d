import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  type OptimizerName,
} from '../../experiment/schema.ts';
import type { Task } from '../../experiment/tasks/index.ts';
import type { Engine } from '../engine.ts';
import type { ShaderSources } from '../shaders.ts';
import { createUntested } from '../webgpu/index.ts';
import type { CheckResult } from './compare.ts';

/** What the checks run on. */
export interface CheckContext {
  readonly gpu: GPU;
  readonly shaders: ShaderSources;
}

/**
 * Sets of checks, each within the next: each kernel in a shape or two, `check.html?few`; what a visitor runs, `check.html`; and every
 * one, `check.html?long`.
 */
const CHECK_SETS = ['few', 'short', 'long'] as const;
export type CheckSet = (typeof CHECK_SETS)[number];

/** Whether a check belongs to a set. */
export const isIn = (set: CheckSet, check: Pick<CheckCase, 'set'>): boolean =>
  CHECK_SETS.indexOf(check.set) <= CHECK_SETS.indexOf(set);

/** A check of the WebGPU engine on whatever device there is. */
export interface CheckCase {
  readonly name: string;
  /** The smallest set that it belongs to. */
  readonly set: CheckSet;
  /** @throws where the device fails altogether */
  run(context: CheckContext): Promise<readonly CheckResult[]>;
}

/** Hidden units of the checks of tilings: they fill neither the last quad nor the last slice of a sum. One number, so that kernels are shared. */
export const TILED_HIDDEN = 34;

/** Of checks of the adding problem whose point is no size: they share their kernels. */
export const ADDING_SIZES = { hidden: 12, layers: 2, batch: 4 } as const;

/** Time steps of a check that has no reason for another number. */
export const LENGTH = 10;

/** A lane for checks: `gaussian` has no structure that could hide a mistake. */
export const lane = (optimizer: OptimizerName, settings: Partial<Lane> = {}): Lane => ({
  ...defaultLane(optimizer, { task: 'adding', length: LENGTH, seed: 1 }),
  init: 'gaussian',
  ...settings,
});

export const experimentOf = (settings: Partial<Experiment>): Experiment => ({
  ...defaultExperiment('adding'),
  length: LENGTH,
  ...settings,
});

/** The engine on the device, whatever it computes. */
export const createGpu = (task: Task, experiment: Experiment, context: CheckContext): Promise<Engine> =>
  createUntested(task, experiment, { ...context, data: null });

/** Runs on engines that are disposed of whatever happens. */
export async function withEngines<Result>(
  engines: readonly Promise<Engine>[],
  use: (...engines: Engine[]) => Promise<Result>,
): Promise<Result> {
  const made = await Promise.all(engines);
  try {
    return await use(...made);
  } finally {
    for (const engine of made) engine.dispose();
  }
}
