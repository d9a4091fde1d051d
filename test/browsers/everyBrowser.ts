import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { LIMITS } from '../limits.ts';

/**
 * The tests that every browser passes.
 * @param launch starts it, with WebGPU on a software adapter
 * @param checks the page of checks, with which of them it runs
 */
export function testBrowser(launch: () => Promise<Browser>, checks = 'check.html?limits=default'): void {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
    page.setDefaultTimeout(LIMITS.wait);
    page.on('pageerror', (error) => errors.push(String(error)));
  });
  afterAll(() => browser?.close());

  const open = (path: string) => page.goto(new URL(path, inject('site')).href);

  test(
    'every check of check.html passes on WebGPU',
    async () => {
      await open(checks);
      await page.waitForSelector('html[data-checks]:not([data-checks="running"])', {
        timeout: LIMITS.checks,
      });
      const rows = await page.$$eval('[data-passed]', (elements) =>
        elements.map((element) => ({
          text: element.textContent,
          passed: element.getAttribute('data-passed'),
        })),
      );
      expect(rows.length).toBeGreaterThan(10);
      expect(rows.filter(({ passed }) => passed !== 'true')).toEqual([]);
      expect(errors).toEqual([]);
    },
    LIMITS.checks + LIMITS.wait,
  );

  const step = (): Promise<number> =>
    page.$eval('[data-testid="step"]', (element) => Number(element.textContent?.replace(/\D/g, '')));
  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });
  /** Steps, as far as the page shows them, while something goes on. */
  async function stepsDuring(action: () => Promise<void>): Promise<number> {
    const first = await step();
    await action();
    return (await step()) - first;
  }
  /** Puts another tab before the page for so many milliseconds. */
  async function hideFor(milliseconds: number): Promise<void> {
    const other = await page.browser().newPage();
    await other.bringToFront();
    await page.waitForFunction(() => document.hidden, { polling: 50 });
    await pause(500);
    const shown = await step();
    await pause(milliseconds);
    expect(await step()).toBe(shown);
    await other.close();
    await page.bringToFront();
    // Drawn at once when the page is seen again: before it could have made up for a pause.
    await page.waitForFunction(() => !document.hidden, { polling: 50 });
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector('[data-testid="step"]')?.textContent?.replace(/\D/g, '')) > before,
      { polling: 20 },
      shown,
    );
  }

  test.each([
    { kind: 'cpu', name: /^CPU, float32, WebAssembly, [23] workers$/ },
    { kind: 'webgpu', name: /^WebGPU, ./ },
  ])('a tab out of sight trains on with $kind, and draws nothing', async ({ kind, name }) => {
    await open(`#hidden=8&length=8&batch=4&lane=sgd&lane=path&lane=path2&engine=${kind}`);
    await page.locator('::-p-aria(Play)').click();
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid="step"]')?.textContent?.replace(/\D/g, '')) >= 20,
    );
    expect(await page.$eval('[data-testid="engine"]', (element) => element.textContent)).toMatch(name);
    const inHalfASecond = await stepsDuring(() => pause(500));
    // Longer where the machine has other work to do: a tab that stands still makes as few steps however long it does.
    let outOfSight = 0;
    for (const seconds of [1, 5, 25]) {
      if (outOfSight < inHalfASecond) outOfSight = await stepsDuring(() => hideFor(1000 * seconds));
    }
    expect(outOfSight).toBeGreaterThanOrEqual(inHalfASecond);
    expect(await page.$('.status-running')).not.toBeNull();
    expect(errors).toEqual([]);
  });
}
