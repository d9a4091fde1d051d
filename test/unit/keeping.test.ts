import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Keeper } from '../../src/session/page/keeping.ts';
import { type SavedRun, UnusableRunError } from '../../src/session/store/savedRun.ts';
import { runAt } from './tabs.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A storage that fails as it is told, and takes some time. */
class Storage {
  slot = 0;
  /** The step of every try, and when it came. */
  readonly tries: (readonly [number, number])[] = [];
  readonly kept: number[] = [];
  failure: Error | null = null;
  takes = 0;
  atOnce = 0;
  readonly #start = performance.now();

  async save({ checkpoint: { step } }: SavedRun, slot: number): Promise<void> {
    this.tries.push([step, Math.round((performance.now() - this.#start) / 1000)]);
    expect(++this.atOnce).toBe(1);
    if (this.takes > 0) await new Promise((resolve) => setTimeout(resolve, this.takes));
    this.atOnce--;
    if (this.failure) throw this.failure;
    if (slot === this.slot) this.kept.push(step);
  }
}

function setUp() {
  const storage = new Storage();
  const problems: (string | null)[] = [];
  const keeper = new Keeper(
    (problem) => problems.push(problem),
    () => storage,
  );
  return { storage, problems, keeper };
}
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const full = new DOMException('', 'QuotaExceededError');

describe('what is kept', () => {
  test('is written at once where the run is paused, and every four seconds while it trains', async () => {
    const { storage, keeper } = setUp();
    keeper.keep(runAt(1), true);
    await pass(1);
    for (let step = 2; step <= 10; step++) {
      keeper.keep(runAt(step), false);
      await pass(1);
    }
    keeper.keep(runAt(11), true);
    await pass(0);
    expect(storage.tries).toEqual([
      [1, 0],
      [4, 4],
      [8, 8],
      [11, 10],
    ]);
  });

  test('is not written again where nothing has changed', async () => {
    const { storage, keeper } = setUp();
    const run = runAt(1);
    keeper.keep(run, true);
    await pass(1);
    keeper.keep(run, true);
    await pass(60);
    expect(storage.kept).toEqual([1]);
  });

  test('is never older than what was written before, nor written twice at a time', async () => {
    const { storage, keeper } = setUp();
    storage.takes = 3500;
    for (let step = 1; step <= 10; step++) {
      keeper.keep(runAt(step), true);
      await pass(1);
    }
    await pass(60);
    expect(storage.kept).toEqual([1, 4, 7, 10]);
  });
});

describe('a save that fails', () => {
  test('is tried again after pauses that grow to a minute, with the latest run', async () => {
    const { storage, problems, keeper } = setUp();
    storage.failure = full;
    for (let step = 0; step < 300; step++) {
      keeper.keep(runAt(step), step % 7 === 0);
      await pass(1);
    }
    expect(storage.tries.map(([, at]) => at)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    expect(storage.tries.map(([step]) => step)).toEqual([0, 0, 2, 6, 14, 30, 62, 122, 182, 242]);
    expect(new Set(problems)).toEqual(
      new Set(['The browser keeps no more for this page: its storage is full.']),
    );
  });

  test('takes its notice back when one works again, and saves as usual from then on', async () => {
    const { storage, problems, keeper } = setUp();
    storage.failure = new DOMException('The operation is insecure', 'SecurityError');
    keeper.keep(runAt(1), true);
    await pass(2);
    expect(problems.at(-1)).toBe('The browser keeps nothing for this page. The operation is insecure.');
    storage.failure = null;
    await pass(1);
    expect(storage.kept).toEqual([1]);
    expect(problems.at(-1)).toBeNull();
    keeper.keep(runAt(2), true);
    await pass(0);
    expect(storage.kept).toEqual([1, 2]);
    expect(problems.filter((problem) => problem === null)).toHaveLength(1);
  });

  test('for a fault of the page is told as one, and not tried again with the same run', async () => {
    const { storage, problems, keeper } = setUp();
    storage.failure = new UnusableRunError('This saved run is damaged: its lanes do not fit its experiment.');
    keeper.keep(runAt(1), true);
    await pass(600);
    expect(storage.tries).toHaveLength(1);
    expect(problems).toEqual([expect.stringMatching(/^A fault of this page.*lanes do not fit.*still there/)]);
    storage.failure = null;
    keeper.keep(runAt(2), true);
    await pass(0);
    expect(storage.kept).toEqual([2]);
    expect(problems.at(-1)).toBeNull();
  });

  test('and of which the tab has gone on with another run since, has no place any more', async () => {
    const { storage, keeper } = setUp();
    storage.failure = full;
    keeper.keep(runAt(1), true);
    await pass(0);
    storage.slot++;
    storage.failure = null;
    await pass(10);
    expect(storage.kept).toEqual([]);
    keeper.keep(runAt(2), true);
    await pass(0);
    expect(storage.kept).toEqual([2]);
  });
});
