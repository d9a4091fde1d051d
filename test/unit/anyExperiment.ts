import fc from 'fast-check';
import { GUIDE_STEPS, type View } from '../../src/experiment/link.ts';
import { PRESETS } from '../../src/experiment/presets.ts';
import { ROOMS } from '../../src/experiment/room.ts';
import {
  ACTIVATIONS,
  defaultExperiment,
  defaultLane,
  defaultLanes,
  defaultLength,
  type Experiment,
  INITIALISATIONS,
  type Lane,
  type LaneContext,
  MAX_LANES,
  misfitsOf,
  NETWORKS,
  networksOf,
  OPTIMIZERS,
  RANGES,
  type Range,
  sizeMisfits,
} from '../../src/experiment/schema.ts';
import { DATA_CHOICES, TASK_NAMES, TASKS, type Task } from '../../src/experiment/tasks/index.ts';

/** Generated cases of a property. */
export const RUNS = { numRuns: import.meta.env.TEST_LONG ? 10_000 : 1_000, seed: 20161205 };

function numberOf(range: Range): fc.Arbitrary<number> {
  const { min, max, integer, exclusiveMin } = range;
  const any = integer
    ? fc.integer({ min, max })
    : fc.double({ min, max, minExcluded: exclusiveMin === true, noNaN: true });
  const ends = fc.constantFrom(exclusiveMin ? Number.MIN_VALUE : min, max);
  return fc.oneof({ weight: 5, arbitrary: any }, { weight: 1, arbitrary: ends });
}

const laneOf: fc.Arbitrary<Lane> = fc.record({
  optimizer: fc.constantFrom(...OPTIMIZERS),
  rate: numberOf(RANGES.rate),
  init: fc.constantFrom(...INITIALISATIONS, 'unitary' as const),
  momentum: numberOf(RANGES.momentum),
  decay: numberOf(RANGES.decay),
  clip: numberOf(RANGES.clip),
  dualclip: numberOf(RANGES.dualclip),
  unbalance: numberOf(RANGES.unbalance),
  activation: fc.constantFrom(...ACTIVATIONS),
  network: fc.constantFrom(...NETWORKS),
  seed: numberOf(RANGES.seed),
});

/** Lanes among which defaults of the given length and seed are as likely as any others. */
const lanesOf = (context: LaneContext): fc.Arbitrary<Lane[]> =>
  fc.oneof(
    fc.constant(defaultLanes(context)),
    fc.array(
      fc
        .tuple(laneOf, fc.subarray(Object.keys(defaultLane('sgd', defaultExperiment())) as (keyof Lane)[]))
        .map(([lane, kept]) => {
          const defaults: Lane = defaultLane(lane.optimizer, context);
          const own = Object.fromEntries(kept.map((key) => [key, lane[key]]));
          const mixed: Lane = { ...defaults, ...own };
          if (!networksOf(context.task).includes(mixed.network)) mixed.network = defaults.network;
          for (const { setting, neutral } of misfitsOf(mixed)) Object.assign(mixed, { [setting]: neutral });
          return mixed;
        }),
      { minLength: 1, maxLength: MAX_LANES },
    ),
  );

/** Any experiment that the schema accepts. */
export const experimentOf: fc.Arbitrary<Experiment> = fc
  .record({
    task: fc.constantFrom(...TASK_NAMES),
    length: fc.oneof(fc.constant(20), numberOf(RANGES.length)),
    hidden: numberOf(RANGES.hidden),
    layers: numberOf(RANGES.layers),
    batch: numberOf(RANGES.batch),
    seed: fc.oneof(fc.constant(1), numberOf(RANGES.seed)),
    data: fc.constantFrom(...DATA_CHOICES),
    terms: numberOf(RANGES.terms),
  })
  .chain((settings) => {
    const task: Task = TASKS[settings.task];
    const { lengthRange, dataChoices } = task;
    const length =
      lengthRange === null
        ? defaultLength(settings.task)
        : Math.min(lengthRange.max, Math.max(lengthRange.min, settings.length));
    const data = dataChoices.includes(settings.data) ? settings.data : (dataChoices[0] ?? 'small');
    const terms = task.hasTerms ? Math.min(settings.terms, length) : 2;
    const shared = { ...settings, length, data, terms };
    return lanesOf(shared).map((lanes) => {
      const experiment = { ...shared, lanes };
      for (const { key, nearest } of sizeMisfits(experiment)) experiment[key] = nearest;
      return experiment;
    });
  });

/** Any view, its room with settings that no room need have. */
export const viewOf: fc.Arbitrary<View> = fc.record({
  autoplay: fc.boolean(),
  embed: fc.boolean(),
  hide: fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,40}$/), { maxLength: 32 }),
  preset: fc.constantFrom(null, ...PRESETS.keys()),
  guide: fc.option(fc.integer({ min: 1, max: GUIDE_STEPS })),
  engine: fc.constantFrom('auto', 'webgpu', 'cpu'),
  room: fc.option(
    fc.record({
      name: fc.constantFrom(...ROOMS),
      settings: fc.dictionary(
        fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,12}$/),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        { maxKeys: 8, noNullPrototype: true },
      ),
    }),
  ),
});
