/** A convex piece of the box of the free numbers, by its vertices. */
export interface Polytope {
  readonly points: Float64Array; // [vertices, free]
  /** Constraints that hold with equality at each vertex, ascending; null for polygons, whose vertices are in their cyclic order. */
  readonly tight: readonly (readonly number[])[] | null; // [vertices]
}

/**
 * The box [0, 1]^free. In the plane a polygon is the cyclic list of its vertices; in other dimensions two vertices are
 * neighbours if at least free - 1 constraints are tight at both and no third vertex has all of those (the combinatorial
 * test of the double description method).
 */
export function unitBox(free: number): Polytope {
  if (free === 2) return { points: Float64Array.of(0, 0, 1, 0, 1, 1, 0, 1), tight: null };
  const count = 2 ** free;
  const points = new Float64Array(count * free);
  const tight = Array.from({ length: count }, (_, vertex) =>
    Array.from({ length: free }, (_, axis) => {
      const high = (vertex >> axis) & 1;
      points[vertex * free + axis] = high;
      return 2 * axis + high;
    }),
  );
  return { points, tight };
}

/**
 * The two parts of a polytope on both sides of a hyperplane that crosses it. Vertices within the tolerance belong to both.
 * @param values of the affine function at the vertices, some below -tolerance and some above it
 * @param constraint a number for the hyperplane that no other constraint on the way here has
 * @returns the part where it is at most 0, then that where it is at least 0
 */
export function split(
  polytope: Polytope,
  free: number,
  values: Float64Array,
  tolerance: number,
  constraint: number,
): readonly [Polytope, Polytope] {
  return polytope.tight === null
    ? splitPolygon(polytope.points, values, tolerance)
    : splitByTight(polytope.points, polytope.tight, free, values, tolerance, constraint);
}

function splitPolygon(
  points: Float64Array,
  values: Float64Array,
  tolerance: number,
): readonly [Polytope, Polytope] {
  const below: number[] = [];
  const above: number[] = [];
  const count = values.length;
  for (let here = 0; here < count; here++) {
    const next = here + 1 === count ? 0 : here + 1;
    const value = values[here] as number;
    const nextValue = values[next] as number;
    const x = points[2 * here] as number;
    const y = points[2 * here + 1] as number;
    if (value <= tolerance) below.push(x, y);
    if (value >= -tolerance) above.push(x, y);
    if ((value < -tolerance && nextValue > tolerance) || (value > tolerance && nextValue < -tolerance)) {
      const share = value / (value - nextValue);
      const cutX = x + share * ((points[2 * next] as number) - x);
      const cutY = y + share * ((points[2 * next + 1] as number) - y);
      below.push(cutX, cutY);
      above.push(cutX, cutY);
    }
  }
  return [
    { points: Float64Array.from(below), tight: null },
    { points: Float64Array.from(above), tight: null },
  ];
}

/** What two ascending lists share. */
function shared(a: readonly number[], b: readonly number[]): number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = (a[i] as number) - (b[j] as number);
    if (difference === 0) both.push(a[i] as number);
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return both;
}

const contains = (list: readonly number[], part: readonly number[]): boolean =>
  shared(list, part).length === part.length;

function splitByTight(
  points: Float64Array,
  tight: readonly (readonly number[])[],
  free: number,
  values: Float64Array,
  tolerance: number,
  constraint: number,
): readonly [Polytope, Polytope] {
  const parts = [
    { points: [] as number[], tight: [] as number[][] },
    { points: [] as number[], tight: [] as number[][] },
  ] as const;
  const sideOf = (vertex: number): -1 | 0 | 1 => {
    const value = values[vertex] as number;
    return value > tolerance ? 1 : value < -tolerance ? -1 : 0;
  };
  for (let vertex = 0; vertex < values.length; vertex++) {
    const side = sideOf(vertex);
    const point = points.subarray(vertex * free, (vertex + 1) * free);
    const own = tight[vertex] as readonly number[];
    const constraints = side === 0 ? [...own, constraint] : [...own];
    for (const [index, part] of parts.entries()) {
      if (side === (index === 0 ? 1 : -1)) continue;
      part.points.push(...point);
      part.tight.push(constraints);
    }
    if (side !== -1) continue;
    for (let other = 0; other < values.length; other++) {
      if (sideOf(other) !== 1) continue;
      const both = shared(own, tight[other] as readonly number[]);
      if (both.length < free - 1) continue;
      const third = tight.some((list, index) => index !== vertex && index !== other && contains(list, both));
      if (third) continue;
      const value = values[vertex] as number;
      const share = value / (value - (values[other] as number));
      const cut = Array.from(point, (x, axis) => x + share * ((points[other * free + axis] as number) - x));
      for (const part of parts) {
        part.points.push(...cut);
        part.tight.push([...both, constraint]);
      }
    }
  }
  const [below, above] = parts;
  return [
    { points: Float64Array.from(below.points), tight: below.tight },
    { points: Float64Array.from(above.points), tight: above.tight },
  ];
}

