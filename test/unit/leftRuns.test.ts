import { IDBDatabase, IDBFactory, IDBKeyRange, IDBObjectStore } from 'fake-indexeddb';
import fc from 'fast-check';
import { createStore, entries, set, type UseStore } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readRunFile } from '../../src/session/store/runFile.ts';
import { type SavedRun, UnusableRunError } from '../../src/session/store/savedRun.ts';
import type { LeftRun } from '../../src/session/store/savedRuns.ts';
import { BrowserLocks, BrowserTab, CHECKPOINT, runAt } from './tabs.ts';

const START = 1_800_000_000_000;
const SECOND = 1000;

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('IDBKeyRange', IDBKeyRange);
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** The database as the page opened it before there was an index. */
const oldStore = (): UseStore => createStore('path-sgd-playground', 'runs');
/** What the browser keeps: the steps of the runs, smallest first, and how many entries the index has. */
async function kept(): Promise<{ steps: number[]; entries: number }> {
  const all = await entries<IDBValidKey, SavedRun>(oldStore());
  const runs = all.filter(([key]) => typeof key === 'string');
  const steps = runs.map(([, run]) => run.checkpoint.step).sort((one, other) => one - other);
  return { steps, entries: all.length - runs.length };
}
const steps = async (): Promise<number[]> => (await kept()).steps;
const later = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds);
const left = async (tab: BrowserTab): Promise<LeftRun | null> => (await tab.runs.look()).left;
const leftStep = async (tab: BrowserTab): Promise<number | null> => (await left(tab))?.step ?? null;
const nameOf = async (tab: BrowserTab): Promise<string> => (await left(tab))?.name ?? '';

/** Saves in the order given, each a second after the one before. */
async function saved(tab: BrowserTab, ...at: readonly number[]): Promise<BrowserTab> {
  for (const step of at) {
    later(SECOND);
    await tab.runs.save(runAt(step));
  }
  return tab;
}

