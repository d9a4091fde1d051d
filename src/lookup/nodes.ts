import type { Sizes } from './construction.ts';

/** A stretch of an axis, inside a cell or in the trifling region. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly trifling: boolean;
}

/** A coordinate at which error is measured. */
export interface Node {
  readonly at: number;
  /** Of the integral along the axis; all of them sum to 1. 0 for the ends of pieces, which only count for the maximum. */
  readonly weight: number;
  readonly trifling: boolean;
}

/** Pieces shorter than this share of a cell are left out. */
const SHORTEST = 1e-9;

/** The pieces of an axis, in order, from 0 to 1. */
export function piecesOf(sizes: Sizes): Piece[] {
  const { cells } = sizes;
  const pieces: Piece[] = [];
  const add = (from: number, to: number, trifling: boolean): void => {
    if (to - from <= SHORTEST / cells) return;
    const last = pieces.at(-1);
    if (last?.trifling && trifling) pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ from, to, trifling });
  };
  // One cell has no digits to read.
  const reach = sizes.depth === 5 || cells === 1 ? null : reachOfBorders(sizes);
  for (let cell = 0; cell < cells; cell++) {
    const from = cell / cells;
    const to = (cell + 1) / cells;
    const before = reach ? reach.after(cell) : 0;
    const after = reach ? reach.before(cell + 1) : cell + 1 < cells ? sizes.delta / cells : 0;
    const left = Math.min(to, from + before);
    const right = Math.max(left, to - after);
    add(from, left, true);
    add(left, right, false);
    add(right, to, true);
  }
  return pieces;
}

/**
 * Depth 6: how far the trifling region goes on both sides of a border. A sine of few waves is near zero for long, at the
 * few borders at which it is zero.
 */
function reachOfBorders({ cells, tau }: Sizes) {
  const halfWidths = Array.from({ length: cells + 1 }, (_, border) => {
    let waves = 1;
    // The first of the sines that is zero at the border.
    while ((2 * waves * border) % cells !== 0) waves *= 2;
    return Math.asin(tau) / (2 * Math.PI * waves);
  });
  const from = (border: number, direction: 1 | -1): number => {
    let reach = 0;
    for (let other = border; other >= 0 && other <= cells; other -= direction)
      reach = Math.max(reach, (halfWidths[other] as number) - Math.abs(border - other) / cells);
    return reach;
  };
  return { after: (border: number) => from(border, 1), before: (border: number) => from(border, -1) };
}

/** Points of a piece inside a cell and in the trifling region, for one dimension and for two. */
const POINTS = { 1: { all: 2000, least: 8, trifling: 6 }, 2: { all: 160, least: 4, trifling: 2 } } as const;

/** How near to the end of a piece its last node stands, as a share of the piece. */
const END_SHARE = 1e-6;

/** Nodes along an axis, in order: the midpoint rule in every piece, the pieces' ends, and the corners of all cells. */
export function nodesOf(sizes: Sizes): Node[] {
  const { cells, dimension, depth } = sizes;
  const points = POINTS[dimension];
  const inside = Math.max(points.least, Math.ceil(points.all / cells));
  const nodes: Node[] = [];
  for (const { from, to, trifling } of piecesOf(sizes)) {
    const length = to - from;
    const count = trifling ? points.trifling : inside;
    if (!trifling) nodes.push({ at: from + END_SHARE * length, weight: 0, trifling });
    for (let point = 0; point < count; point++)
      nodes.push({ at: from + (length * (point + 0.5)) / count, weight: length / count, trifling });
    if (!trifling) nodes.push({ at: to - END_SHARE * length, weight: 0, trifling });
  }
  for (let corner = 0; corner <= cells; corner++)
    nodes.push({ at: corner / cells, weight: 0, trifling: depth === 6 && cells > 1 });
  return nodes.sort((a, b) => a.at - b.at);
}

/** The share of the unit interval or square that is trifling, from its pieces. */
export function triflingShare(sizes: Sizes): number {
  let inside = 0;
  for (const { from, to, trifling } of piecesOf(sizes)) if (!trifling) inside += to - from;
  return 1 - inside ** sizes.dimension;
}

/** What that share is at most by the construction: d N delta, or 2 d q asin(tau) / pi at depth 6. */
export function triflingBound({ dimension, cells, depth, delta, tau }: Sizes): number {
  // Delta is a share of a cell here: N delta / N.
  return depth === 5 ? dimension * delta : (2 * dimension * Math.log2(cells) * Math.asin(tau)) / Math.PI;
}
