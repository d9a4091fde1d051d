import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';

/** So small that a software adapter measures it fast. */
const SMALL = 'hidden=8&batch=4&pairs=1&milliseconds=20';

const WEBGPU = ['webgpu-sgd', 'webgpu-path', 'webgpu-8-lanes'];
const CPU = ['cpu-sgd', 'cpu-path'];

let browser: Browser;
let page: Page;
let errors: string[];

const launch = (args: readonly string[]) => async (): Promise<void> => {
  browser = await chromium.launch({ executablePath: findChromium(), timeout: LIMITS.wait, args: [...args] });
};

async function open(query: string): Promise<void> {
  const context = await browser.newContext();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await context.newPage();
  page.setDefaultTimeout(LIMITS.wait);
  errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${inject('site')}bench.html?${query}`);
}

const click = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const summary = (): Promise<string | null> => page.locator('.summary').textContent();

/** The contestants of the table and the numbers of their rows. */
const rows = (): Promise<{ name: string | null; numbers: number[] }[]> =>
  page.locator('[data-contestant]').evaluateAll((elements) =>
    elements.map((element) => ({
      name: element.getAttribute('data-contestant'),
      numbers: [...element.querySelectorAll('.number')].map((cell) => Number(cell.textContent)),
    })),
  );

afterEach(async () => {
  await page.context().close();
  expect(errors).toEqual([]);
});

describe('with WebGPU', () => {
  beforeAll(launch(CHROMIUM_ARGS));
  afterAll(() => browser.close());

  test('measures every contestant at every length, and copies the table', async () => {
    await open(`length=8&length=9&${SMALL}`);
    await click('Start');
    await page.getByText(/^Measured: WebGPU on ./).waitFor();
    const all = await rows();
    expect(all.map(({ name }) => name)).toEqual([...WEBGPU, ...CPU, ...WEBGPU, ...CPU]);
    for (const { name, numbers } of all) {
      const [msPerStep = Number.NaN, stepsPerSecond = Number.NaN, ratio = Number.NaN] = numbers;
      expect(msPerStep * stepsPerSecond, `${name}`).toBeGreaterThan(900);
      expect(msPerStep * stepsPerSecond, `${name}`).toBeLessThan(1100);
      expect(ratio).toBeGreaterThan(0);
    }
    await click('Copy as Markdown');
    await page.getByText('Copied').waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text.split('\n').filter((line) => line.startsWith('| this project'))).toHaveLength(10);
    expect(text).toContain('Adding problem, length 9, hidden 8, batch 4:');
  });

  test('stops, and starts again', async () => {
    // A measurement of a minute: it is still under way when it is stopped.
    await open('length=8&hidden=8&batch=4&milliseconds=60000');
    await click('Start');
    await page.getByText(/warming up/).waitFor();
    await click('Stop');
    expect(await summary()).toContain('Stopped before anything was measured.');
    expect(await page.locator('progress').count()).toBe(0);
    await click('Start again');
    await page.getByText(/^Measuring/).waitFor();
  });

  test('says which settings of the address are not used', async () => {
    await open('length=3&frob=1&hidden=100000');
    const text = await summary();
    expect(text).toContain('length is "3": it must be a whole number from 4 to 1000');
    expect(text).toContain('hidden is "100000": it must be a whole number from 4 to 256');
    expect(text).toContain('frob is no setting');
  });
});

describe('without WebGPU', () => {
  beforeAll(launch(CHROMIUM_ARGS.filter((argument) => !/webgpu/.test(argument))));
  afterAll(() => browser.close());

  test('says so, and measures the CPU engine', async () => {
    await open(`length=8&${SMALL}`);
    await click('Start');
    await page.getByText('Measured: the CPU.').waitFor();
    expect((await rows()).map(({ name }) => name)).toEqual(CPU);
    expect(await summary()).toMatch(/WebGPU.*Only the CPU engine is measured\./);
  });
});
