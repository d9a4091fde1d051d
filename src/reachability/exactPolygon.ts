import { bitLength, ratio } from './dyadic.ts';

/** An affine function a x + b y + c with whole coefficients; as a line, where it is zero. */
export type Line = readonly [bigint, bigint, bigint];

/** A point (x, y) = (X / W, Y / W), W > 0, with x and y as floats beside. */
interface Vertex {
  readonly x: bigint;
  readonly y: bigint;
  readonly w: bigint;
  readonly floatX: number;
  readonly floatY: number;
}

/**
 * A convex polygon of the unit square by its edges: `vertices[i]` is where `lines[i]` meets the next line. Nothing is
 * rounded, however often it is split.
 */
export interface ExactPolygon {
  readonly lines: readonly Line[];
  readonly vertices: readonly Vertex[];
}

function meeting([a0, a1, a2]: Line, [b0, b1, b2]: Line): Vertex {
  let x = a1 * b2 - a2 * b1;
  let y = a2 * b0 - a0 * b2;
  let w = a0 * b1 - a1 * b0;
  if (w < 0n) [x, y, w] = [-x, -y, -w];
  return { x, y, w, floatX: ratio(x, w), floatY: ratio(y, w) };
}

/** The square [0, 1]^2. */
export function exactSquare(): ExactPolygon {
  const lines: readonly Line[] = [
    [0n, 1n, 0n],
    [1n, 0n, -1n],
    [0n, 1n, -1n],
    [1n, 0n, 0n],
  ];
  return { lines, vertices: lines.map((line, index) => meeting(line, lines[(index + 1) % 4] as Line)) };
}

/** Bits that are kept of a line for the first look at a sign. */
const KEPT_BITS = 64;

/**
 * Floats are believed where a value is this large beside its coefficients. Coefficients and points are rounded from the
 * exact ones, to about 2^-52 of the largest, so that the error of a value is below 1e-15 of their sum.
 */
const BELIEVED = 1e-14;

/** The sign of an affine function at every vertex of a polygon: -1, 0 or 1. */
export function signsAt(line: Line, { vertices }: ExactPolygon): (-1 | 0 | 1)[] {
  const [a, b, c] = line;
  const bits = Math.max(bitLength(a), bitLength(b), bitLength(c));
  const shift = BigInt(Math.max(0, bits - KEPT_BITS));
  const [floatA, floatB, floatC] = [Number(a >> shift), Number(b >> shift), Number(c >> shift)];
  const believed = BELIEVED * (Math.abs(floatA) + Math.abs(floatB) + Math.abs(floatC));
  return vertices.map(({ x, y, w, floatX, floatY }) => {
    const value = floatA * floatX + floatB * floatY + floatC;
    if (Math.abs(value) > believed) return value > 0 ? 1 : -1;
    const exact = a * x + b * y + c * w;
    return exact > 0n ? 1 : exact < 0n ? -1 : 0;
  });
}

/**
 * The part of a polygon on one side of a line that crosses it.
 * @param at `signsAt` of the line
 */
export function half(
  { lines, vertices }: ExactPolygon,
  line: Line,
  at: readonly (-1 | 0 | 1)[],
  side: -1 | 1,
): ExactPolygon {
  const keptLines: Line[] = [];
  const keptVertices: Vertex[] = [];
  const count = lines.length;
  for (let edge = 0; edge < count; edge++) {
    const before = (edge + count - 1) % count;
    const inside = at[edge] === side;
    const wasInside = at[before] === side;
    const own = lines[edge] as Line;
    if (!inside && !wasInside) continue;
    // Where the edge comes in, the new edge ends on it.
    if (!wasInside) {
      keptLines.push(line);
      keptVertices.push(at[before] === 0 ? (vertices[before] as Vertex) : meeting(line, own));
    }
    keptLines.push(own);
    if (inside) keptVertices.push(vertices[edge] as Vertex);
    else keptVertices.push(at[edge] === 0 ? (vertices[edge] as Vertex) : meeting(own, line));
  }
  return { lines: keptLines, vertices: keptVertices };
}

/** Twice the area as a fraction. */
export function exactTwiceArea({ vertices }: ExactPolygon): readonly [bigint, bigint] {
  let numerator = 0n;
  let denominator = 1n;
  for (const [index, a] of vertices.entries()) {
    const b = vertices[(index + 1) % vertices.length] as Vertex;
    const [top, bottom] = [a.x * b.y - b.x * a.y, a.w * b.w];
    numerator = numerator * bottom + top * denominator;
    denominator *= bottom;
  }
  return numerator < 0n ? [-numerator, denominator] : [numerator, denominator];
}
