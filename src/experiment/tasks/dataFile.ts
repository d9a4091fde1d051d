import { DamagedDataError } from './dataErrors.ts';

/** A data file of the page: its name in data/ and the SHA-256 of its unpacked bytes. */
export interface DataFile {
  readonly name: string;
  readonly sha256: string;
}

async function gunzip(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error(`${file} cannot be unpacked: this browser has no DecompressionStream. Use a newer one.`);
  }
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new DamagedDataError(
      file,
      `it cannot be unpacked (${error instanceof Error ? error.message : error})`,
    );
  }
}

/**
 * SHA-256 in hexadecimal, or null where there is none: browsers keep `crypto.subtle` from pages served over plain
 * http. There the length and gzip's own CRC-32 must do.
 */
async function sha256(bytes: Uint8Array): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return null;
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Unpacks a data file and checks that it is the expected one.
 * @param size of the unpacked file
 * @param bytes the file; a server may have undone its gzip already
 * @throws DamagedDataError where size or checksum are wrong
 */
export async function unpackFile(
  { name, sha256: expected }: DataFile,
  size: number,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const unpacked = isGzip ? await gunzip(name, bytes) : bytes;
  if (unpacked.length !== size) {
    throw new DamagedDataError(name, `it holds ${unpacked.length} bytes where ${size} belong`);
  }
  const checksum = await sha256(unpacked);
  if (checksum !== null && checksum !== expected) {
    throw new DamagedDataError(name, `its SHA-256 is ${checksum} where ${expected} belongs`);
  }
  return unpacked;
}
