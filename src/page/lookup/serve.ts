import { ARITHMETICS, type Arithmetic, LookupNetwork } from '../../lookup/arithmetic.ts';
import { cornerOf } from '../../lookup/construction.ts';
import type { Target } from '../../lookup/functions.ts';
import { build, measure } from '../../lookup/measure.ts';
import type { LookupSettings } from '../../lookup/settings.ts';
import { targetOf } from '../../lookup/target.ts';
import { openLane } from '../../lookup/trained.ts';
import type { TrainedLane } from '../../lookup/training.ts';
import type { Serve } from '../../session/startWorker.ts';
import type { BuiltView, LookupReply, LookupRequest } from './protocol.ts';

/** Points that are drawn along an axis, for one dimension and for two. */
const DRAWN = [1200, 192] as const;
/** Points of a lane's curve. */
const CURVE_POINTS = 100;

type Reply = (message: LookupReply) => void | Promise<void>;

/** Values of a function at the middles of pieces of the axis or the square. */
function drawn(dimension: 1 | 2, value: (x: number, y: number) => number): Float32Array {
  const points = DRAWN[dimension - 1] as number;
  const at = (index: number): number => (index + 0.5) / points;
  return Float32Array.from({ length: points ** dimension }, (_, index) =>
    dimension === 1 ? value(at(index), 0) : value(at(index % points), at(Math.floor(index / points))),
  );
}

async function construct(settings: LookupSettings, target: Target, reply: Reply): Promise<void> {
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
  await reply({ kind: 'built', view });
  for (const arithmetic of ARITHMETICS)
    await reply({ kind: 'errors', errors: measure(target, built, arithmetic) });
}

/** Trains all lanes side by side, a piece of each at a time. */
async function train(settings: LookupSettings, target: Target, reply: Reply): Promise<void> {
  const { steps } = settings;
  const piece = Math.max(1, Math.round(steps / CURVE_POINTS));
  const lanes: { readonly index: number; readonly lane: TrainedLane }[] = [];
  for (const [index, lane] of settings.lanes.entries()) {
    const opened = openLane(settings, target, lane);
    if ('lane' in opened) lanes.push({ index, lane: opened.lane });
    else await reply({ kind: 'refused', lane: index, reason: opened.refused });
  }
  const tell = async ({ index, lane }: (typeof lanes)[number]): Promise<void> => {
    const { step, stopped } = lane;
    await reply({ kind: 'point', point: { lane: index, step, l2: lane.l2(), stopped } });
  };
  for (const each of lanes) await tell(each);
  let running = lanes;
  while (running.length > 0) {
    for (const each of running) {
      each.lane.train(Math.min(piece, steps - each.lane.step));
      await tell(each);
    }
    running = running.filter(({ lane }) => lane.stopped === null && lane.step < steps);
  }
}

/** What the worker does with a request. */
export const serve: Serve<LookupRequest, LookupReply> = async ({ kind, settings, picture }, reply) => {
  const target = targetOf(settings, picture);
  if (target) await (kind === 'build' ? construct : train)(settings, target, reply);
  await reply({ kind: 'done' });
};
