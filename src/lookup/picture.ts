import type { Target } from './functions.ts';

/** A grey picture, rows from the top; 0 is black and 1 white. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array; // [height, width]
}

/**
 * A picture averaged to size x size greys: its largest square, in the middle.
 * @returns [row from the BOTTOM, column], as y goes up
 */
export function reducePicture({ width, height, values }: GreyPicture, size: number): Float64Array {
  const side = Math.min(width, height);
  const left = (width - side) / 2;
  const top = (height - side) / 2;
  const reduced = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const rows = overlaps(top + ((size - 1 - row) * side) / size, side / size);
    for (let column = 0; column < size; column++) {
      let sum = 0;
      let area = 0;
      for (const [x, shareX] of overlaps(left + (column * side) / size, side / size)) {
        for (const [y, shareY] of rows) {
          sum += shareX * shareY * (values[y * width + x] as number);
          area += shareX * shareY;
        }
      }
      reduced[row * size + column] = sum / area;
    }
  }
  return reduced;
}

/** The whole pixels that a span lies on, and how much of each. */
function overlaps(start: number, length: number): [number, number][] {
  const found: [number, number][] = [];
  const end = start + length;
  for (let pixel = Math.floor(start); pixel < end - 1e-9; pixel++)
    found.push([pixel, Math.min(end, pixel + 1) - Math.max(start, pixel)]);
  return found;
}

/**
 * A continuous function through the greys of a reduced picture: bilinear between the corners of the cells, on which the
 * greys stand, and level beyond the last ones.
 */
export function pictureTarget(picture: GreyPicture, size: number): Target {
  const greys = reducePicture(picture, size);
  const grey = (row: number, column: number): number =>
    greys[Math.min(size - 1, row) * size + Math.min(size - 1, column)] as number;
  return {
    dimension: 2,
    modulus: null,
    value: (x, y) => {
      const column = Math.floor(x * size);
      const row = Math.floor(y * size);
      const right = x * size - column;
      const up = y * size - row;
      const below = (1 - right) * grey(row, column) + right * grey(row, column + 1);
      const above = (1 - right) * grey(row + 1, column) + right * grey(row + 1, column + 1);
      return (1 - up) * below + up * above;
    },
  };
}
