import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  hash,
  isReady,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  reaches,
  SMALL,
} from './support.ts';

beforeAll(() => openBrowser(false));
afterAll(closeBrowser);
beforeEach(() => openPage());
afterEach(closePage);

const rates = (): Promise<string[]> =>
  page
    .locator('.lane-rate input')
    .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
const rate = (lane: number): Locator => page.getByLabel(`Rate of lane ${lane}`);

test('one click sweeps a lane, one more goes back; the view draws loss against rate, with a table', async () => {
  const link = `${SMALL}&lane=sgd,rate:0.1&lane=path`;
  await openLink(`#${link}&engine=cpu`);
  await button('Sweep rates of lane 1').click();
  await expect.poll(rates).toEqual(['0.01', '0.03', '0.1', '0.3', '1', '0.03']);
  await button('Back to the lanes before').click();
  await expect.poll(rates).toEqual(['0.1', '0.03']);
  await expect.poll(hash).toBe(`#${link}&engine=cpu`);
  expect(await button('Back to the lanes before').count()).toBe(0);

  await button('Loss against rate').click();
  await button('Sweep the rates of every lane').click();
  await expect.poll(rates).toHaveLength(10);
  await isReady();
  await button('Play').click();
  await reaches(60);
  await button('Pause').click();
  const view = page.locator('.views .sweep');
  await expect.poll(() => view.locator('.sweep-dot, .stop-mark').count()).toBe(10);
  expect(await view.locator('.legend li').allInnerTexts()).toEqual(['SGD', 'Path-SGD']);
  const cells = view.locator('tbody td');
  expect(await view.locator('tbody tr').count()).toBe(6);
  expect((await cells.allInnerTexts()).filter((text) => /best/.test(text))).toHaveLength(2);
  const training = await cells.allInnerTexts();
  await view.getByRole('radio', { name: 'Held out' }).check();
  await expect.poll(() => cells.allInnerTexts()).not.toEqual(training);

  await button('Keep the best of each').click();
  await expect.poll(rates).toHaveLength(2);
  await button('Back to the lanes before').click();
  await expect.poll(rates).toHaveLength(10);
});

test('a lane that diverges stands at the upper edge and in the table as diverged', async () => {
  await openLink(`#${SMALL}&lane=sgd,rate:0.1&lane=sgd,rate:100,clip:0&lane=sgd,rate:0.1,clip:0&engine=cpu`);
  await isReady();
  await button('Loss against rate').click();
  await button('Play').click();
  await page.locator('.sweep td').filter({ hasText: 'diverged' }).waitFor();
  expect(await page.locator('.sweep .stop-mark').count()).toBeGreaterThan(0);
});

test('another start brings its measured rate; a rate of one’s own stays, with the measured one to take', async () => {
  await openLink('#length=20&hidden=8&batch=4&lane=path&engine=cpu');
  await page.getByLabel('Start of lane 1').selectOption('identity');
  const proposed = await rate(1).inputValue();
  const offer = page.getByRole('button', { name: /^best: /, exact: false });
  expect(await offer.count()).toBe(0);
  await rate(1).fill('0.0123');
  await page.getByLabel('Start of lane 1').selectOption('nprnn');
  expect(await rate(1).inputValue()).toBe('0.0123');
  expect(await offer.count()).toBe(1);
  await page.getByLabel('Start of lane 1').selectOption('identity');
  await offer.click();
  expect(await rate(1).inputValue()).toBe(proposed);
  expect(await offer.count()).toBe(0);

  await page.getByText('Which rates are measured, and how').click();
  const row = page.locator('.measured tr').filter({ hasText: 'Identity' }).first();
  expect(await row.locator('td').allInnerTexts()).toContain(proposed);
});

test('a lane that spikes says so', async () => {
  // At this length a np-RNN start at a high rate throws the loss up within the first steps.
  await openLink('#length=20&hidden=32&batch=4&lane=path,rate:0.3&lane=sgd,rate:0.001&engine=cpu');
  await isReady();
  await button('Play').click();
  const spike = page.locator('.lane').nth(0).locator('.lane-spike');
  await spike.waitFor();
  expect(await spike.textContent()).toMatch(/spiked to [\d,.e]+ at step [\d,]+/);
  expect(await page.locator('.lane').nth(1).locator('.lane-spike').count()).toBe(0);
});

test('a sweep fits a phone', async () => {
  await page.setViewportSize({ width: 360, height: 800 });
  await openLink(`#${SMALL}&lane=sgd,rate:0.1&lane=path,rate:0.03&engine=cpu`);
  await button('Loss against rate').click();
  await button('Sweep the rates of every lane').click();
  await expect.poll(rates).toHaveLength(10);
  expect(await overflow()).toBe(0);
});
