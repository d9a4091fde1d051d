import { KERNELS_BASE64 } from './kernelsBinary.ts';

/**
 * A matrix product: c[r, j] += sum over k of a[r, k] b[k, j]. Addresses and strides count bytes.
 * @param columns a multiple of `COLUMN_MULTIPLE`; numbers of b and c up to it are read and written
 * @param a element (r, k) at `a + r * aRow + k * aTerm`
 * @param b element (k, j) at `b + k * bTerm`, rows contiguous
 * @param c element (r, j) at `c + r * cRow`, rows contiguous
 */
type AddProduct = (
  rows: number,
  columns: number,
  terms: number,
  a: number,
  aRow: number,
  aTerm: number,
  b: number,
  bTerm: number,
  c: number,
  cRow: number,
) => void;

/** What assembly/kernels.ts exports. */
export interface Kernels {
  readonly addProduct32: AddProduct;
  readonly addProduct64: AddProduct;
  /** z = [z]_+ in place; z an address of `count` float32. */
  readonly rectify: (z: number, count: number) => void;
  /** delta = 0 in place where the state is not above 0; addresses of `count` float32. */
  readonly mask: (delta: number, state: number, count: number) => void;
}

/** Columns of a product come in this number: two vectors of float32, four of float64. */
const COLUMN_MULTIPLE = 8;

const PAGE_BYTES = 65536;
/** 4 GiB: what 32-bit addresses reach. */
const MOST_PAGES = 65536;

let compiled: Promise<WebAssembly.Module | null> | undefined;

/** The compiled kernels; null where there is no WebAssembly with SIMD, or a page's policy forbids it. */
export function loadKernels(): Promise<WebAssembly.Module | null> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module | null> {
  try {
    return await WebAssembly.compile(Uint8Array.from(atob(KERNELS_BASE64), (c) => c.charCodeAt(0)));
  } catch {
    return null;
  }
}

/**
 * Kernels with a memory of their own.
 * @param bytes of memory, zero at first
 * @throws RangeError where there is no such memory
 */
export function startKernels(
  module: WebAssembly.Module,
  bytes: number,
): { readonly kernels: Kernels; readonly buffer: ArrayBuffer } {
  const initial = Math.ceil(bytes / PAGE_BYTES);
  if (initial > MOST_PAGES) throw new RangeError(`WebAssembly has no memory of ${bytes} bytes.`);
  const memory = new WebAssembly.Memory({ initial });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { kernels: exports as unknown as Kernels, buffer: memory.buffer };
}

/** The number of columns that rows are padded to. */
export const paddedColumns = (columns: number): number =>
  Math.ceil(columns / COLUMN_MULTIPLE) * COLUMN_MULTIPLE;

/** Gives out consecutive parts of a memory before it is made. Lengths and positions count numbers, not bytes. */
export class MemoryPlan {
  length = 0;

  /** The position of a part; it begins at a whole vector. */
  take(length: number): number {
    const at = this.length;
    this.length += paddedColumns(length);
    return at;
  }
}