describe.each([
  ['with locks', true],
  ['without locks', false],
])('a browser %s', (_, hasLocks) => {
  let locks: BrowserLocks | null;
  let next: BrowserTab;
  const newTab = (): BrowserTab => new BrowserTab(locks);
  beforeEach(() => {
    locks = hasLocks ? new BrowserLocks() : null;
    next = newTab();
  });
  /** Ends without a word; where there are no locks, it takes a while until that counts. */
  const crash = (...tabs: readonly BrowserTab[]): void => {
    for (const tab of tabs) tab.crash();
    if (!hasLocks) later(16 * SECOND);
  };

  test('offers the run of a tab that crashed, with what the notice says of it', async () => {
    const tab = await saved(newTab(), 3, 7);
    const at = Date.now();
    expect(await left(next)).toBeNull();
    crash(tab);
    expect(await left(next)).toMatchObject({ step: 7, task: 'adding', lanes: 3, savedAt: at });
    expect(await kept()).toEqual({ steps: [7], entries: 1 });
  });

  test('neither offers, forgets nor goes on with the run of an open tab', async () => {
    const tab = await saved(newTab(), 3);
    crash(tab);
    const name = await nameOf(next);
    // The same run, as if the offer came late: meanwhile somebody goes on with it.
    await newTab().runs.take(name, () => true);
    expect(await left(next)).toBeNull();
    expect(await next.runs.forget(name)).toBe(false);
    const use = vi.fn(() => true);
    await expect(next.runs.take(name, use)).rejects.toThrow('Another tab goes on with this run.');
    expect(use).not.toHaveBeenCalled();
    expect(await steps()).toEqual([3]);
  });

  test('of two tabs that continue the same run at once, one does', async () => {
    crash(await saved(newTab(), 3));
    const name = await nameOf(next);
    const tabs = [newTab(), newTab(), newTab()];
    const used: number[] = [];
    const results = await Promise.allSettled(
      tabs.map((tab, index) => tab.runs.take(name, () => used.push(index) > 0)),
    );
    expect(used).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    await saved(tabs[used[0] as number] as BrowserTab, 9);
    expect(await kept()).toEqual({ steps: [9], entries: 1 });
  });

  test('keeps the runs of six open tabs, and of those that were left the latest four', async () => {
    const tabs: BrowserTab[] = [];
    for (let step = 1; step <= 6; step++) tabs.push(await saved(newTab(), step));
    for (const tab of tabs) await tab.runs.sayOpen();
    await saved(next, 100);
    expect(await steps()).toEqual([1, 2, 3, 4, 5, 6, 100]);
    crash(...tabs);
    await saved(next, 101);
    expect(await kept()).toEqual({ steps: [3, 4, 5, 6, 101], entries: 5 });
  });

  test('a continued run takes the place of the one that the tab had, and is never overwritten by it', async () => {
    crash(await saved(newTab(), 3));
    await saved(next, 1);
    const { slot } = next.runs;
    let saving: Promise<void> | undefined;
    await next.runs.take(await nameOf(next), (run) => {
      expect(run.checkpoint.step).toBe(3);
      // What was about to be saved of the run before.
      saving = next.runs.save(runAt(2), slot);
      return true;
    });
    await saving;
    await next.runs.save(runAt(2), slot);
    expect(await steps()).toEqual([3]);
    await saved(next, 4);
    expect(await kept()).toEqual({ steps: [4], entries: 1 });
    crash(next);
    expect(await leftStep(newTab())).toBe(4);
  });

  test('a run that was not used after all stays on offer', async () => {
    crash(await saved(newTab(), 3));
    await next.runs.take(await nameOf(next), () => false);
    expect(await leftStep(newTab())).toBe(3);
    const fails = next.runs.take(await nameOf(next), () => {
      throw new Error('no');
    });
    await expect(fails).rejects.toThrow('no');
    expect(await leftStep(next)).toBe(3);
  });

  test('forgets a run that was left, with its entry; then nobody goes on with it', async () => {
    crash(await saved(newTab(), 3));
    const name = await nameOf(next);
    expect(await next.runs.forget(name)).toBe(true);
    expect(await kept()).toEqual({ steps: [], entries: 0 });
    await expect(next.runs.take(name, () => true)).rejects.toThrow('no longer there');
  });

  test('a save and a look at the saved runs read none of them whole', async () => {
    crash(await saved(newTab(), 1), await saved(newTab(), 2), await saved(newTab(), 3));
    const read = vi.spyOn(IDBObjectStore.prototype, 'get');
    const readAll = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    await saved(next, 4, 5);
    await next.runs.look();
    expect(read.mock.calls.every(([key]) => Array.isArray(key))).toBe(true);
    expect(readAll.mock.calls.every(([range]) => Array.isArray((range as IDBKeyRange).lower))).toBe(true);
    expect(await steps()).toEqual([1, 2, 3, 5]);
  });

  test('whatever tabs do, no open tab loses its run and no run has two tabs', async () => {
    const action = fc.record({
      what: fc.constantFrom('save', 'save', 'open', 'crash', 'take', 'forget', 'wait'),
      which: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 14 }), async (actions) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        locks = hasLocks ? new BrowserLocks() : null;
        let step = 0;
        const tabs = new Map([[newTab(), 0]]);
        for (const { what, which } of actions) {
          const tab = [...tabs.keys()][which % tabs.size];
          if (what === 'open' || !tab) tabs.set(newTab(), 0);
          else if (what === 'save') {
            await saved(tab, ++step);
            tabs.set(tab, step);
          } else if (what === 'crash') {
            tabs.delete(tab);
            crash(tab);
          } else if (what === 'wait') later(60 * SECOND);
          else {
            const name = await nameOf(tab);
            if (what === 'forget') await tab.runs.forget(name);
            else {
              await tab.runs
                .take(name, ({ checkpoint }) => tabs.set(tab, checkpoint.step).size > 0)
                .catch(() => {});
            }
          }
          for (const open of tabs.keys()) await open.runs.sayOpen();
        }
        const own = [...tabs.values()].filter((at) => at > 0);
        expect(new Set(own).size).toBe(own.length);
        const { steps, entries } = await kept();
        expect(steps).toEqual(expect.arrayContaining(own));
        expect(entries).toBe(steps.length);
        const offered = await leftStep(newTab());
        const others = steps.filter((at) => !own.includes(at));
        expect(offered).toBe(others.length === 0 ? null : offered);
        if (others.length > 0 && hasLocks) expect(others).toContain(offered);
      }),
      { numRuns: 40, seed: 20161205 },
    );
  });
});

