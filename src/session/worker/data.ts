import { assertFits, loadTaskData } from '../../experiment/tasks/data.ts';
import { type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import { TEXT_BYTES, textTooLarge } from '../../experiment/tasks/textData.ts';
import type { CreateCommand, OwnText } from '../protocol.ts';

/** Told of a download: what is loading, and the fraction that is here, null where the size is not known. */
export type OnProgress = (message: string, fraction: number | null) => void;

/** The data loaded last, so that a reset or a change of another setting does not load them again. */
let loaded: { readonly key: string; readonly data: TaskData | null } | null = null;

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
  if (loaded?.key !== key) {
    const text = own && ownText !== null ? await readFile(ownText, onProgress) : null;
    const data = await loadTaskData(experiment, (file) => fetchFile(file, base, onProgress), text);
    loaded = { key, data };
  }
  // Data that are kept were loaded for other settings.
  assertFits(experiment, loaded.data);
  return loaded.data;
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
