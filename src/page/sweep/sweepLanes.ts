import { formatLane } from '../../experiment/link.ts';
import { type Experiment, type Lane, MAX_LANES, RANGES } from '../../experiment/schema.ts';

/** Lanes that differ in nothing but their rate. */
export interface SweepGroup {
  /** Places among the experiment's lanes, by rising rate. */
  readonly lanes: readonly number[];
}

/** What a lane is beside its rate. */
const keyOf = (lane: Lane, experiment: Experiment): string => formatLane({ ...lane, rate: 1 }, experiment);

/** The experiment's lanes in groups that differ in rate only, in the order of their first lanes. */
export function sweepGroups(experiment: Experiment): SweepGroup[] {
  const groups = new Map<string, number[]>();
  experiment.lanes.forEach((lane, index) => {
    const key = keyOf(lane, experiment);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  });
  const rate = (index: number): number => experiment.lanes[index]?.rate ?? 0;
  return [...groups.values()].map((lanes) => ({
    lanes: lanes.toSorted((left, right) => rate(left) - rate(right)),
  }));
}

/** Whether some lanes differ in rate only, so that there is something to draw against the rate. */
export const isSweep = (experiment: Experiment): boolean => {
  const { lanes } = experiment;
  return sweepGroups(experiment).some(
    (group) => new Set(group.lanes.map((index) => lanes[index]?.rate)).size > 1,
  );
};

/** Rates of a full sweep: from a tenth to ten times, in half decades. */
const MOST_RATES = 5;
const FEWEST_RATES = 3;
/** Digits of a rate. */
const DIGITS = 2;

/**
 * Rates around one, in half decades as people write them: 0.01, 0.03, 0.1.
 * @param count of rates, odd; fewer come back where the largest rate is near
 */
export function ratesAround(rate: number, count: number): number[] {
  // From a 3, half a decade up is a 1 and half a decade down too; from any other digit both are times 3.
  const isThree = rate.toExponential(0).startsWith('3');
  const half = (count - 1) / 2;
  const rates = Array.from({ length: count }, (_, index) => {
    const halves = index - half;
    const decades = Math.floor(halves / 2);
    const rest = halves - 2 * decades;
    const factor = rest === 0 ? 1 : isThree ? 10 / 3 : 3;
    return halves === 0 ? rate : Number((rate * factor * 10 ** decades).toPrecision(DIGITS));
  });
  return rates.filter((candidate) => candidate > RANGES.rate.min && candidate <= RANGES.rate.max);
}

const sweptLane = (lane: Lane, count: number): Lane[] =>
  ratesAround(lane.rate, count).map((rate) => ({ ...lane, rate }));

/** The largest odd number of rates that there is room for; null where it is too few to say anything. */
function countFor(room: number): number | null {
  const most = Math.min(MOST_RATES, room);
  const odd = most % 2 === 1 ? most : most - 1;
  return odd >= FEWEST_RATES ? odd : null;
}

/**
 * The experiment with one lane turned into lanes of rates around its own; lanes that already differ from it in rate only
 * go, all others stay. Null where there is no room.
 */
export function withSweep(experiment: Experiment, index: number): Experiment | null {
  const { lanes } = experiment;
  const lane = lanes[index];
  if (!lane) return null;
  const key = keyOf(lane, experiment);
  const stays = lanes.map((other) => keyOf(other, experiment) !== key);
  const count = countFor(MAX_LANES - stays.filter(Boolean).length);
  if (count === null) return null;
  const swept = sweptLane(lane, count);
  return {
    ...experiment,
    lanes: lanes.flatMap((other, at) => (at === index ? swept : stays[at] ? [other] : [])),
  };
}

/**
 * The experiment with every lane turned into lanes of rates around its own; of lanes that differ in rate only, the middle
 * one is taken. Null where there is no room.
 */
export function withEverySweep(experiment: Experiment): Experiment | null {
  const { lanes } = experiment;
  const groups = sweepGroups(experiment);
  const count = countFor(Math.floor(MAX_LANES / groups.length));
  if (count === null) return null;
  const middles = groups.map(
    (group) => lanes[group.lanes[Math.floor((group.lanes.length - 1) / 2)] as number],
  );
  return { ...experiment, lanes: middles.flatMap((lane) => (lane ? sweptLane(lane, count) : [])) };
}
