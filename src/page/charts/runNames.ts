import { formatLane } from '../../experiment/link.ts';
import type { Experiment } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import type { EarlierRun } from '../../session/page/earlierRuns.ts';
import { laneStyles } from '../laneStyle.ts';

/** Settings of an experiment that a name tells, in its order. */
const SETTINGS = ['length', 'terms', 'hidden', 'layers', 'batch', 'seed', 'data'] as const;
/** Lanes that a name tells; more would make it a list. */
const MOST_NAMED_LANES = 2;

/**
 * How an experiment differs from another, in a few words: "hidden 64; SGD, rate 0.2". What follows from the task (its
 * length, its data) is not told beside it.
 */
export function differenceOf(experiment: Experiment, from: Experiment): string {
  const parts: string[] = [];
  const otherTask = experiment.task !== from.task;
  if (otherTask) parts.push(taskOf(experiment).title);
  for (const key of SETTINGS) {
    const follows = otherTask && (key === 'length' || key === 'terms' || key === 'data');
    if (experiment[key] !== from[key] && !follows) parts.push(`${key} ${experiment[key]}`);
  }
  const others = new Set(from.lanes.map((lane) => formatLane(lane, from)));
  const styles = laneStyles(experiment);
  const lanes = styles.filter((_, index) => {
    const lane = experiment.lanes[index];
    return lane && !others.has(formatLane(lane, experiment));
  });
  if (lanes.length > MOST_NAMED_LANES) parts.push(`${lanes.length} other lanes`);
  else parts.push(...lanes.map(({ name }) => name));
  if (parts.length === 0 && experiment.lanes.length !== from.lanes.length) {
    parts.push(`${experiment.lanes.length} ${experiment.lanes.length === 1 ? 'lane' : 'lanes'}`);
  }
  return parts.join('; ');
}

/** What an earlier run is called: the visitor's name, else how it differs from the experiment at hand. */
export function nameOf({ name, record }: EarlierRun, experiment: Experiment): string {
  if (name !== null) return name;
  return differenceOf(record.experiment, experiment) || 'the same settings';
}
