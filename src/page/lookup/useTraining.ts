import { useState } from 'react';
import type { GreyPicture } from '../../lookup/picture.ts';
import type { LookupSettings } from '../../lookup/settings.ts';
import type { LanePoint } from './protocol.ts';
import { useLookupWorker } from './useLookupWorker.ts';

/** A lane's curve, or why there is none. */
export interface TrainedCurve {
  readonly points: readonly LanePoint[];
  readonly refused: string | null;
}

/** How far training is. */
export interface Training {
  readonly status: 'empty' | 'running' | 'done' | 'cancelled' | 'failed';
  /** What is trained, as it was when training began. */
  readonly settings: LookupSettings | null;
  readonly curves: readonly TrainedCurve[]; // [lane]
  readonly problem: string | null;
}

const EMPTY: Training = { status: 'empty', settings: null, curves: [], problem: null };

/** Trains the lanes of the settings in a worker, on demand. */
export function useTraining() {
  const { ask, cancel } = useLookupWorker();
  const [training, setTraining] = useState<Training>(EMPTY);

  const start = (settings: LookupSettings, picture: GreyPicture | null): void => {
    setTraining({
      status: 'running',
      settings,
      curves: settings.lanes.map(() => ({ points: [], refused: null })),
      problem: null,
    });
    const change = (lane: number, next: (curve: TrainedCurve) => TrainedCurve): void =>
      setTraining((before) => ({
        ...before,
        curves: before.curves.map((curve, index) => (index === lane ? next(curve) : curve)),
      }));
    const fail = (problem: string): void =>
      setTraining((before) => ({ ...before, status: 'failed', problem }));
    ask(
      { kind: 'train', settings, picture },
      {
        onReply: (reply) => {
          if (reply.kind === 'point')
            change(reply.point.lane, (curve) => ({ ...curve, points: [...curve.points, reply.point] }));
          if (reply.kind === 'refused') change(reply.lane, (curve) => ({ ...curve, refused: reply.reason }));
          if (reply.kind === 'done') setTraining((before) => ({ ...before, status: 'done' }));
        },
        onFailure: fail,
      },
    );
  };

  return {
    training,
    start,
    stop: () => {
      cancel();
      setTraining((before) => ({ ...before, status: 'cancelled' }));
    },
  };
}

/** The share of all steps that is done, of the lanes that train. */
export function trainedShare({ settings, curves }: Training): number {
  const lanes = curves.filter(({ refused }) => refused === null);
  if (!settings || lanes.length === 0) return 1;
  const shares = lanes.map(({ points }) => {
    const last = points.at(-1);
    return last?.stopped ? 1 : (last?.step ?? 0) / settings.steps;
  });
  return shares.reduce((sum, share) => sum + share, 0) / lanes.length;
}
