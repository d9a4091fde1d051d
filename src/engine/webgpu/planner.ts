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
  ...(['terms', 'segments'] as const),
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
}

/** A part of a dispatch's work. */
interface Part {
  readonly begin: number;
  readonly end: number;
  readonly firstLane: number;
  readonly lanes: number;
}

/** Collects dispatches, splitting those that are too long. */
export class Planner {
  readonly dispatches: Dispatch[] = [];
  readonly #common: Fields;
  readonly #lanes: number;
  readonly #mostOperations: number;

  /**
   * @param common fields of every dispatch
   * @param lanes of the experiment
   * @param mostOperations of a dispatch, as far as work can be split
   */
  constructor(common: Fields, lanes: number, mostOperations: number) {
    this.#common = common;
    this.#lanes = lanes;
    this.#mostOperations = mostOperations;
  }

  /**
   * @param operations of the whole work
   * @param range what may be split besides the lanes: [begin, end), and whether it runs backward
   */
  add(
    kernel: KernelName,
    buffers: Readonly<Record<string, string>>,
    operations: number,
    part: (part: Part) => { readonly fields: Fields; readonly groups: readonly [number, number, number] },
    range: { readonly begin: number; readonly end: number; readonly backward?: boolean } = {
      begin: 0,
      end: 1,
    },
  ): void {
    const lanes = this.#lanes;
    const lanesOfPart = Math.max(1, Math.min(lanes, Math.floor((lanes * this.#mostOperations) / operations)));
    const length = range.end - range.begin;
    const pieces = Math.min(
      Math.max(1, length),
      Math.ceil((operations * lanesOfPart) / lanes / this.#mostOperations),
    );
    const lengthOfPart = Math.ceil(length / pieces);
    for (let firstLane = 0; firstLane < lanes; firstLane += lanesOfPart) {
      const count = Math.min(lanesOfPart, lanes - firstLane);
      for (let piece = 0; piece < pieces; piece++) {
        const low = range.backward
          ? Math.max(range.begin, range.end - (piece + 1) * lengthOfPart)
          : Math.min(range.end, range.begin + piece * lengthOfPart);
        const high = range.backward
          ? Math.max(range.begin, range.end - piece * lengthOfPart)
          : Math.min(range.end, low + lengthOfPart);
        if (high === low && length > 0) continue;
        const { fields, groups } = part({ begin: low, end: high, firstLane, lanes: count });
        this.dispatches.push({
          kernel,
          buffers,
          fields: { ...this.#common, begin: low, end: high, firstLane, ...fields },
          groups,
          operations: (operations / lanes / Math.max(1, length)) * count * Math.max(1, high - low),
        });
      }
    }
  }
}
