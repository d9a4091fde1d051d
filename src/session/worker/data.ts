import { assertFits, readTaskData } from '../../experiment/tasks/data.ts';
import { type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import { TEXT_BYTES, textTooLarge } from '../../experiment/tasks/textData.ts';
import type { CreateCommand, OwnText } from '../protocol.ts';

/** Told of a download: what is loading, and the fraction that is here, null where the size is not known. */
export type OnProgress = (message: string, fraction: number | null) => void;

/** Data that are loaded, or on their way. */
interface Loading {
  readonly data: Promise<TaskData | null>;
  /** Everybody who waits for them. */
  readonly listeners: Set<OnProgress>;
}

/** By what was loaded, the last one last: a reset or a change of another setting does not load them again. */
const loadings = new Map<string, Loading>();

/** Data that are kept: those of a run, and of a text that is read beside it. */
const MOST_KEPT = 2;

/**
 * The data of the experiment's task, fetched from data/ below the page's address or read from the visitor's own file;
 * null for generated tasks.
 * @throws Error saying what could not be loaded, or does not do for the experiment, and what to do
 */
export async function loadData(
  { experiment, ownText, base }: Pick<CreateCommand, 'experiment' | 'ownText' | 'base'>,
  onProgress: OnProgress,
): Promise<TaskData | null> {
  const task = taskOf(experiment);
  if (task.data === null) return null;
  const own = experiment.data === 'own';
  const key = own ? `own ${ownText?.number}` : `${task.data} ${experiment.data}`;
  let loading = loadings.get(key);
  if (!loading) {
    const listeners = new Set<OnProgress>();
    const tellAll: OnProgress = (...progress) => {
      for (const listener of listeners) listener(...progress);
    };
    const load = async (): Promise<TaskData | null> => {
      const text = own && ownText !== null ? await readFile(ownText, tellAll) : null;
      return readTaskData(experiment, (file) => fetchFile(file, base, tellAll), text);
    };
    listeners.add(onProgress);
    loading = { data: load(), listeners };
    // What failed is tried again by the next run.
    loading.data.catch(() => loadings.delete(key));
  }
  loadings.delete(key);
  loadings.set(key, loading);
  const [oldest] = loadings.keys();
  if (loadings.size > MOST_KEPT && oldest !== undefined) loadings.delete(oldest);
  loading.listeners.add(onProgress);
  try {
    const data = await loading.data;
    // Data that are kept were loaded for other settings.
    assertFits(experiment, data);
    return data;
  } finally {
    loading.listeners.delete(onProgress);
  }
}

async function readFile(
  { file }: OwnText,
  onProgress: OnProgress,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  if (file.size > TEXT_BYTES.max) throw textTooLarge(file.name, file.size);
  onProgress(`Reading ${file.name}`, null);
  try {
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch {
    throw new Error(
      `${file.name} could not be read: it may be a folder, or have changed since it was chosen. Choose it again.`,
    );
  }
}

async function fetchFile(file: string, base: string, onProgress: OnProgress): Promise<Uint8Array> {
  const message = `Loading ${file}`;
  onProgress(message, null);
  let response: Response;
  try {
    response = await fetch(new URL(`data/${file}`, base));
  } catch (error) {
    throw new Error(
      `${file} could not be loaded (${String(error)}). Check the connection, then press Reset.`,
    );
  }
  if (!response.ok || !response.body) {
    throw new Error(
      `${file} could not be loaded: the server answered ${response.status}. Press Reset to try again.`,
    );
  }
  // The length of a body that the browser unpacked on its way is not the length that the header tells.
  const packed = response.headers.get('content-encoding') === null;
  const total = packed ? Number(response.headers.get('content-length')) : 0;
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    size += part.value.length;
    onProgress(message, total > 0 ? Math.min(1, size / total) : null);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
