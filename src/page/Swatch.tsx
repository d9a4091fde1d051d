import type { LaneStyle } from './laneStyle.ts';

/** A piece of a lane's line, as the charts draw it. */
export function Swatch({ style }: { readonly style: LaneStyle }) {
  return (
    <svg className="swatch" viewBox="0 0 34 10" aria-hidden="true">
      <line x1="1" y1="5" x2="33" y2="5" stroke={style.colour} strokeDasharray={style.dash} />
    </svg>
  );
}
