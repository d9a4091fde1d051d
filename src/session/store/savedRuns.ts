import { promisifyRequest } from 'idb-keyval';
import { Database } from './database.ts';
import { NameLocks } from './nameLocks.ts';
import {
  countRuns,
  deleteRun,
  entryOf,
  type IndexEntry,
  isOpen,
  mendEntry,
  type NamedEntry,
  type RunSummary,
  readEntry,
  readIndex,
  writeEntry,
} from './runIndex.ts';
import { assertWhole, parseSavedRun, type SavedRun } from './savedRun.ts';

/** Saved runs that are kept beside those of open tabs and of this one, at most: the oldest go. */
const MOST_LEFT = 4;
/**
 * Milliseconds for which a tab counts as open after it last said so, where there are no locks. One that is seen says so every five
 * seconds; browsers let one that is not seen do so once a minute.
 */
const OPEN_FOR = { seen: 15_000, hidden: 90_000 } as const;
export const BEAT = 5000;

/** A run that a tab left behind. */
export interface LeftRun extends RunSummary {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

/** What a look at the saved runs found. */
export interface Look {
  /** The run saved last that no open tab goes on with; null where there is none that can be used. */
  readonly left: LeftRun | null;
  /** Milliseconds until a tab that says nothing more may count as closed; null: it is known of every tab whether it is open. */
  readonly lookAgainIn: number | null;
}

const newName = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

const TAKEN = 'Another tab goes on with this run.';
const GONE = 'This run is no longer there: another tab has forgotten it.';

/**
 * The saved runs of a browser, as one tab sees them. A tab saves one run under a name that it holds; the right to go on with, or to
 * delete, a run that was left is that of whoever comes to hold its name.
 */
export class SavedRuns {
  readonly #database = new Database('path-sgd-playground', 'runs');
  readonly #locks: NameLocks;
  readonly #isHidden: () => boolean;
  readonly #tab = newName();
  #name = newName();
  /** Releases the name; null while it is not held. */
  #release: (() => void) | null = null;
  #slot = 0;
  #leaving = false;
  /** What this tab saved last. */
  #saved: SavedRun | null = null;
  /** The entry of its name, as this tab wrote it last. */
  #entry: IndexEntry | null = null;
  /** Texts that can no longer be read. */
  readonly #unreadable = new WeakSet<File>();
  #before: Promise<unknown> = Promise.resolve();

  constructor(locks: LockManager | undefined, isHidden: () => boolean) {
    this.#locks = new NameLocks(locks);
    this.#isHidden = isHidden;
  }

  /** Another one as soon as the tab goes on with a run that was left: what is saved of the one before has no place any more. */
  get slot(): number {
    return this.#slot;
  }

  /**
   * Saves the run of this tab in the place of its earlier one. A run whose text can no longer be read is saved without it.
   * @param slot the one in which the run trained: a run from before the tab went on with another one is not written
   * @throws UnusableRunError where nobody could go on with it: what was saved before stays
   * @throws Error where the browser has no room for it, or keeps nothing
   */
  save(run: SavedRun, slot = this.#slot): Promise<void> {
    return this.#inOrder(async () => {
      if (slot !== this.#slot) return;
      assertWhole(run);
      const runs = await this.#makingRoom(() => this.#writeWithText(run));
      this.#saved = run;
      if (runs > MOST_LEFT + 1) await this.#prune();
    });
  }

  async look(): Promise<Look> {
    const { others, left } = await this.#sort();
    const offered = left.find(({ about }) => about !== null);
    const ends = others.filter((entry) => isOpen(entry)).map(({ openUntil }) => openUntil);
    return {
      left: offered?.about ? { name: offered.name, savedAt: offered.savedAt, ...offered.about } : null,
      lookAgainIn: ends.length > 0 ? Math.max(1000, Math.min(...ends) - Date.now()) : null,
    };
  }

