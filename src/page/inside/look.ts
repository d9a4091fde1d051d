import type { LaneSnapshot } from '../../engine/engine.ts';
import type { Shape } from '../../engine/layout.ts';
import type { Experiment } from '../../experiment/schema.ts';
import type { Batch } from '../../experiment/tasks/index.ts';
import type { LaneStyle } from '../laneStyle.ts';

/** What the sections look at: one step of every lane, and which lane and layer are chosen. */
export interface Look {
  readonly experiment: Experiment;
  /** The one about to be taken. */
  readonly step: number;
  /** Of the lane that is looked at. */
  readonly shape: Shape;
  /** Of every lane. */
  readonly shapes: readonly Shape[];
  readonly batch: Batch;
  readonly lanes: readonly LaneSnapshot[];
  readonly styles: readonly LaneStyle[];
  /** The lane that is looked at, its number and what it is. */
  readonly lane: number;
  readonly snapshot: LaneSnapshot;
  /** From 0. */
  readonly layer: number;
}

/** What a section shows. */
export interface SectionProps {
  readonly look: Look;
}

/** Whether path quantities say anything of a lane: they are made for units that rescaling leaves as they are. */
export const hasPaths = ({ experiment }: Look, lane: number): boolean =>
  experiment.lanes[lane]?.activation === 'relu' && experiment.lanes[lane].network !== 'urnn';

/** Why path quantities say nothing of a lane: the units that it has instead. */
export const unitsWithoutPaths = ({ experiment }: Look, lane: number): string =>
  experiment.lanes[lane]?.network === 'urnn' ? 'the complex units of a uRNN' : 'tanh units';
