import { ARITHMETICS, type Arithmetic, LookupNetwork } from '../../lookup/arithmetic.ts';
import { cornerOf } from '../../lookup/construction.ts';
import { FormulaError } from '../../lookup/formula.ts';
import type { Target } from '../../lookup/functions.ts';
import { build, measure } from '../../lookup/measure.ts';
import type { LookupSettings } from '../../lookup/settings.ts';
import { targetOf } from '../../lookup/target.ts';
import { openLane } from '../../lookup/trained.ts';
import type { BuiltView, LookupReply, LookupRequest } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

/** Points that are drawn along an axis, for one dimension and for two. */
const DRAWN = [1200, 192] as const;
/** Points of a lane's curve. */
const CURVE_POINTS = 100;

const reply = (message: LookupReply): void => self.postMessage(message);

/** Values of a function at the middles of pieces of the axis or the square. */
function drawn(dimension: 1 | 2, value: (x: number, y: number) => number): Float32Array {
  const points = DRAWN[dimension - 1] as number;
  const at = (index: number): number => (index + 0.5) / points;
  return Float32Array.from({ length: points ** dimension }, (_, index) =>
    dimension === 1 ? value(at(index), 0) : value(at(index % points), at(Math.floor(index / points))),
  );
}

function construct(settings: LookupSettings, target: Target): void {
  const { sizes } = settings;
  const built = build(target, sizes);
  const answersOf = (arithmetic: Arithmetic): Float32Array => {
    const network = new LookupNetwork(built.lookup, arithmetic);
    return drawn(sizes.dimension, (x, y) => network.value(x, y));
  };
  const view: BuiltView = {
    settings,
    built,
    corners: Float64Array.from({ length: built.lookup.count }, (_, cell) =>
      target.value(...cornerOf(sizes, cell)),
    ),
    points: DRAWN[sizes.dimension - 1] as number,
    target: drawn(sizes.dimension, target.value),
    answers: {
      float32: answersOf('float32'),
      float64: answersOf('float64'),
      bigint: answersOf('bigint'),
    },
  };
  reply({ kind: 'built', view });
  for (const arithmetic of ARITHMETICS) reply({ kind: 'errors', errors: measure(target, built, arithmetic) });
}

/** Trains all lanes side by side, a piece of each at a time. */
function train(settings: LookupSettings, target: Target): void {
  const { steps } = settings;
  const piece = Math.max(1, Math.round(steps / CURVE_POINTS));
  const lanes = settings.lanes.flatMap((lane, index) => {
    const opened = openLane(settings, target, lane);
    if ('lane' in opened) return [{ index, lane: opened.lane }];
    reply({ kind: 'refused', lane: index, reason: opened.refused });
    return [];
  });
  const tell = ({ index, lane }: (typeof lanes)[number]): void => {
    const { step, stopped } = lane;
    reply({ kind: 'point', point: { lane: index, step, l2: lane.l2(), stopped } });
  };
  for (const each of lanes) tell(each);
  let running = lanes;
  while (running.length > 0) {
    for (const each of running) {
      each.lane.train(Math.min(piece, steps - each.lane.step));
      tell(each);
    }
    running = running.filter(({ lane }) => lane.stopped === null && lane.step < steps);
  }
}

self.addEventListener('message', ({ data }: MessageEvent<LookupRequest>) => {
  try {
    const target = targetOf(data.settings, data.picture);
    if (target && data.kind === 'build') construct(data.settings, target);
    else if (target) train(data.settings, target);
    reply({ kind: 'done' });
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    reply({ kind: 'problem', message: error.message });
  }
});