  /**
   * Goes on with a run that was left, which then is the one of this tab.
   * @param use goes on with the run at once; where it returns false, the run is left as it was
   * @throws Error where another tab goes on with it, or where it cannot be used
   */
  take(name: string, use: (run: SavedRun) => boolean): Promise<void> {
    return this.#inOrder(async () => {
      const release = await this.#locks.hold(name);
      if (release === null) throw new Error(TAKEN);
      let used = false;
      try {
        const { run, entry } = await this.#claim(name);
        used = use(run);
        if (used) await this.#adopt(name, entry, release);
      } finally {
        if (!used) {
          await this.#sayOpenUntil(name, 0);
          release();
        }
      }
    });
  }

  /**
   * Forgets a run that was left.
   * @returns whether it is gone: that of an open tab stays
   */
  async forget(name: string): Promise<boolean> {
    if (name === this.#name) return false;
    const release = await this.#locks.hold(name);
    if (release === null) return false;
    try {
      return await this.#database.transact('readwrite', async (store) => {
        const entry = await readEntry(store, name);
        if (entry !== null && isOpen(entry)) return false;
        deleteRun(store, name);
        return true;
      });
    } finally {
      release();
    }
  }

  /** Tells other tabs that this one is open; to be called every `BEAT` milliseconds, and when the page comes into sight or goes out of it. */
  async sayOpen(): Promise<void> {
    this.#leaving = false;
    if (this.#release === null) return;
    const known = await this.#sayOpenUntil(this.#name, this.#openUntil());
    // While the browser let this tab sleep, another one forgot its run.
    if (!known && this.#saved !== null) await this.save(this.#saved).catch(() => {});
  }

  /** Tells other tabs that this one is about to go: a page that goes can write, but not read before. */
  async sayLeft(): Promise<void> {
    this.#leaving = true;
    const entry = this.#entry;
    if (entry === null || this.#locks.available) return;
    const name = this.#name;
    await this.#database
      .transact('readwrite', async (store) => writeEntry(store, name, { ...entry, openUntil: 0 }))
      .catch(() => {});
  }

  #openUntil(): number {
    if (this.#locks.available || this.#leaving) return 0;
    return Date.now() + (this.#isHidden() ? OPEN_FOR.hidden : OPEN_FOR.seen);
  }

  /** @returns false where the browser keeps no such run */
  async #sayOpenUntil(name: string, openUntil: number): Promise<boolean> {
    if (this.#locks.available) return true;
    try {
      return await this.#database.transact('readwrite', async (store) => {
        const entry = await readEntry(store, name);
        if (entry?.tab === this.#tab) writeEntry(store, name, { ...entry, openUntil });
        return entry !== null;
      });
    } catch {
      // It is said again soon; what keeps the browser from saving is told by `save`.
      return true;
    }
  }

  /** What changes the tab's own run happens one after another. */
  #inOrder<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#before.then(action);
    this.#before = result.catch(() => {});
    return result;
  }

  async #writeWithText(run: SavedRun): Promise<number> {
    const { text } = run;
    if (text === null || this.#unreadable.has(text)) return this.#write({ ...run, text: null });
    try {
      return await this.#write(run);
    } catch (error) {
      // A file that was changed or removed on the disk cannot be kept: the run goes on once the visitor gives it again.
      if (isFull(error) || (await isReadable(text))) throw error;
      this.#unreadable.add(text);
      return this.#write({ ...run, text: null });
    }
  }

  /** @returns how many runs there are then */
  async #write(run: SavedRun): Promise<number> {
    for (;;) {
      this.#release ??= await this.#locks.hold(this.#name);
      const name = this.#name;
      const written = entryOf(run, this.#tab, this.#openUntil());
      const runs =
        this.#release &&
        (await this.#database.transact('readwrite', async (store) => {
          const entry = await readEntry(store, name);
          if (entry !== null && entry.tab !== this.#tab) return null;
          store.put(run, name);
          writeEntry(store, name, written);
          return countRuns(store);
        }));
      if (runs !== null) {
        this.#entry = written;
        return runs;
      }
      // While the browser let this tab sleep, another one went on with its run: from here on they are two.
      this.#release?.();
      this.#release = null;
      this.#entry = null;
      this.#name = newName();
    }
  }

  /** Writes; where the storage is full, runs that were left give way, but for the one that is offered next. */
  async #makingRoom<Result>(write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      if (!isFull(error)) throw error;
      const { left } = await this.#sort();
      for (const { name } of left.slice(1).reverse()) {
        if (!(await this.forget(name))) continue;
        try {
          return await write();
        } catch (again) {
          if (!isFull(again)) throw again;
        }
      }
      throw error;
    }
  }

  /** The run is saved: that old ones could not be deleted is no reason to say otherwise. */
  async #prune(): Promise<void> {
    try {
      const { left } = await this.#sort();
      for (const { name } of left.slice(MOST_LEFT)) await this.forget(name);
    } catch {
      // The next save tries again.
    }
  }

  /** The runs of other tabs; of these the ones that were left, the latest first. */
  async #sort(): Promise<{ others: NamedEntry[]; left: NamedEntry[] }> {
    const { entries, unfit } = await this.#database.transact('readonly', readIndex);
    // Asked after the runs are known: a tab holds its name before it saves.
    const held = await this.#locks.held();
    const mended: NamedEntry[] = [];
    for (const name of unfit) {
      if (held.has(name)) continue;
      const entry = await this.#database.transact('readwrite', (store) => mendEntry(store, name));
      if (entry !== null) mended.push(entry);
    }
    const others = [...entries, ...mended].filter(({ name }) => name !== this.#name && !held.has(name));
    const left = others.filter((entry) => !isOpen(entry)).sort((one, other) => other.savedAt - one.savedAt);
    return { others, left };
  }

  /** Reads a run whose name is held, and marks it as that of this tab. */
  async #claim(name: string): Promise<{ run: SavedRun; entry: IndexEntry | null }> {
    const { input, entry } = await this.#database.transact('readwrite', async (store) => {
      const known = await readEntry(store, name);
      if (known !== null && known.tab !== this.#tab && isOpen(known)) throw new Error(TAKEN);
      const run = await promisifyRequest<unknown>(store.get(name));
      if (run === undefined) throw new Error(GONE);
      const own = known && { ...known, tab: this.#tab, openUntil: this.#openUntil() };
      if (own !== null) writeEntry(store, name, own);
      return { input: run, entry: own };
    });
    try {
      return { run: parseSavedRun(input), entry };
    } catch (error) {
      // Offered once more, it would be refused once more.
      await this.#database.transact('readwrite', async (store) => {
        if (entry !== null) writeEntry(store, name, { ...entry, about: null });
      });
      throw error;
    }
  }

  /** A tab has one run: that of before gives way. */
  async #adopt(name: string, entry: IndexEntry | null, release: () => void): Promise<void> {
    const before = this.#name;
    const releaseBefore = this.#release;
    this.#name = name;
    this.#release = release;
    this.#saved = null;
    this.#entry = entry;
    this.#slot++;
    if (releaseBefore === null) return;
    try {
      await this.#database.transact('readwrite', async (store) => {
        const last = await readEntry(store, before);
        if (last?.tab === this.#tab) deleteRun(store, before);
      });
    } catch {
      // It is one more that was left.
    }
    releaseBefore();
  }
}

/** A full storage, in whichever way a browser says so. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && error.name === 'QuotaExceededError';

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

let ofPage: SavedRuns | null = null;

/** The saved runs as this tab sees them. */
export function savedRuns(): SavedRuns {
  if (ofPage !== null) return ofPage;
  const locks = locksOfBrowser();
  const runs = new SavedRuns(locks, () => document.hidden);
  ofPage = runs;
  if (locks) return runs;
  const sayOpen = (): void => void runs.sayOpen();
  setInterval(sayOpen, BEAT);
  document.addEventListener('visibilitychange', sayOpen);
  document.addEventListener('resume', sayOpen);
  window.addEventListener('pageshow', sayOpen);
  // First of all: what waits for a transaction that the page does not live to see the end of is never written.
  window.addEventListener('pagehide', () => void runs.sayLeft(), { capture: true });
  return runs;
}

/** Browsers give locks to pages from https and localhost only; frames without an origin throw. */
function locksOfBrowser(): LockManager | undefined {
  try {
    return (navigator as { readonly locks?: LockManager }).locks;
  } catch {
    return undefined;
  }
}
