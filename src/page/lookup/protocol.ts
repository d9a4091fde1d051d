import type { Arithmetic } from '../../lookup/arithmetic.ts';
import type { Built, Errors } from '../../lookup/measure.ts';
import type { GreyPicture } from '../../lookup/picture.ts';
import type { LookupSettings } from '../../lookup/settings.ts';

/** What the room's worker is asked: to build and measure a network, or to train the lanes. */
export interface LookupRequest {
  readonly kind: 'build' | 'train';
  readonly settings: LookupSettings;
  /** The visitor's own, where one is looked up. */
  readonly picture: GreyPicture | null;
}

/** A construction, and what is drawn of it. */
export interface BuiltView {
  readonly settings: LookupSettings;
  readonly built: Built;
  /** f at the corners of cells. */
  readonly corners: Float64Array; // [N^d]
  /** Points along an axis at which both are drawn, at the middle of that many pieces. */
  readonly points: number;
  readonly target: Float32Array; // [points] or [points (y, from below), points (x)]
  readonly answers: Readonly<Record<Arithmetic, Float32Array>>; // like `target`
}

/** How far a lane is. */
export interface LanePoint {
  readonly lane: number;
  readonly step: number;
  /** The root of the mean square error; not finite where an answer is not. */
  readonly l2: number;
  readonly stopped: string | null;
}

export type LookupReply =
  | { readonly kind: 'built'; readonly view: BuiltView }
  | { readonly kind: 'errors'; readonly errors: Errors }
  | { readonly kind: 'point'; readonly point: LanePoint }
  | { readonly kind: 'refused'; readonly lane: number; readonly reason: string }
  | { readonly kind: 'done' };