describe('without locks, a tab', () => {
  const newTab = (): BrowserTab => new BrowserTab(null);

  test('that is seen counts as open for 15 seconds after it last said so, and the look says when to look again', async () => {
    const tab = await saved(newTab(), 3);
    const next = newTab();
    for (let beat = 0; beat < 10; beat++) {
      later(5 * SECOND);
      await tab.runs.sayOpen();
    }
    later(14 * SECOND);
    expect(await next.runs.look()).toEqual({ left: null, lookAgainIn: SECOND });
    later(SECOND);
    expect(await leftStep(next)).toBe(3);
  });

  test('that is hidden needs to say so once a minute only', async () => {
    const tab = newTab();
    tab.hidden = true;
    await saved(tab, 3);
    for (let beat = 0; beat < 5; beat++) {
      later(75 * SECOND);
      expect(await leftStep(newTab())).toBeNull();
      await tab.runs.sayOpen();
    }
    later(90 * SECOND);
    expect(await leftStep(newTab())).toBe(3);
  });

  test('that is reloaded or closed says so: its run is offered at once', async () => {
    const tab = await saved(newTab(), 3);
    const leaving = tab.runs.sayLeft();
    // A page that goes saves once more.
    await Promise.all([leaving, tab.runs.save(runAt(4))]);
    expect(await leftStep(newTab())).toBe(4);
    // From the back-forward cache it comes back.
    await tab.runs.sayOpen();
    expect(await left(newTab())).toBeNull();
  });

  test('that slept while another one went on with its run saves under a name of its own from then on', async () => {
    const asleep = await saved(newTab(), 3);
    later(600 * SECOND);
    const other = newTab();
    await other.runs.take(await nameOf(other), () => true);
    await saved(other, 10);
    await asleep.runs.sayOpen();
    await saved(asleep, 4);
    await saved(other, 11);
    await saved(asleep, 5);
    expect(await kept()).toEqual({ steps: [5, 11], entries: 2 });
  });

  test('that slept while another one forgot its run saves it again when it wakes', async () => {
    const asleep = await saved(newTab(), 3);
    later(600 * SECOND);
    const other = newTab();
    expect(await other.runs.forget(await nameOf(other))).toBe(true);
    expect(await steps()).toEqual([]);
    await asleep.runs.sayOpen();
    expect(await kept()).toEqual({ steps: [3], entries: 1 });
  });

  test('that was open when the clock was set back by a day does not count as open for a day', async () => {
    await saved(newTab(), 3);
    later(-86_400 * SECOND);
    expect(await leftStep(newTab())).toBe(3);
  });
});

describe('a database', () => {
  let locks: BrowserLocks;
  beforeEach(() => {
    locks = new BrowserLocks();
  });
  const newTab = (): BrowserTab => new BrowserTab(locks);

  test('of before there was an index opens: its runs are offered, the latest that can be used first', async () => {
    const old = readRunFile(CHECKPOINT);
    await set('one', { ...old, savedAt: START - 3 }, oldStore());
    await set('two', { ...old, savedAt: START - 2, checkpoint: { ...old.checkpoint, step: 9 } }, oldStore());
    const { data } = old;
    await set('damaged', { ...old, savedAt: START - 1, data: { ...data, lanes: [] } }, oldStore());
    await set('newer', { ...old, savedAt: START, version: 2 }, oldStore());
    await set('nonsense', null, oldStore());
    const tab = newTab();
    expect(await left(tab)).toMatchObject({ name: 'two', step: 9, lanes: 3, savedAt: START - 2 });
    const read = vi.spyOn(IDBObjectStore.prototype, 'get');
    expect(await leftStep(newTab())).toBe(9);
    expect(read).not.toHaveBeenCalled();
    const used = vi.fn(() => true);
    await tab.runs.take('two', used);
    expect(used).toHaveBeenCalledWith({
      ...old,
      savedAt: START - 2,
      checkpoint: { ...old.checkpoint, step: 9 },
    });
    expect(await left(newTab())).toMatchObject({ name: 'one' });
  });

  test('whose run turns out to be damaged says so once, and offers the next one', async () => {
    const old = readRunFile(CHECKPOINT);
    await set('one', { ...old, savedAt: START - 2 }, oldStore());
    await set('two', { ...old, savedAt: START - 1 }, oldStore());
    const tab = newTab();
    expect(await nameOf(tab)).toBe('two');
    await set('two', { ...old, stops: 'none' }, oldStore());
    await expect(tab.runs.take('two', () => true)).rejects.toThrow(/damaged at stops/);
    expect(await nameOf(tab)).toBe('one');
  });

  test('that lost the run of an entry forgets the entry', async () => {
    const tab = await saved(newTab(), 3);
    const [[key, entry] = ['', null]] = (await entries(oldStore())).filter(([key]) => Array.isArray(key));
    expect(key).toHaveLength(1);
    await set(['elsewhere'] as IDBValidKey, entry, oldStore());
    expect((await kept()).entries).toBe(2);
    await tab.runs.look();
    expect(await kept()).toEqual({ steps: [3], entries: 1 });
  });

  test('without its object store is mended', async () => {
    const opening = indexedDB.open('path-sgd-playground');
    await new Promise((resolve) => {
      opening.onsuccess = resolve;
    });
    opening.result.close();
    await saved(newTab(), 3);
    expect(await steps()).toEqual([3]);
  });

  test('whose handle went stale is opened again within the same save', async () => {
    const tab = await saved(newTab(), 3);
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    await saved(tab, 4);
    expect(await steps()).toEqual([4]);
  });

  test('may be deleted while the page is open, and the next save makes it again', async () => {
    const tab = await saved(newTab(), 3);
    await new Promise((resolve, reject) => {
      const deleting = indexedDB.deleteDatabase('path-sgd-playground');
      deleting.onsuccess = resolve;
      deleting.onblocked = reject;
    });
    await saved(tab, 4);
    expect(await kept()).toEqual({ steps: [4], entries: 1 });
  });

  test('that never answers makes the save fail, and the next one asks again', async () => {
    const real = indexedDB;
    const open = vi.fn(() => ({}));
    vi.stubGlobal('indexedDB', { open });
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: START });
    const tab = newTab();
    const failed = expect(tab.runs.save(runAt(3))).rejects.toThrow('Its storage does not answer.');
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    await failed;
    vi.useFakeTimers({ toFake: ['Date'], now: START });
    vi.stubGlobal('indexedDB', real);
    await saved(tab, 4);
    expect(await steps()).toEqual([4]);
  });
});

