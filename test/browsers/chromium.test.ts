import puppeteer from 'puppeteer-core';
import { describe, expect, inject, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium, WITH_GARBAGE } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';
import { testBrowser } from './everyBrowser.ts';

// Workgroup memory holds garbage here and in `page/`; the tests of `gpu/` run with the zeros.

/**
 * Every kernel in a shape or two: a kernel compiles for ten times as long as in Firefox, whose tests run the short set. Which size is
 * computed rightly depends on the kernels, hardly on who compiles them; `npm run test:long` runs every check here, in test/gpu.
 */
const CHECKS = 'check.html?few&limits=default';

describe('Chromium: WebGPU by Dawn, on SwiftShader', () => {
  testBrowser(
    () =>
      puppeteer.launch({
        executablePath: findChromium(),
        args: [...CHROMIUM_ARGS, WITH_GARBAGE],
        timeout: LIMITS.wait,
        protocolTimeout: LIMITS.checks,
      }),
    CHECKS,
  );
});

test('a tab that Chromium freezes says so, and then trains on', async () => {
  const browser = await puppeteer.launch({
    executablePath: findChromium(),
    args: CHROMIUM_ARGS,
    timeout: LIMITS.wait,
    protocolTimeout: LIMITS.wait,
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(LIMITS.wait);
    const devTools = await page.createCDPSession();
    const setState = (state: 'frozen' | 'active') => devTools.send('Page.setWebLifecycleState', { state });
    await page.goto(`${inject('site')}#hidden=8&length=8&batch=4&engine=cpu&autoplay=1`);
    await page.waitForSelector('.status-running');
    const other = await browser.newPage();
    await other.bringToFront();
    await page.waitForFunction(() => document.hidden, { polling: 50 });
    await setState('frozen');
    await new Promise((resolve) => {
      setTimeout(resolve, 2000);
    });
    await setState('active');
    await page.bringToFront();
    const notice = await page.waitForSelector('.notice-information');
    expect(await notice?.evaluate((element) => element.textContent)).toMatch(
      /The browser froze this tab for ([2-9]|\d\d+) s, .*training paused then, and now goes on/,
    );
    const step = () =>
      page.$eval('[data-testid="step"]', (element) => Number(element.textContent?.replace(/\D/g, '')));
    const before = await step();
    await expect.poll(step).toBeGreaterThan(before + 20);
  } finally {
    await browser.close();
  }
});
