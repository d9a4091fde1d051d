import { describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { proposedRate } from '../../src/experiment/proposals.ts';
import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  MAX_LANES,
  OPTIMIZERS,
  type OptimizerName,
  parseExperiment,
} from '../../src/experiment/schema.ts';
import {
  withAddedLane,
  withLane,
  withLength,
  withOptimizer,
  withoutLane,
  withSeed,
  withTask,
} from '../../src/page/edits.ts';
import { laneStyles } from '../../src/page/laneStyle.ts';

const experimentOf = (link: string) => parseLink(link).experiment;

/** A lane at its optimizer's defaults, but at the rate that the page proposes. */
function proposedLane(optimizer: OptimizerName, experiment: Experiment): Lane {
  const lane = defaultLane(optimizer, experiment);
  return { ...lane, rate: proposedRate(lane, experiment) };
}

describe('edits', () => {
  test('a fresh experiment at another length is the fresh experiment of that length', () => {
    expect(withLength(defaultExperiment(), 50)).toEqual(experimentOf('length=50'));
  });

  test('at another length, proposed rates follow and chosen ones stay', () => {
    const edited = withLength(experimentOf('lane=path&lane=path,rate:0.5&lane=sgd,rate:0.2'), 50);
    expect(edited.lanes.map(({ rate }) => rate)).toEqual([0.01, 0.5, 0.2]);
  });

  test('a task with a length of its own brings it, and back again the default returns', () => {
    const rows = withTask(experimentOf('length=50'), 'mnist-rows');
    expect([rows.task, rows.length]).toEqual(['mnist-rows', 28]);
    expect(parseExperiment(rows)).toEqual(rows);
    const adding = withTask(rows, 'adding');
    expect(adding.length).toBe(100);
    expect(parseExperiment(adding)).toEqual(adding);
  });

  test('lanes with the seed of the experiment follow it, others keep theirs', () => {
    const edited = withSeed(experimentOf('seed=3&lane=sgd&lane=path,seed:9'), 5);
    expect([edited.seed, ...edited.lanes.map(({ seed }) => seed)]).toEqual([5, 5, 9]);
  });

  test('another optimizer brings its own clips and its proposed rate', () => {
    const fresh = defaultExperiment();
    const edited = withOptimizer(fresh, 0, 'path');
    expect(edited.lanes[0]).toEqual(fresh.lanes[1]);
    expect(parseExperiment(edited)).toEqual(edited);
  });

  test('another optimizer keeps a chosen rate, and between path ones the chosen clips', () => {
    const edited = withOptimizer(experimentOf('lane=path,rate:0.5,dualclip:3,clip:2'), 0, 'path2');
    expect(edited.lanes[0]).toMatchObject({ optimizer: 'path2', rate: 0.5, dualclip: 3, clip: 2 });
    const sgd = withOptimizer(edited, 0, 'sgd');
    expect(sgd.lanes[0]).toMatchObject({ optimizer: 'sgd', rate: 0.5, dualclip: 0, clip: 1 });
    expect(parseExperiment(sgd)).toEqual(sgd);
  });

  test('Adam brings its two decays, and takes them along when it goes', () => {
    const experiment = experimentOf('lane=sgd&lane=sgd,momentum:0.5');
    const adam = withOptimizer(withOptimizer(experiment, 0, 'adam'), 1, 'adam');
    expect(adam.lanes[0]).toEqual(proposedLane('adam', experiment));
    expect(adam.lanes[1]).toMatchObject({ momentum: 0.5, decay: 0.999 });
    const rmsprop = withOptimizer(adam, 0, 'rmsprop');
    expect(rmsprop.lanes[0]).toEqual(proposedLane('rmsprop', experiment));
    const chosen = withOptimizer(withLane(rmsprop, 0, { decay: 0.95 }), 0, 'sgd');
    expect(chosen.lanes[0]).toEqual(proposedLane('sgd', experiment));
    for (const edited of [adam, rmsprop, chosen]) expect(parseExperiment(edited)).toEqual(edited);
  });

  test.each(OPTIMIZERS.flatMap((before) => OPTIMIZERS.map((after) => [before, after] as const)))(
    'from %s to %s the lane stays valid',
    (before, after) => {
      for (const link of [`lane=${before},rate:0.3`, `task=mnist-rows&lane=${before},clip:2`]) {
        const edited = withOptimizer(experimentOf(link), 0, after);
        expect(parseExperiment(edited)).toEqual(edited);
        expect(edited.lanes[0]?.optimizer).toBe(after);
      }
    },
  );

  test('tanh goes where a path optimizer comes, and takes the unbalance with it where it comes', () => {
    const experiment = experimentOf('lane=sgd,unbalance:3');
    const tanh = withLane(experiment, 0, { activation: 'tanh' });
    expect(tanh.lanes[0]).toMatchObject({ activation: 'tanh', unbalance: 0 });
    expect(parseExperiment(tanh)).toEqual(tanh);
    const path = withOptimizer(tanh, 0, 'path');
    expect(path.lanes[0]).toEqual(proposedLane('path', experiment));
  });

  test('a sequence shorter than its marked numbers loses some of them', () => {
    const edited = withLength(experimentOf('terms=5'), 4);
    expect(edited.terms).toBe(4);
    expect(parseExperiment(edited)).toEqual(edited);
  });

  test('a copy stands behind its lane, a new lane at the end', () => {
    const experiment = experimentOf('lane=sgd,rate:1&lane=sgd,rate:2');
    expect(withAddedLane(experiment, 0).lanes.map(({ rate }) => rate)).toEqual([1, 1, 2]);
    expect(withAddedLane(experiment).lanes.map(({ optimizer }) => optimizer)).toEqual(['sgd', 'sgd', 'path']);
  });

  test('no lane beyond the most, and the last one stays', () => {
    let experiment = defaultExperiment();
    for (let count = 0; count < 20; count++) experiment = withAddedLane(experiment, 0);
    expect(experiment.lanes).toHaveLength(MAX_LANES);
    expect(parseExperiment(experiment)).toEqual(experiment);
    for (let count = 0; count < 20; count++) experiment = withoutLane(experiment, 0);
    expect(experiment.lanes).toHaveLength(1);
  });

  test('an edit leaves the experiment before it as it was', () => {
    const experiment = defaultExperiment();
    const copy = structuredClone(experiment);
    withLane(experiment, 0, { rate: 7 });
    withSeed(experiment, 7);
    withAddedLane(experiment);
    expect(experiment).toEqual(copy);
  });
});

describe('laneStyles', () => {
  test('16 lanes have 16 pairs of colour and dash, and 16 names', () => {
    let experiment = defaultExperiment();
    for (let count = 0; count < MAX_LANES; count++) experiment = withAddedLane(experiment, 0);
    const styles = laneStyles(experiment);
    expect(new Set(styles.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(MAX_LANES);
    expect(new Set(styles.map(({ name }) => name)).size).toBe(MAX_LANES);
  });

  test('a name is the optimizer, its rate, and what else is not at its default', () => {
    const names = laneStyles(experimentOf('lane=sgd,rate:0.1&lane=path&lane=path,unbalance:3')).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['SGD, rate 0.1', 'Path-SGD, rate 0.001', 'Path-SGD, rate 0.001, unbalance 3']);
  });
});