describe('a save', () => {
  const newTab = (): BrowserTab => new BrowserTab(new BrowserLocks());

  test('of a run whose parts do not belong together is refused: the good one stays', async () => {
    const tab = await saved(newTab(), 3);
    const good = runAt(4);
    const { experiment } = good.checkpoint;
    const mixed: readonly SavedRun[] = [
      { ...good, data: { ...good.data, lanes: good.data.lanes.slice(1) } },
      {
        ...good,
        data: { ...good.data, copies: [], differences: [] },
        stops: [{ lane: 3, step: 1, reason: '' }],
      },
      {
        ...good,
        checkpoint: { ...good.checkpoint, experiment: { ...experiment, lanes: experiment.lanes.slice(1) } },
      },
      { ...good, checkpoint: { ...good.checkpoint, experiment: { ...experiment, hidden: 512 } } },
      { ...good, checkpoint: { ...good.checkpoint, stoppedAt: new Uint32Array(2) } },
    ];
    for (const run of mixed) await expect(tab.runs.save(run)).rejects.toThrow(UnusableRunError);
    expect(await steps()).toEqual([3]);
  });

  const full = (): never => {
    throw new DOMException('', 'QuotaExceededError');
  };
  /** A browser that has room for so many runs. */
  function roomFor(most: number): void {
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      const request = put.call(this, value, key);
      if (typeof key !== 'string') return request;
      const count = this.count(IDBKeyRange.bound('', [], false, true));
      count.onsuccess = () => {
        if (count.result <= most) return;
        Object.defineProperty(this.transaction, 'error', {
          value: new DOMException('', 'QuotaExceededError'),
        });
        this.transaction.abort();
      };
      return request;
    });
  }

  test('that finds the storage full takes the room of runs that were left, the oldest first', async () => {
    const locks = new BrowserLocks();
    for (const step of [1, 2, 3]) (await saved(new BrowserTab(locks), step)).crash();
    await saved(new BrowserTab(locks), 50);
    roomFor(3);
    await saved(new BrowserTab(locks), 100);
    expect(await kept()).toEqual({ steps: [3, 50, 100], entries: 3 });
  });

  test('that finds no room at all fails, and leaves the run that is offered next', async () => {
    const locks = new BrowserLocks();
    for (const step of [1, 2, 3]) (await saved(new BrowserTab(locks), step)).crash();
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(full);
    const tab = new BrowserTab(locks);
    await expect(tab.runs.save(runAt(100))).rejects.toMatchObject({ name: 'QuotaExceededError' });
    vi.restoreAllMocks();
    expect(await steps()).toEqual([3]);
    await saved(tab, 101);
    expect(await steps()).toEqual([3, 101]);
  });

  test('of a run whose text can no longer be read keeps the rest; other failures stay failures', async () => {
    const put = IDBObjectStore.prototype.put;
    let broken = true;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if ((value as Partial<SavedRun>).text) throw new DOMException('Failed to write blobs', 'DataError');
      if (broken) throw new DOMException('', 'UnknownError');
      return put.call(this, value, key);
    });
    const text = new File(['ab'], 'ab.txt');
    const tab = newTab();
    await expect(tab.runs.save({ ...runAt(3), text })).rejects.toMatchObject({ name: 'DataError' });
    vi.spyOn(text, 'slice').mockImplementation(() => {
      throw new DOMException('', 'NotReadableError');
    });
    broken = false;
    await tab.runs.save({ ...runAt(4), text });
    await tab.runs.save({ ...runAt(5), text });
    expect(await steps()).toEqual([5]);
  });
});
