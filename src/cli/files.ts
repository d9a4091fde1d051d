import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../engine/engine.ts';

// All paths that a person gives to a command are read and written here.

/** Milliseconds between two looks at a pipe that nobody has opened at its other end. */
const PIPE_INTERVAL = 50;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** What a path leads to; null where there is nothing yet, or it cannot be seen. */
function statsOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** What it is that is neither a file nor a pipe, in words. */
function otherKind(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** Whether a path names a pipe in a folder (mkfifo), which waits for its other end, and not one that a shell has connected. */
function isNamedPipe(path: string, stats: Stats): boolean {
  if (!stats.isFIFO()) return false;
  try {
    realpathSync.native(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * The bytes of a file or a pipe. Waits for the writer of a pipe, and says so.
 * @param most bytes that it may have
 * @throws Error which says why it cannot be read
 */
export async function readInput(path: string, most: number): Promise<Uint8Array> {
  const stats = statSync(path);
  if (!stats.isFile() && !stats.isFIFO()) throw new Error(`it is ${otherKind(stats)}`);
  const named = isNamedPipe(path, stats);
  // Opening a named pipe that nobody writes into would block the process for ever.
  const file = openSync(path, constants.O_RDONLY | (named ? constants.O_NONBLOCK : 0));
  try {
    const parts: Uint8Array[] = [];
    let size = 0;
    let told = !named;
    const part = Buffer.alloc(1 << 20);
    while (size <= most) {
      const read = readNow(file, part);
      if (read === null || (read === 0 && named && size === 0)) {
        if (!told) say(`${path} is a pipe: waiting for what is written into it ...`);
        told = true;
        await wait(PIPE_INTERVAL);
        continue;
      }
      if (read === 0) return Buffer.concat(parts);
      parts.push(Uint8Array.from(part.subarray(0, read)));
      size += read;
    }
    throw new Error(`it has more than ${most} bytes`);
  } finally {
    closeSync(file);
  }
}

/** Bytes read, 0 at the end; null where the writer of a pipe has not written yet. */
function readNow(file: number, into: Uint8Array): number | null {
  try {
    return readSync(file, into);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw error;
  }
}

/**
 * Why a path cannot be written, as far as can be seen without touching it; null where nothing speaks against it.
 * @returns the rest of a sentence that begins with "it"
 */
export function writeObstacle(path: string): string | null {
  try {
    const stats = statsOf(path);
    if (stats === null) {
      if (path === '') return 'is empty';
      const folder = dirname(resolve(path));
      const parent = statsOf(folder);
      if (parent === null) return `lies in ${folder}, which does not exist`;
      if (!parent.isDirectory()) return `lies in ${folder}, which is no folder`;
      if (lstatSync(path, { throwIfNoEntry: false })) return 'is a link to what does not exist';
      accessSync(folder, constants.W_OK | constants.X_OK);
      return null;
    }
    if (stats.isDirectory() || stats.isBlockDevice()) return `is ${otherKind(stats)}`;
    if (!stats.isSocket()) accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    return `cannot be written (${messageOf(error)})`;
  }
}

/** Whether a path is what a stream of this process (1 = standard output, 2 = standard error) already goes to. */
export function isStream(path: string, stream: 1 | 2): boolean {
  const stats = statsOf(path);
  if (stats === null) return false;
  try {
    const { dev, ino } = fstatSync(stream);
    return stats.dev === dev && stats.ino === ino;
  } catch {
    return false;
  }
}

/** Whether writing to the path replaces a file. */
export const isFile = (path: string): boolean => statsOf(path)?.isFile() === true;

/** Whether a file may take the place: there is one or nothing, not a pipe or a device. */
export const takesFile = (path: string): boolean => statsOf(path)?.isFile() !== false;

/**
 * Opens a path for writing; empties a file that is there. Waits for the reader of a pipe, and says so.
 * @returns the file descriptor
 * @throws Error where it cannot be opened
 */
export async function openOutput(path: string): Promise<number> {
  const stats = statsOf(path);
  if (stats === null || !isNamedPipe(path, stats)) return openSync(path, 'w');
  for (let told = false; ; told = true) {
    try {
      const probe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      // Now that there is a reader this does not block, and what is written waits for a slow one.
      const file = openSync(path, constants.O_WRONLY);
      closeSync(probe);
      return file;
    } catch (error) {
      // The code of a pipe without a reader.
      if (codeOf(error) !== 'ENXIO') throw error;
    }
    if (!told) say(`${path} is a pipe: waiting for someone to read it ...`);
    await wait(PIPE_INTERVAL);
  }
}

/** A file that takes its place when it is whole: until then, and where it never is, what was there stays. */
export interface Replacement {
  readonly file: number;
  /** Closes the file and puts it in its place. */
  finish(): void;
  /** Closes and removes it. */
  abandon(): void;
}

/**
 * Opens a new file in the folder of a file that is there or is to be.
 * @throws Error where the folder does not take it
 */
export function replaceFile(path: string): Replacement {
  // A link stays a link.
  const target = isFile(path) ? realpathSync(path) : path;
  const unfinished = `${target}.${process.pid}.local`;
  const file = openSync(unfinished, 'w');
  const abandon = (): void => {
    closeSync(file);
    rmSync(unfinished, { force: true });
  };
  return {
    file,
    finish() {
      closeSync(file);
      try {
        const old = statsOf(target);
        if (old) chmodSync(unfinished, old.mode & 0o7777);
        renameSync(unfinished, target);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
    },
    abandon,
  };
}

/**
 * Writes a whole file at once: it appears whole or not at all.
 * @throws Error where the folder does not take it, or the disk is full
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const replacement = replaceFile(path);
  try {
    writeFileSync(replacement.file, content);
  } catch (error) {
    replacement.abandon();
    throw error;
  }
  replacement.finish();
}
