import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHROMIUM_ARGS, FIREFOX_PREFERENCES, findChromium, findFirefox } from '../../scripts/browsers.mjs';

/** Milliseconds: every kernel on a software adapter. */
const CHECKS_TIMEOUT = 300_000;

/** Two implementations of WebGPU that share no code: Dawn on SwiftShader, wgpu on lavapipe. */
const BROWSERS = [
  {
    name: 'Firefox',
    launch: () =>
      puppeteer.launch({
        browser: 'firefox',
        executablePath: findFirefox(),
        extraPrefsFirefox: FIREFOX_PREFERENCES,
        protocolTimeout: CHECKS_TIMEOUT,
      }),
  },
  {
    name: 'Chromium',
    launch: () =>
      puppeteer.launch({
        executablePath: findChromium(),
        args: CHROMIUM_ARGS,
        protocolTimeout: CHECKS_TIMEOUT,
      }),
  },
];

describe.each(BROWSERS)('$name', ({ launch }) => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
  });
  afterAll(() => browser?.close());

  const open = (path: string) => page.goto(new URL(path, inject('site')).href);

  test(
    'every check of check.html passes on WebGPU',
    async () => {
      await open('check.html');
      await page.waitForSelector('html[data-checks]:not([data-checks="running"])', {
        timeout: CHECKS_TIMEOUT,
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
    CHECKS_TIMEOUT + 10_000,
  );

  test.each([
    { kind: 'webgpu', name: /^WebGPU, ./ },
    { kind: 'cpu', name: /^CPU, float32, WebAssembly, [23] workers$/ },
  ])('the page trains on $kind: play moves the step', async ({ kind, name }) => {
    await open(`#hidden=8&length=8&batch=4&lane=sgd&lane=path&lane=path2&engine=${kind}`);
    await page.locator('::-p-aria(Play)').click();
    await page.waitForFunction(
      () => {
        const digits = document.querySelector('[data-testid="step"]')?.textContent?.replace(/\D/g, '');
        return Number(digits) >= 20;
      },
      { timeout: 60_000 },
    );
    const engine = await page.$eval('[data-testid="engine"]', (element) => element.textContent);
    expect(engine).toMatch(name);
    expect(errors).toEqual([]);
  });
});
