import type { Experiment } from '../experiment/schema.ts';
import { assertFits, loadTaskData } from '../experiment/tasks/data.ts';
import { type TaskData, taskOf } from '../experiment/tasks/index.ts';

/** Told of a download: what is loading, and the fraction that is here, null where the size is not known. */
export type OnProgress = (message: string, fraction: number | null) => void;

/** The data loaded last, so that a reset or a change of another setting does not load them again. */
let loaded: { readonly key: string; readonly data: TaskData | null } | null = null;

/**
 * The data of the experiment's task, fetched from data/ below the page's address; null for generated tasks.
 * @throws Error saying what could not be loaded and what to do
 */
export async function loadData(
  experiment: Experiment,
  base: string,
  onProgress: OnProgress,
): Promise<TaskData | null> {
  const name = taskOf(experiment).data;
  if (name === null) return null;
  const key = `${name} ${experiment.data}`;
  if (loaded?.key !== key) {
    const data = await loadTaskData(experiment, (file) => fetchFile(file, base, onProgress), null);
    loaded = { key, data };
  }
  assertFits(experiment, loaded.data);
  return loaded.data;
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
