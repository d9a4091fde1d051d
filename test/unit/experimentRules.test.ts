import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultView, formatLink, parseLink } from '../../src/experiment/link.ts';
import {
  ACTIVATIONS,
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  NETWORKS,
  OPTIMIZERS,
  parseExperiment,
  STARTS,
} from '../../src/experiment/schema.ts';
import { DATA_CHOICES, TASK_NAMES } from '../../src/experiment/tasks/index.ts';
import { readRunFile } from '../../src/session/store/runFile.ts';
import { parseRunRecord } from '../../src/session/store/runRecordFile.ts';
import { UnusableRunError } from '../../src/session/store/savedRun.ts';
import { CHECKPOINT, RECORD } from './tabs.ts';

const RUNS = { numRuns: import.meta.env.TEST_LONG ? 20_000 : 500, seed: 20161205 };

/** Numbers, mostly of the kind that the ranges are about. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 4, 5, 8, 16, 64, 100, 256) },
  { weight: 2, arbitrary: fc.constantFrom(0.5, 0.999, 1e-7, -0, -1, 3, 257, 512, 784, 1000, 1e6, 2 ** 32) },
  { weight: 1, arbitrary: fc.double() },
);
const numbersOf = <Key extends string>(keys: readonly Key[]) =>
  Object.fromEntries(keys.map((key) => [key, number])) as Record<Key, fc.Arbitrary<number>>;

const laneChange: fc.Arbitrary<Partial<Lane>> = fc.record(
  {
    ...numbersOf(['rate', 'momentum', 'decay', 'clip', 'dualclip', 'unbalance', 'seed']),
    init: fc.constantFrom(...STARTS),
    activation: fc.constantFrom(...ACTIVATIONS),
    network: fc.constantFrom(...NETWORKS),
    optimizer: fc.constantFrom(...OPTIMIZERS),
  },
  { requiredKeys: [] },
);
/** A lane of which few settings differ from its defaults, which may not be those of its task. */
const laneOf = (task: Experiment['task']): fc.Arbitrary<Lane> =>
  fc
    .tuple(
      fc.constantFrom(...OPTIMIZERS),
      fc.option(fc.constantFrom(...NETWORKS)),
      fc.subarray(Object.keys(defaultLane('sgd', defaultExperiment())) as (keyof Lane)[], { maxLength: 2 }),
      laneChange,
    )
    .map(([optimizer, network, keys, change]) => {
      const lane = defaultLane(optimizer, defaultExperiment(task), network ?? undefined);
      const own = keys.filter((key) => key in change).map((key) => [key, change[key]]);
      return { ...lane, ...Object.fromEntries(own) };
    });

const anyExperiment: fc.Arbitrary<Experiment> = fc
  .tuple(
    fc.constantFrom(...TASK_NAMES),
    fc.record(
      {
        ...numbersOf(['length', 'hidden', 'layers', 'batch', 'seed', 'terms']),
        data: fc.constantFrom(...DATA_CHOICES),
      },
      { requiredKeys: [] },
    ),
    fc.subarray(['length', 'hidden', 'layers', 'batch', 'seed', 'terms', 'data'] as const, { maxLength: 3 }),
  )
  .chain(([task, change, keys]) =>
    fc
      .oneof(
        { weight: 1, arbitrary: fc.constant(defaultExperiment(task).lanes) },
        { weight: 4, arbitrary: fc.array(laneOf(task), { minLength: 0, maxLength: 3 }) },
        {
          weight: 1,
          arbitrary: fc.array(fc.constant(defaultLane('adam', { task, length: 8, seed: 1 })), {
            maxLength: 18,
          }),
        },
      )
      .map((lanes) => {
        const own = Object.entries(change).filter(([key]) => (keys as string[]).includes(key));
        return { ...defaultExperiment(task), ...Object.fromEntries(own), lanes };
      }),
  );

/** What the file validation makes of an experiment; null where it refuses it. */
function accepted(experiment: Experiment): Experiment | null {
  try {
    return parseExperiment(experiment);
  } catch {
    return null;
  }
}

describe('what an experiment may be', () => {
  test('is the same for files as for links', () => {
    const outcomes = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(anyExperiment, (experiment) => {
        const read = accepted(experiment);
        const { experiment: linked, messages } = parseLink(formatLink(experiment, defaultView));
        // A link has no -0.
        const same = JSON.stringify(linked) === JSON.stringify(experiment);
        expect(read !== null).toBe(messages.length === 0 && same);
        if (read !== null) expect(read).toEqual(linked);
        outcomes[read === null ? 'refused' : 'accepted']++;
      }),
      RUNS,
    );
    expect(outcomes.accepted).toBeGreaterThan(RUNS.numRuns / 10);
    expect(outcomes.refused).toBeGreaterThan(RUNS.numRuns / 10);
  });

  const { experiment } = readRunFile(CHECKPOINT).checkpoint;
  const [first, second, copy] = experiment.lanes as [Lane, Lane, Lane];
  const refused: readonly (readonly [string, Partial<Experiment>, RegExp])[] = [
    ['more hidden units than ReLU networks may have', { hidden: 512 }, /hidden is 512: it must be .* to 256/],
    ['terms that do not fit its length', { length: 4, terms: 5 }, /terms is 5/],
    [
      'a length that is not its task’s',
      { task: 'mnist-rows', length: 27 },
      /length is 27: mnist-rows has 28/,
    ],
    ['data that its task has not', { data: 'full' }, /data is full/],
    [
      'layers that a uRNN has not',
      { hidden: 8, layers: 2, lanes: [{ ...second, network: 'urnn', init: 'unitary' }, second, copy] },
      /layers is 2/,
    ],
    [
      'a network that its task does not take',
      { lanes: [{ ...first, network: 'feedforward', init: 'gaussian' }, second, copy] },
      /network is feedforward/,
    ],
    [
      'a setting that its optimizer has not',
      { lanes: [{ ...first, decay: 0.5 }, second, copy] },
      /decay is 0\.5/,
    ],
    ['seventeen lanes', { lanes: Array(17).fill(second) }, /lanes/],
  ];
  test.each(refused)('%s is refused in a checkpoint and in a saved run', (_, change, reason) => {
    const plain = JSON.parse(CHECKPOINT) as { checkpoint: object };
    const checkpoint = JSON.stringify({
      ...plain,
      checkpoint: { ...plain.checkpoint, experiment: { ...experiment, ...change } },
    });
    expect(() => readRunFile(checkpoint)).toThrow(UnusableRunError);
    expect(() => readRunFile(checkpoint)).toThrow(reason);
    const record = { ...(JSON.parse(RECORD) as object), experiment: { ...experiment, ...change } };
    expect(() => parseRunRecord(record)).toThrow(UnusableRunError);
    expect(() => parseRunRecord(record)).toThrow(reason);
  });
});
