import type { PresetSketchData } from '../../experiment/presetSketches.ts';

/** A lane of a sketch as a path, where it ends, and whether it ends because the lane stopped. */
export interface SketchLine {
  readonly path: string;
  readonly end: { readonly x: number; readonly y: number };
  readonly stopped: boolean;
}

/** Decades above the baseline that a sketch shows: a loss of 10^29 would press all others into a line. */
const DECADES_ABOVE = 1.5;
/** Room for the width of a line. */
const MARGIN = 4;

/**
 * Draws measured losses on a logarithmic axis; what lies far above the baseline runs along the upper edge.
 * @param size width and height of the drawing, in its own units
 */
export function sketchLines(
  { steps, baseline, stops, lanes }: PresetSketchData,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly lines: readonly SketchLine[]; readonly baseline: number | null } {
  const all = lanes.flat();
  const ceiling = baseline === null ? Math.max(...all) : baseline * 10 ** DECADES_ABOVE;
  const top = Math.log10(Math.min(Math.max(...all, baseline ?? 0), ceiling));
  const bottom = Math.log10(Math.min(...all, baseline ?? Number.POSITIVE_INFINITY));
  const y = (loss: number): number => {
    const share = top > bottom ? (top - Math.min(Math.log10(loss), top)) / (top - bottom) : 0.5;
    return round(MARGIN + share * (height - 2 * MARGIN));
  };
  const points = Math.max(...lanes.map(({ length }) => length));
  const lines = lanes.map((losses, lane): SketchLine => {
    const stop = stops[lane] ?? null;
    const at = losses.map((loss, index) => {
      // Point i is at the end of part i of the run; the last one of a stopped lane is where it stopped.
      const stopsHere = stop !== null && index === losses.length - 1;
      const share = stopsHere ? stop / steps : (index + 1) / points;
      return { x: round(MARGIN + share * (width - 2 * MARGIN)), y: y(loss) };
    });
    return {
      path: at.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(''),
      end: at.at(-1) ?? { x: MARGIN, y: MARGIN },
      stopped: stop !== null,
    };
  });
  return { lines, baseline: baseline === null ? null : y(baseline) };
}

const round = (value: number): number => Math.round(value * 10) / 10;
