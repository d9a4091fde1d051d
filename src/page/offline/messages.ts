/** What the build tells the service worker: filled in by scripts/offline.ts. */
export interface Manifest {
  /** Differs between any two builds that differ in a file. */
  readonly version: string;
  /** Every file of the page but the data: its address below the page's, and its SHA-256 in base 64. */
  readonly files: readonly (readonly [path: string, sha256: string])[];
  readonly data: readonly {
    readonly path: string;
    /** Bytes of the download. */
    readonly size: number;
    /** SHA-256 in base 64 of the file, and of what is packed in it: a server may have undone its gzip. */
    readonly sha256: readonly string[];
  }[];
}

/** What the page asks of the service worker, each with a port for the answers. */
export type Request =
  /** The new version takes over. No answer. */
  | { readonly type: 'activate' }
  /** Which data files are kept: one `DataAnswer`. */
  | { readonly type: 'data' }
  /** Keep these data files, or all: `DataAnswer` as they come, the last with `done`. */
  | { readonly type: 'keep'; readonly paths: readonly string[] | null };

export interface DataAnswer {
  /** Bytes of all data files, and of those that are kept. */
  readonly size: number;
  readonly kept: number;
  readonly done: boolean;
  /** Why not all could be kept, or null. */
  readonly problem: string | null;
}
