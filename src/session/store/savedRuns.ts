import { createStore, del, entries, set, type UseStore } from 'idb-keyval';
import { parseSavedRun, type SavedRun } from './savedRun.ts';

/** Saved runs that are kept, at most: the oldest go. */
const MOST_RUNS = 5;
const LOCK = 'path-sgd-playground run ';

let opened: UseStore | undefined;
const store = (): UseStore => {
  opened ??= createStore('path-sgd-playground', 'runs');
  return opened;
};

/** What this tab's runs are saved as: another name in every tab and after every load. */
const ownName = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

/** Browsers give locks to pages from https and localhost only. */
const locks = (): LockManager | undefined => (navigator as { readonly locks?: LockManager }).locks;

let locked = false;

/** Tells other tabs, until this one ends, that its run is not one to go on with. */
function lockOwnName(): void {
  if (locked) return;
  locked = true;
  void locks()?.request(LOCK + ownName, () => new Promise(() => {}));
}

async function namesInUse(): Promise<ReadonlySet<string>> {
  const held = (await locks()?.query())?.held ?? [];
  return new Set(held.map(({ name }) => name?.slice(LOCK.length) ?? ''));
}

/**
 * Saves the run of this tab in the place of its earlier one.
 * @throws where the browser has no room for it, or keeps nothing
 */
export async function saveRun(run: SavedRun): Promise<void> {
  lockOwnName();
  await set(ownName, run, store());
  const inUse = await namesInUse();
  const old = (await entries<string, SavedRun>(store()))
    .filter(([name]) => name !== ownName && !inUse.has(name))
    .sort(([, one], [, other]) => other.savedAt - one.savedAt)
    .slice(MOST_RUNS - 1);
  for (const [name] of old) await del(name, store());
}

/** A run that a tab left behind. */
export interface LeftRun {
  readonly name: string;
  readonly run: SavedRun;
}

/** The run saved last that no open tab goes on with; null where there is none that can be used. */
export async function lastLeftRun(): Promise<LeftRun | null> {
  const inUse = await namesInUse();
  const left = (await entries<string, { readonly savedAt?: unknown }>(store()))
    .filter(([name]) => name !== ownName && !inUse.has(name))
    .sort(([, one], [, other]) => Number(other.savedAt) - Number(one.savedAt));
  for (const [name, input] of left) {
    try {
      return { name, run: parseSavedRun(input) };
    } catch {
      // Left by a newer page, or damaged: nobody can go on with it here.
    }
  }
  return null;
}

/** Forgets a run that a tab left behind. */
export const forgetRun = (name: string): Promise<void> => del(name, store());
