import { promisifyRequest } from 'idb-keyval';
import * as v from 'valibot';
import { TASK_NAMES } from '../../experiment/tasks/index.ts';
import { parseSavedRun, SAVED_VERSION, type SavedRun } from './savedRun.ts';

/**
 * What is known of a saved run without reading it, which takes long. One object store has both, so that one transaction writes both: a
 * run under its name, and its entry under the array of its name. Arrays come after all strings. Databases from before there was an index
 * have runs only.
 */
export interface IndexEntry {
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** The tab that saved the run last, or that goes on with it. */
  readonly tab: string;
  /** Until when that tab counts as open though nothing is heard of it, in milliseconds since 1970; 0: other signs tell. */
  readonly openUntil: number;
  /** What it is offered as; null: it cannot be used here. */
  readonly about: RunSummary | null;
}

export interface RunSummary {
  readonly version: number;
  readonly step: number;
  readonly task: (typeof TASK_NAMES)[number];
  /** How many. */
  readonly lanes: number;
}

/** An entry with the name of its run. */
export interface NamedEntry extends IndexEntry {
  readonly name: string;
}

const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const summarySchema = v.object({
  version: v.pipe(wholeNumber, v.maxValue(SAVED_VERSION)),
  step: wholeNumber,
  task: v.picklist(TASK_NAMES),
  lanes: wholeNumber,
});
const entrySchema = v.object({
  savedAt: v.number(),
  tab: v.string(),
  openUntil: v.number(),
  // A newer page may say more or other things of its runs.
  about: v.fallback(v.nullable(summarySchema), null),
});

/** No tab says further ahead that it is open: beyond this, a clock was set back. */
const FURTHEST = 10 * 60_000;

/** Whether the tab of a run counts as open by what it said last. */
export const isOpen = ({ openUntil }: IndexEntry, now = Date.now()): boolean =>
  openUntil > now && openUntil <= now + FURTHEST;

/** What is known of a run that has been checked. */
export const entryOf = (run: SavedRun, tab: string, openUntil: number): IndexEntry => ({
  savedAt: run.savedAt,
  tab,
  openUntil,
  about: {
    version: run.version,
    step: run.checkpoint.step,
    task: run.checkpoint.experiment.task,
    lanes: run.checkpoint.experiment.lanes.length,
  },
});

function parseEntry(input: unknown): IndexEntry | null {
  const result = v.safeParse(entrySchema, input);
  return result.success ? result.output : null;
}

/** The entry of a run; null where there is none that can be read. */
export const readEntry = async (store: IDBObjectStore, name: string): Promise<IndexEntry | null> =>
  parseEntry(await promisifyRequest<unknown>(store.get([name])));

export function writeEntry(store: IDBObjectStore, name: string, entry: IndexEntry): void {
  store.put(entry, [name]);
}

/** Deletes a run with its entry. */
export function deleteRun(store: IDBObjectStore, name: string): void {
  store.delete(name);
  store.delete([name]);
}

const names = () => IDBKeyRange.bound('', [], false, true);
const entries = () => IDBKeyRange.lowerBound([]);

/** How many runs there are. */
export const countRuns = (store: IDBObjectStore): Promise<number> => promisifyRequest(store.count(names()));

/** What the index has, and which of its entries do not fit the runs that there are. */
export async function readIndex(store: IDBObjectStore): Promise<{
  readonly entries: readonly NamedEntry[];
  /** Names of runs without an entry, or of entries without a run. */
  readonly unfit: readonly string[];
}> {
  const [runs, keys, values] = await Promise.all([
    promisifyRequest(store.getAllKeys(names())),
    promisifyRequest(store.getAllKeys(entries())),
    promisifyRequest<unknown[]>(store.getAll(entries())),
  ]);
  const left = new Set(runs.map(String));
  const found: NamedEntry[] = [];
  const unfit: string[] = [];
  for (const [index, key] of keys.entries()) {
    const name = String(Array.isArray(key) ? key[0] : key);
    const entry = parseEntry(values[index]);
    if (entry !== null && left.delete(name)) found.push({ name, ...entry });
    else if (!left.has(name)) unfit.push(name);
  }
  return { entries: found, unfit: [...unfit, ...left] };
}

/** Gives a run the entry that it lacks, for which it is read once, and takes away one that has no run. */
export async function mendEntry(store: IDBObjectStore, name: string): Promise<NamedEntry | null> {
  const [run, known] = [await promisifyRequest<unknown>(store.get(name)), await readEntry(store, name)];
  if (run === undefined) {
    store.delete([name]);
    return null;
  }
  const entry = known ?? entryOfAny(run);
  writeEntry(store, name, entry);
  return { name, ...entry };
}

/** Left by a newer page, or damaged: nobody can go on with it here. */
function entryOfAny(run: unknown): IndexEntry {
  try {
    return entryOf(parseSavedRun(run), '', 0);
  } catch {
    const savedAt = Number((run as { readonly savedAt?: unknown } | null)?.savedAt);
    return { savedAt: Number.isFinite(savedAt) ? savedAt : 0, tab: '', openUntil: 0, about: null };
  }
}
