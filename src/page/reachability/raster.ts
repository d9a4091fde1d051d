import { boundOn, type Cells, valueAt } from '../../reachability/cells.ts';
import type { Property } from '../../reachability/question.ts';

/** The square in pixels: every pixel has the region in which its middle lies, so that nothing shows between regions. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** The region of each pixel, rows from the top; -1 where the search left off. */
  readonly region: Int32Array; // [height, width]
  /** The error, or else the largest bound, at the middle of each pixel. */
  readonly values: Float32Array; // [height, width]
  /** 1 where the property fails. */
  readonly unsafe: Uint8Array; // [height, width]
}

/** Draws regions of the plane into pixels; the second free number points up. */
export function rasterise(cells: Cells, property: Property, width: number, height: number): Raster {
  const region = new Int32Array(width * height).fill(-1);
  const values = new Float32Array(width * height);
  const unsafe = new Uint8Array(width * height);
  const perCell = cells.outputs.length / Math.max(1, cells.count);
  const point = new Float64Array(2);
  for (let cell = 0; cell < cells.count; cell++) {
    const forms = property.bounds.map((bound) => boundOn(bound, cells.outputs, cell * perCell));
    const shown = property.signed ? forms.slice(0, 1) : forms;
    fillPolygon(cells, cell, width, height, (row, from, to) => {
      point[1] = 1 - (row + 0.5) / height;
      for (let column = from; column < to; column++) {
        const at = row * width + column;
        point[0] = (column + 0.5) / width;
        const at2 = (form: Float64Array): number => valueAt(form, 0, point, 0, 2);
        region[at] = cell;
        values[at] = Math.max(...shown.map(at2));
        unsafe[at] = forms.some((form) => at2(form) > property.limit) ? 1 : 0;
      }
    });
  }
  return { width, height, region, values, unsafe };
}

/** Calls `fill` for every row of pixels whose middles lie in a convex polygon: columns from the first up to before the last. */
function fillPolygon(
  { starts, points }: Cells,
  cell: number,
  width: number,
  height: number,
  fill: (row: number, from: number, to: number) => void,
): void {
  const first = starts[cell] as number;
  const end = starts[cell + 1] as number;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let vertex = first; vertex < end; vertex++) {
    const y = points[2 * vertex + 1] as number;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const top = Math.max(0, Math.ceil((1 - high) * height - 0.5));
  const bottom = Math.min(height - 1, Math.floor((1 - low) * height - 0.5));
  for (let row = top; row <= bottom; row++) {
    const y = 1 - (row + 0.5) / height;
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    for (let vertex = first, before = end - 1; vertex < end; before = vertex++) {
      let [ax, ay] = [points[2 * before] as number, points[2 * before + 1] as number];
      let [bx, by] = [points[2 * vertex] as number, points[2 * vertex + 1] as number];
      if (ay === by) continue;
      // The same way round for both regions of an edge: the same rounding.
      if (ay > by) [ax, ay, bx, by] = [bx, by, ax, ay];
      if (y < ay || y > by) continue;
      const x = ax + ((bx - ax) * (y - ay)) / (by - ay);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
    if (left > right) continue;
    const from = Math.max(0, Math.ceil(left * width - 0.5));
    const to = Math.min(width, Math.ceil(right * width - 0.5));
    if (from < to) fill(row, from, to);
  }
}

/** The largest size of the shown values at any vertex: what the ends of the colours stand for. */
export function largestValue(cells: Cells, property: Property): number {
  const perCell = cells.outputs.length / Math.max(1, cells.count);
  let most = 0;
  for (let cell = 0; cell < cells.count; cell++) {
    const forms = property.bounds.map((bound) => boundOn(bound, cells.outputs, cell * perCell));
    const shown = property.signed ? forms.slice(0, 1) : forms;
    for (let vertex = cells.starts[cell] as number; vertex < (cells.starts[cell + 1] as number); vertex++) {
      const value = Math.max(...shown.map((form) => valueAt(form, 0, cells.points, 2 * vertex, 2)));
      most = Math.max(most, Math.abs(value));
    }
  }
  return most;
}