/** Length, area or volume of a polytope in one to three dimensions. */
export function measure({ points, tight }: Polytope, free: number): number {
  if (tight === null) return polygonArea(points);
  if (free === 1) return Math.max(...points) - Math.min(...points);
  if (free === 3) return volume(points, tight);
  throw new Error(`No measure in ${free} dimensions: 1 to 3 are known.`);
}

function polygonArea(points: Float64Array): number {
  const count = points.length / 2;
  if (count < 3) return 0;
  // Relative to a vertex, so that small polygons far from 0 keep their digits.
  const [x0, y0] = [points[0] as number, points[1] as number];
  let twice = 0;
  for (let vertex = 1; vertex + 1 < count; vertex++) {
    const ax = (points[2 * vertex] as number) - x0;
    const ay = (points[2 * vertex + 1] as number) - y0;
    const bx = (points[2 * vertex + 2] as number) - x0;
    const by = (points[2 * vertex + 3] as number) - y0;
    twice += ax * by - bx * ay;
  }
  return Math.abs(twice) / 2;
}

type Vector = readonly [number, number, number];

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** The pyramids from the centre to the faces: a face is what shares a tight constraint. */
function volume(points: Float64Array, tight: readonly (readonly number[])[]): number {
  const vectors = tight.map(
    (_, vertex): Vector => [
      points[3 * vertex] as number,
      points[3 * vertex + 1] as number,
      points[3 * vertex + 2] as number,
    ],
  );
  const middle = (of: readonly Vector[]): Vector => {
    const sum = of.reduce(
      (total, v): Vector => [total[0] + v[0], total[1] + v[1], total[2] + v[2]],
      [0, 0, 0],
    );
    return [sum[0] / of.length, sum[1] / of.length, sum[2] / of.length];
  };
  const centre = middle(vectors);
  const seen = new Set<string>();
  let total = 0;
  for (const constraint of new Set(tight.flat())) {
    const members = tight.flatMap((list, vertex) => (list.includes(constraint) ? [vertex] : []));
    // Two constraints may have the same face.
    const key = members.join();
    if (members.length < 3 || seen.has(key)) continue;
    seen.add(key);
    const corners = members.map((vertex) => vectors[vertex] as Vector);
    const hub = middle(corners);
    const first = minus(corners[0] as Vector, hub);
    // The face's normal, from the pair of spokes that spans most.
    let normal: Vector = [0, 0, 0];
    for (const corner of corners) {
      const candidate = cross(first, minus(corner, hub));
      if (dot(candidate, candidate) > dot(normal, normal)) normal = candidate;
    }
    const side = cross(normal, first);
    const length = Math.sqrt(dot(normal, normal));
    const angle = (corner: Vector): number => {
      const spoke = minus(corner, hub);
      return Math.atan2(dot(spoke, side), dot(spoke, first) * length);
    };
    const ordered = corners.map((corner) => ({ corner, at: angle(corner) })).sort((a, b) => a.at - b.at);
    for (const [index, { corner }] of ordered.entries()) {
      const next = (ordered[index + 1] ?? ordered[0])?.corner as Vector;
      const height = minus(centre, hub);
      total += Math.abs(dot(height, cross(minus(corner, hub), minus(next, hub)))) / 6;
    }
  }
  return total;
}
