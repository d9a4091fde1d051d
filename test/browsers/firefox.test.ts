import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { FIREFOX_PREFERENCES, findFirefox } from '../../scripts/browsers.mjs';

// What a visitor does most, in the second browser: once on its WebGPU and once without, on the CPU engine.
const KINDS = [
  { kind: 'webgpu', preferences: FIREFOX_PREFERENCES, name: /^WebGPU, ./ },
  { kind: 'cpu', preferences: { 'dom.webgpu.enabled': false }, name: /^CPU, float32, WebAssembly, / },
] as const;

const SMALL = 'hidden=8&length=8&batch=4&lane=sgd&lane=path';
const TIMEOUT = 60_000;

describe.each(KINDS)('Firefox, $kind', ({ kind, preferences, name }) => {
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      extraPrefsFirefox: preferences,
      protocolTimeout: 120_000,
    });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    errors = [];
    page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT);
    await page.setViewport({ width: 1280, height: 900 });
    page.on('pageerror', (error) => errors.push(String(error)));
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const open = async (link: string): Promise<void> => {
    await page.goto(`${inject('site')}#${link}&engine=${kind}`);
    await page.waitForSelector('.status-idle');
  };
  const click = (label: string): Promise<void> =>
    page.locator(`::-p-aria([name="${label}"][role="button"])`).click();
  const textOf = (selector: string): Promise<string> =>
    page.$eval(selector, (element) => element.textContent ?? '');
  const step = async (): Promise<number> => Number((await textOf('[data-testid="step"]')).replace(/\D/g, ''));
  const reaches = async (wanted: number): Promise<void> => {
    await expect.poll(step, { timeout: TIMEOUT }).toBeGreaterThanOrEqual(wanted);
  };
  const numbers = (): Promise<string[]> =>
    page.$$eval('.lane .number', (cells) => cells.map((cell) => cell.textContent ?? ''));
  const fill = async (label: string, value: string): Promise<void> => {
    await page.locator(`::-p-aria([name="${label}"][role="textbox"])`).fill(value);
    await page.keyboard.press('Enter');
  };

  test('Play draws curves, Pause stops, Step makes one step, Reset goes back to 0', async () => {
    await open(SMALL);
    expect(await textOf('[data-testid="engine"]')).toMatch(name);
    await click('Play');
    await reaches(20);
    await page.waitForFunction(
      () => document.querySelectorAll('.chart[data-quantity=loss] path.recharts-line-curve').length >= 2,
    );
    await click('Pause');
    let before = -1;
    await expect
      .poll(
        async () => {
          const last = before;
          before = await step();
          return before - last;
        },
        { interval: 700, timeout: TIMEOUT },
      )
      .toBe(0);
    await click('Step');
    await expect.poll(step).toBe(before + 1);
    await click('Reset');
    await page.waitForSelector('.status-idle');
    expect(await step()).toBe(0);
  });

  test('a link, pasted, gives the same numbers again', async () => {
    const run = async (): Promise<string[]> => {
      for (let at = 1; at <= 3; at++) {
        await click('Step');
        await expect.poll(step, { timeout: TIMEOUT }).toBe(at);
      }
      return numbers();
    };
    await open(`${SMALL}&seed=5`);
    const first = await run();
    await open(SMALL);
    await page.evaluate((link) => {
      location.hash = link;
    }, `${SMALL}&seed=5&engine=${kind}`);
    await expect.poll(() => page.$eval('.status', (element) => element.textContent)).toMatch(/step 0/);
    await page.waitForSelector('.status-idle');
    expect(await run()).toEqual(first);
  });

  test('an edit is in the address bar, a hostile link leaves a page that trains', async () => {
    await open(SMALL);
    await fill('Seed', '7');
    await expect.poll(() => page.url()).toContain('seed=7');
    await open(`${SMALL}&hidden=<img src=x onerror=alert(1)>&nonsense=1`);
    expect(await page.$$eval('.notice-warning li', (lines) => lines.length)).toBeGreaterThan(0);
    expect(await page.$('img')).toBeNull();
    await click('Play');
    await reaches(20);
  });

  test('a lane that stops says why; the other goes on', async () => {
    await open('hidden=8&length=8&batch=4&lane=sgd,rate:100,clip:0&lane=path');
    await click('Play');
    await page.waitForSelector('.lane-stop');
    expect(await textOf('.lane-stop')).toMatch(/^Stopped: the .* is not finite .* at step \d+/);
    await reaches((await step()) + 30);
  });

  test('a run goes on after a reload', async () => {
    await open(SMALL);
    for (let at = 1; at <= 4; at++) {
      await click('Step');
      await expect.poll(step, { timeout: TIMEOUT }).toBe(at);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
    const before = await numbers();
    await page.reload();
    await page.waitForSelector('.left-run');
    expect(await textOf('.left-run')).toMatch(/A run was left at step 4\./);
    await click('Continue');
    await expect.poll(step, { timeout: TIMEOUT }).toBe(4);
    expect(await numbers()).toEqual(before);
  });
});
