import { describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { defaultExperiment, defaultLane, MAX_LANES, parseExperiment } from '../../src/experiment/schema.ts';
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

describe('edits', () => {
  test('a fresh experiment at another length is the fresh experiment of that length', () => {
    expect(withLength(defaultExperiment(), 50)).toEqual(experimentOf('length=50'));
  });

  test('at another length, default rates follow and chosen ones stay', () => {
    const edited = withLength(experimentOf('lane=path&lane=path,rate:0.5&lane=sgd,rate:0.2'), 50);
    expect(edited.lanes.map(({ rate }) => rate)).toEqual([0.003, 0.5, 0.2]);
  });

  test('a task with a length of its own brings it, and back again the default returns', () => {
    const rows = withTask(experimentOf('length=100'), 'mnist-rows');
    expect([rows.task, rows.length]).toEqual(['mnist-rows', 28]);
    expect(parseExperiment(rows)).toEqual(rows);
    const adding = withTask(rows, 'adding');
    expect(adding.length).toBe(20);
    expect(parseExperiment(adding)).toEqual(adding);
  });

  test('lanes with the seed of the experiment follow it, others keep theirs', () => {
    const edited = withSeed(experimentOf('seed=3&lane=sgd&lane=path,seed:9'), 5);
    expect([edited.seed, ...edited.lanes.map(({ seed }) => seed)]).toEqual([5, 5, 9]);
  });

  test('another optimizer brings its own clips and its default rate', () => {
    const fresh = defaultExperiment();
    const edited = withOptimizer(fresh, 0, 'path');
    expect(edited.lanes[0]).toEqual(defaultLane('path', fresh));
    expect(parseExperiment(edited)).toEqual(edited);
  });

  test('another optimizer keeps a chosen rate, and between path ones the chosen clips', () => {
    const edited = withOptimizer(experimentOf('lane=path,rate:0.5,dualclip:3,clip:2'), 0, 'path2');
    expect(edited.lanes[0]).toMatchObject({ optimizer: 'path2', rate: 0.5, dualclip: 3, clip: 2 });
    const sgd = withOptimizer(edited, 0, 'sgd');
    expect(sgd.lanes[0]).toMatchObject({ optimizer: 'sgd', rate: 0.5, dualclip: 0, clip: 1 });
    expect(parseExperiment(sgd)).toEqual(sgd);
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
    expect(names).toEqual(['SGD, rate 0.1', 'Path-SGD, rate 0.03', 'Path-SGD, rate 0.03, unbalance 3']);
  });
});
