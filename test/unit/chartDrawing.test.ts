import { describe, expect, test } from 'vitest';
import type { ChartRow } from '../../src/page/chartRows.ts';
import { nearestRow } from '../../src/page/charts/drawing.ts';
import { bandPath, circlesPath, linePath, type Places } from '../../src/page/charts/paths.ts';

const PLACES: Places = { x: (x) => 10 + x, y: (value) => 100 - value };

const row = (x: number, value: number | null): ChartRow => ({
  x,
  step: x,
  cells: [value === null ? null : { value, min: value - 1, max: value + 2 }],
  heldOut: [value],
  earlier: [],
});
const ROWS = [row(0, null), row(1, 5), row(2, null), row(3, 7.128), row(4, 6), row(5, null)];
const height = ({ cells }: ChartRow) => cells[0]?.value;

describe('what is drawn of the rows of a chart', () => {
  test('a line goes straight over rows without a value, in hundredths of a pixel', () => {
    expect(linePath(ROWS, height, PLACES)).toEqual({ d: 'M11,95L13,92.87L14,94', only: null });
  });

  test('a line of one point says where that is; of none, nothing', () => {
    expect(linePath([row(0, null), row(2, 3)], height, PLACES).only).toEqual({ x: 12, y: 97 });
    expect(linePath([row(0, null)], height, PLACES)).toEqual({ d: '', only: null });
    expect(linePath([], height, PLACES)).toEqual({ d: '', only: null });
  });

  test('a value of zero is a value', () => {
    expect(linePath([row(0, 0), row(1, 0)], height, PLACES).d).toBe('M10,100L11,100');
  });

  test('a band goes along the largest values and back along the least', () => {
    const band = bandPath(ROWS, ({ cells }) => cells[0], PLACES);
    expect(band).toBe('M11,93L13,90.87L14,92L14,95L13,93.87L11,96Z');
    expect(bandPath([row(0, null)], ({ cells }) => cells[0], PLACES)).toBe('');
  });

  test('a circle around every value', () => {
    const d = circlesPath(ROWS, ({ heldOut }) => heldOut[0], PLACES, 2.5);
    expect(d.match(/M/g)).toHaveLength(3);
    expect(d.startsWith('M8.5,95a2.5,2.5 0 1,0 5,0a2.5,2.5 0 1,0 -5,0')).toBe(true);
  });

  test('a place is read at the nearest row, beyond the ends at the last and first one', () => {
    const rows = [row(1, 5), row(4, null), row(5, 6)];
    expect([-3, 1, 2.4, 2.6, 4.2, 4.6, 99].map((x) => nearestRow(rows, x))).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(nearestRow([], 1)).toBe(null);
  });
});
