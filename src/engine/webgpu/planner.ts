import type { KernelName } from './kernels.ts';

/** The fields of the struct Dispatch of shaders/lib/dispatch.wgsl, in its order. */
const FIELDS = [
  ...(['length', 'batch', 'capacity', 'scoredFrom'] as const),
  ...(['begin', 'end', 'firstLane', 'layer'] as const),
  ...(['weights', 'bias', 'sourceFrom', 'rows'] as const),
  ...(['sourceQuads', 'sourceRow', 'sourceLaneRows', 'targetRow'] as const),
  ...(['leftQuads', 'leftLaneRows', 'hiddenRow', 'matrix'] as const),
  ...(['hiddenOffset', 'sourceOffset', 'biasOffset', 'splits'] as const),
  ...(['path', 'everything', 'measureFrom', 'lanes'] as const),
  ...(['lossScale', 'measureScale', 'tolerance', 'chunks'] as const),
  ...(['seed', 'stream', 'heldOut', 'firstSequence'] as const),
  ...(['terms', 'segments', 'carries'] as const),
] as const;

export type Fields = Partial<Record<(typeof FIELDS)[number], number>>;

const FLOATS: ReadonlySet<string> = new Set(['lossScale', 'measureScale', 'tolerance']);

/** Writes the fields of a dispatch as its uniforms. */
export function writeFields(fields: Fields, view: DataView, offset: number): void {
  for (const [index, name] of FIELDS.entries()) {
    const at = offset + 4 * index;
    if (FLOATS.has(name)) view.setFloat32(at, fields[name] ?? 0, true);
    else view.setUint32(at, fields[name] ?? 0, true);
  }
}

/** One dispatch of a kernel. */
export interface Dispatch {
  readonly kernel: KernelName;
  /** Buffers by the names of the kernel's declaration; others have that very name. */
  readonly buffers: Readonly<Record<string, string>>;
  readonly fields: Fields;
  readonly groups: readonly [x: number, y: number, z: number];
  /** Multiplications and additions, roughly. */
  readonly operations: number;
  /** Whether it is a part of what could be one dispatch. */
  readonly isCut: boolean;
}

/** A part of a dispatch's work. */
export interface Part {
  readonly begin: number;
  readonly end: number;
  readonly firstLane: number;
  readonly lanes: number;
}

/** What a dispatch of a part is told. */
export type Work = Pick<Dispatch, 'fields' | 'groups'>;

/** What of a dispatch may be split besides its lanes. */
interface SplitRange {
  readonly begin: number;
  readonly end: number;
  /** Whether it runs from its end to its begin. */
  readonly backward?: boolean;
  /** A part has whole units of that many, counted from `begin`, or is within one. */
  readonly unit?: number;
}

/** Workgroups in a dimension that every device takes: the specification's lowest `maxComputeWorkgroupsPerDimension`. */
const MOST_WORKGROUPS = 65_535;

/** Cuts a range into parts of about the same size, at most `most`: begin and end of each. */
export function cut({ begin, end, unit = 1 }: SplitRange, most: number): (readonly [number, number])[] {
  if (begin === end) return [[begin, end]];
  const grain = most >= unit ? unit : 1;
  const stretch = most >= unit ? end - begin : unit;
  const grains = Math.ceil(stretch / grain);
  const size = grain * Math.ceil(grains / Math.ceil(grains / Math.floor(most / grain)));
  const parts: [number, number][] = [];
  for (let first = begin; first < end; first += stretch) {
    const last = Math.min(end, first + stretch);
    for (let low = first; low < last; low += size) parts.push([low, Math.min(last, low + size)]);
  }
  return parts;
}

/** Most operations of a dispatch of a kernel, as far as its work can be split. */
export type MostOperations = (kernel: KernelName) => number;

/** Collects dispatches, splitting those that are too long. */
export class Planner {
  readonly dispatches: Dispatch[] = [];
  readonly #common: Fields;
  readonly #lanes: number;
  readonly #mostOperations: MostOperations;

  /**
   * @param common fields of every dispatch
   * @param lanes of the experiment
   * @param mostOperations of a dispatch of each kernel, as far as work can be split
   */
  constructor(common: Fields, lanes: number, mostOperations: MostOperations) {
    this.#common = common;
    this.#lanes = lanes;
    this.#mostOperations = mostOperations;
  }

  /**
   * Adds work in dispatches of no more operations than allowed, as far as it can be split, and of no more workgroups than every
   * device takes.
   * @param operations of the whole work
   * @param range what may be split besides the lanes
   * @throws Error where it has too many workgroups and cannot be split further
   */
  add(
    kernel: KernelName,
    buffers: Readonly<Record<string, string>>,
    operations: number,
    part: (part: Part) => Work,
    range: SplitRange = { begin: 0, end: 1 },
  ): void {
    const lanes = this.#lanes;
    const mostOperations = this.#mostOperations(kernel);
    const lanesOfPart = Math.max(1, Math.min(lanes, Math.floor((lanes * mostOperations) / operations)));
    const length = Math.max(1, range.end - range.begin);
    const ofLane = operations / lanes / length;
    const fits = ({ groups }: Work): boolean => Math.max(...groups) <= MOST_WORKGROUPS;
    let most = Math.max(1, Math.min(length, Math.floor(mostOperations / (ofLane * lanesOfPart))));
    let parts = cut(range, most);
    while (!parts.every(([begin, end]) => fits(part({ begin, end, firstLane: 0, lanes: lanesOfPart })))) {
      if (most === 1)
        throw new Error(`${kernel} has more than ${MOST_WORKGROUPS} workgroups in a dimension.`);
      most = Math.floor(most / 2);
      parts = cut(range, most);
    }
    if (range.backward) parts.reverse();
    const isCut = lanesOfPart < lanes || parts.length > 1;
    for (let firstLane = 0; firstLane < lanes; firstLane += lanesOfPart) {
      const count = Math.min(lanesOfPart, lanes - firstLane);
      for (const [begin, end] of parts) {
        const { fields, groups } = part({ begin, end, firstLane, lanes: count });
        this.dispatches.push({
          kernel,
          buffers,
          fields: { ...this.#common, begin, end, firstLane, ...fields },
          groups,
          operations: ofLane * count * Math.max(1, end - begin),
          isCut,
        });
      }
    }
  }
}
