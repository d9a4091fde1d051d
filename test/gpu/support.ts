import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  type OptimizerName,
} from '../../src/experiment/schema.ts';
import { shaders } from '../../src/session/shaders.ts';

/** What every engine of these tests runs on. */
export const context = { gpu: navigator.gpu, shaders };

export const isLong = import.meta.env.TEST_LONG === '1';

export const lane = (optimizer: OptimizerName, settings: Partial<Lane> = {}): Lane => ({
  ...defaultLane(optimizer, defaultExperiment()),
  ...settings,
});

export const adding = (settings: Partial<Experiment> = {}): Experiment => ({
  ...defaultExperiment('adding'),
  length: 10,
  hidden: 8,
  batch: 4,
  lanes: [lane('sgd'), lane('path')],
  ...settings,
});
