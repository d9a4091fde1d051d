import puppeteer, { type Browser, type CDPSession, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';
import { randomFrom } from '../random.ts';

// By puppeteer: Playwright's pages believe that they are all in sight, and it ends with a page that crashes.

/** Minutes; fewer for a quick look. */
const MINUTES = Number(process.env.CHAOS_MINUTES ?? 10);
/** Milliseconds of training that a crash may cost. */
const MOST_LOST = 10_000;
const SEED = 20161205;

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** What a page shows of its run. */
interface Seen {
  readonly at: number;
  readonly status: string;
  readonly step: number;
}

describe('ten minutes of a visitor who does anything, on a machine that fails', () => {
  let browser: Browser;
  let session: CDPSession;
  let page: Page;
  const random = randomFrom(SEED);
  const among = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const errors: string[] = [];
  /** What was done, for whoever reads a failure. */
  const done: string[] = [];
  /** What was seen of the run at hand. */
  let seen: Seen[] = [];
  let offered = 0;

  beforeAll(async () => {
    browser = await puppeteer.launch({
      executablePath: findChromium(),
      // Chromium itself ends after a few crashes of its GPU process.
      args: [...CHROMIUM_ARGS, '--disable-gpu-process-crash-limit'],
      timeout: LIMITS.wait,
      protocolTimeout: LIMITS.wait,
    });
    session = await browser.target().createCDPSession();
    await openPage();
  });
  afterAll(() => browser?.close());

  async function openPage(): Promise<void> {
    page = await browser.newPage();
    page.setDefaultTimeout(LIMITS.wait);
    page.on('pageerror', (error) => errors.push(String(error)));
    const kind = among(['webgpu', 'cpu', 'cpu']);
    await page.goto(`${inject('site')}#length=8&hidden=8&batch=4&lane=path&lane=sgd&engine=${kind}`);
  }

  async function look(): Promise<Seen> {
    const shown = await read();
    const now = { ...shown, at: performance.now() };
    seen.push(now);
    return now;
  }

  /** What the page shows; again where a reload or a crash took the page away meanwhile. */
  async function read(tries = 5): Promise<Omit<Seen, 'at'>> {
    try {
      return await page.evaluate(() => ({
        status: /status-(\w+)/.exec(document.querySelector('[class*="status-"]')?.className ?? '')?.[1] ?? '',
        step: Number(document.querySelector('[data-testid="step"]')?.textContent?.replace(/\D/g, '')),
      }));
    } catch (error) {
      if (tries === 0) {
        const state = `browser ${browser.connected ? 'there' : 'gone'}, tab ${page.isClosed() ? 'closed' : 'open'}`;
        throw new Error(`${error} (${state}, after ${done.slice(-12).join(', ')})`);
      }
      await sleep(500);
      return read(tries - 1);
    }
  }

  /** Presses a button, if it is there and can be pressed. */
  async function press(name: string): Promise<void> {
    await page.evaluate((wanted) => {
      const buttons = [...document.querySelectorAll('button')];
      const found = buttons.find((each) => each.textContent === wanted || each.ariaLabel === wanted);
      if (found && !found.disabled) found.click();
    }, name);
  }

  /** Waits, and keeps an eye on the page. */
  async function pass(milliseconds: number): Promise<void> {
    for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(250))
      await look();
  }

  async function lefts(): Promise<number | null> {
    const text = await page.evaluate(() => document.querySelector('.left-run')?.textContent ?? null);
    const found = /at step ([\d,]+)/.exec(text ?? '')?.[1];
    return found === undefined ? null : Number(found.replaceAll(',', ''));
  }

  /** A page that has just begun offers the run of the one before. */
  async function checkOffer(endedAt: number): Promise<void> {
    const needed = Math.max(0, ...seen.filter(({ at }) => at <= endedAt - MOST_LOST).map(({ step }) => step));
    const ended = seen.at(-1);
    seen = [];
    await page.waitForSelector('[data-testid="step"]');
    if (needed === 0) return;
    await expect.poll(lefts, { message: done.slice(-12).join(', ') }).not.toBeNull();
    const step = (await lefts()) as number;
    expect(step, `${done.slice(-12).join(', ')}; last seen ${JSON.stringify(ended)}`).toBeGreaterThanOrEqual(
      needed,
    );
    offered++;
    if (random() < 0.7) {
      await press('Continue');
      await page.waitForFunction(
        (wanted) =>
          Number(document.querySelector('[data-testid="step"]')?.textContent?.replace(/\D/g, '')) === wanted,
        {},
        step,
      );
    }
  }

  const actions: Readonly<Record<string, () => Promise<void>>> = {
    play: () => press('Play'),
    'play for long': async () => {
      await press('Play');
      await pass(2000 + 12_000 * random());
    },
    pause: () => press('Pause'),
    step: () => press('Step'),
    reset: async () => {
      await press('Reset');
      seen = [];
    },
    'open a view': () => press(among(['Inside the network', 'Rescale a network', 'Watch the task'])),
    'add a copy': () => press('Train the copy'),
    'hide the tab': async () => {
      const other = await browser.newPage();
      await other.bringToFront();
      await sleep(8000 * random());
      await other.close();
      await page.bringToFront();
    },
    'crash the GPU process': async () => {
      await session.send('Browser.crashGpuProcess').catch(() => {});
    },
    reload: async () => {
      await look();
      const endedAt = performance.now();
      await page.reload();
      await checkOffer(endedAt);
    },
    'close the tab': async () => {
      await look();
      const endedAt = performance.now();
      await page.close();
      await openPage();
      await checkOffer(endedAt);
    },
    'crash the page': async () => {
      await look();
      const endedAt = performance.now();
      const crashed = new Promise((resolve) => {
        page.once('error', resolve);
      });
      const own = await page.createCDPSession();
      own.send('Page.crash').catch(() => {});
      await crashed;
      await page.close().catch(() => {});
      await openPage();
      await checkOffer(endedAt);
    },
  };
  /** The ordinary things more often than those that end a page. */
  const choices = [
    ...Array(4).fill('play for long'),
    ...['play', 'play', 'play', 'pause', 'step', 'step', 'reset'],
    ...['open a view', 'open a view', 'add a copy', 'hide the tab', 'crash the GPU process'],
    ...['reload', 'reload', 'close the tab', 'crash the page', 'crash the page'],
  ] as const;

  test('a run that has begun is offered again, with at most ten seconds of training lost', async () => {
    const end = performance.now() + MINUTES * 60_000;
    while (performance.now() < end) {
      const name = among(choices);
      done.push(name);
      await actions[name]?.();
      await pass(1500 * random());
      const { status } = await look();
      expect(status, done.slice(-12).join(', ')).not.toBe('failed');
    }
    expect(errors).toEqual([]);
    expect(offered).toBeGreaterThanOrEqual(MINUTES);
    // Nothing is stuck in the end.
    await press('Play');
    const { step } = await look();
    await expect.poll(async () => (await look()).step).toBeGreaterThan(step);
  });
});
