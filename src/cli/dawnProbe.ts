import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Milliseconds that Dawn has to find an adapter; it takes less than one second. */
const PROBE_LIMIT = 30_000;

/** Dawn's binary, and where it is noted that one was seen to work. */
interface Dawn {
  readonly file: string;
  readonly notes: string;
}

/** Null where the package is not installed. */
function findDawn(): Dawn | null {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('webgpu/package.json'));
    const arch = process.platform === 'darwin' ? 'universal' : process.arch;
    const file = join(folder, 'dist', `${process.platform}-${arch}`, 'dawn.node');
    return existsSync(file) ? { file, notes: join(dirname(folder), '.cache', 'path-sgd-dawn') } : null;
  } catch {
    return null;
  }
}

/** The name of the note for this binary, this Node and these drivers. */
function noteOf({ file, notes }: Dawn): string {
  const { size, mtimeMs } = statSync(file);
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;
  const what = [file, size, mtimeMs, process.version, VK_ICD_FILENAMES, VK_DRIVER_FILES];
  return join(notes, createHash('sha256').update(JSON.stringify(what)).digest('hex'));
}

/** How a program of ours that tries something ended. */
export type Ending = 'well' | 'unknown' | 'timeout' | { readonly signal: string } | { readonly code: number };

/**
 * Runs a script in a process of its own.
 * @param limit milliseconds
 * @returns `unknown` where no process could be started
 */
export function tryScript(script: string, limit: number): Promise<Ending> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { stdio: 'ignore' });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    const end = (ending: Ending): void => {
      clearTimeout(timer);
      resolve(late ? 'timeout' : ending);
    };
    child.on('error', () => end('unknown'));
    child.on('exit', (code, signal) => end(signal ? { signal } : code ? { code } : 'well'));
  });
}

/**
 * Whether Dawn may be loaded into this process. A damaged binary ends the process that loads it, without a word, so that another
 * process loads it first; once for each binary, Node and choice of drivers.
 * @param probe what is run, in how many milliseconds at most
 * @returns why it may not, in a sentence; null where nothing speaks against it
 */
export async function dawnProblem(
  probe: () => Promise<Ending> = () =>
    tryScript(fileURLToPath(new URL('./dawnProbe.mjs', import.meta.url)), PROBE_LIMIT),
): Promise<string | null> {
  const dawn = findDawn();
  if (dawn === null) return null;
  const note = noteOf(dawn);
  if (existsSync(note)) return null;
  const ending = await probe();
  if (ending === 'well') {
    try {
      mkdirSync(dawn.notes, { recursive: true });
      writeFileSync(note, '');
    } catch {
      // It is tried again by the next command.
    }
    return null;
  }
  return problemOf(ending, dawn.file);
}

/** What an ending says of Dawn, in a sentence; null where it says nothing. */
export function problemOf(ending: Ending, file: string): string | null {
  if (ending === 'well' || ending === 'unknown') return null;
  const what =
    ending === 'timeout'
      ? `did not answer within ${PROBE_LIMIT / 1000} seconds`
      : 'signal' in ending
        ? `crashed (${ending.signal})`
        : `failed (exit code ${ending.code})`;
  return `Dawn, which brings WebGPU to Node, ${what} when it was tried: its file ${file} may be damaged. "npm ci" installs it anew.`;
}
