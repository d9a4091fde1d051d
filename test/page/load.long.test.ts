import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';
import { savedSteps } from '../still.ts';

// By puppeteer: Playwright's pages believe that they are all in sight, and cannot be frozen.

/** As many as a visitor forgets in other tabs. */
const PAGES = 6;
const PORTRAIT = { width: 360, height: 800, hasTouch: true };
const LANDSCAPE = { width: 800, height: 360, hasTouch: true };

const stepOf = (page: Page): Promise<number> =>
  page.$eval('[data-testid="step"]', (element) => Number(element.textContent?.replace(/\D/g, '')));
const statusOf = (page: Page): Promise<string> =>
  page.$eval('.status-word', (element) => element.textContent ?? '');
const trainsOn = async (page: Page): Promise<void> => {
  const before = await stepOf(page);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(before);
  expect(await statusOf(page)).toBe('Training');
};

// Long: six pages keep every core busy, which takes some minutes where there are two.
describe.each(['webgpu', 'cpu'])('six pages that train at once, %s', (kind) => {
  let browser: Browser;
  const pages: Page[] = [];
  const errors: string[] = [];
  const linkOf = (index: number): string =>
    `${inject('site')}#length=8&hidden=8&batch=4&seed=${index + 1}&lane=path&autoplay=1&engine=${kind}`;

  beforeAll(async () => {
    browser = await puppeteer.launch({
      timeout: LIMITS.wait,
      protocolTimeout: LIMITS.wait,
      executablePath: findChromium(),
      args: CHROMIUM_ARGS,
      defaultViewport: PORTRAIT,
    });
    for (let index = 0; index < PAGES; index++) {
      const page = await browser.newPage();
      page.setDefaultTimeout(LIMITS.wait);
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('error', (error) => errors.push(`page ${index} crashed: ${error.message}`));
      await page.goto(linkOf(index));
      pages.push(page);
    }
  });
  afterAll(() => browser?.close());

  /** Looks at each page in turn: it goes on from where it stands, and says that it trains. */
  async function allTrainOn(): Promise<void> {
    for (const page of pages) {
      await page.bringToFront();
      await page.waitForFunction(() => !document.hidden, { polling: 50 });
      await trainsOn(page);
    }
    expect(errors).toEqual([]);
  }

  test('all of them train, whichever is looked at', async () => {
    await allTrainOn();
    for (const page of pages) {
      const engine = await page.$eval('[data-testid="engine"]', (element) => element.textContent);
      expect(engine).toMatch(kind === 'cpu' ? /^CPU, / : /^WebGPU, /);
    }
  });

  test('a phone that is turned to and fro trains on, its charts as wide as they may be', async () => {
    const page = pages[0] as Page;
    await page.bringToFront();
    for (const viewport of [LANDSCAPE, PORTRAIT, LANDSCAPE, PORTRAIT]) {
      await page.setViewport(viewport);
      await page.waitForFunction(
        (width) => {
          const { scrollWidth, clientWidth } = document.documentElement;
          const area = document.querySelector('.chart-area')?.getBoundingClientRect();
          const drawn = document.querySelector('.chart-area svg')?.getBoundingClientRect();
          if (clientWidth > width || scrollWidth > clientWidth || !area || !drawn) return false;
          return Math.abs(area.width - drawn.width) < 2;
        },
        { polling: 50 },
        viewport.width,
      );
      await trainsOn(page);
    }
  });

  test('pages that sleep say so when they wake, and train on', async () => {
    const asleep = pages.slice(0, 3);
    const sessions = await Promise.all(asleep.map((page) => page.createCDPSession()));
    await pages.at(-1)?.bringToFront();
    for (const page of asleep) await page.waitForFunction(() => document.hidden, { polling: 50 });
    for (const session of sessions) await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => {
      setTimeout(resolve, 1500);
    });
    for (const session of sessions) await session.send('Page.setWebLifecycleState', { state: 'active' });
    for (const page of asleep) {
      await page.bringToFront();
      const notice = await page.waitForSelector('.notice-information ::-p-text(The browser froze this tab)');
      expect(await notice?.evaluate((element) => element.textContent)).toMatch(
        /for [1-9]\d* s, .*training paused then, and now goes on/,
      );
    }
    await allTrainOn();
  });

  test('one that is reloaded is offered its own run, and the others keep theirs', async () => {
    const page = pages[2] as Page;
    await page.bringToFront();
    await page.$eval('.run-bar .primary', (element) => (element as HTMLButtonElement).click());
    let stood = -1;
    const moved = async (): Promise<number> => {
      const before = stood;
      stood = await stepOf(page);
      return stood - before;
    };
    await expect.poll(moved, { interval: 500 }).toBe(0);
    await expect.poll(() => page.evaluate(savedSteps)).toContain(stood);
    await page.reload();
    await page.waitForSelector('.left-run');
    expect(await page.$eval('.left-run', (element) => element.textContent)).toContain(
      `A run was left at step ${stood.toLocaleString('en')}.`,
    );
    await allTrainOn();
  });
});
