import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  curves,
  isReady,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  reaches,
  SMALL,
  step,
  stepTo,
} from './support.ts';

const card = (index: number): Locator => page.locator('.copy-card').nth(index);
const figure = (index: number): Promise<string | null> => card(index).locator('.copy-figure b').textContent();
const losses = (index: number): Promise<string[]> => card(index).locator('.copy-losses dd').allInnerTexts();
const factors = (): Promise<string[]> => page.locator('.unit-sliders output').allInnerTexts();

const openView = async (link: string): Promise<void> => {
  await openLink(`#${link}&engine=cpu`);
  await button('Rescale a network').click();
  await page.locator('.unit-sliders').waitFor();
  await isReady();
};

describe('rescaling', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('copies of both optimizers train along: the one of SGD parts, the one of Path-SGD is the same to the last bit', async () => {
    await openView(`${SMALL}&lane=sgd,rate:0.1&lane=path,momentum:0.5`);
    await button('Step').click();
    await expect.poll(step).toBe(1);
    await button('Do it for both optimizers').click();
    await expect.poll(() => page.locator('.copy-card').count()).toBe(2);
    expect(await figure(0)).toBe('–');
    expect(await card(0).textContent()).toMatch(/copy of SGD, rate 0\.1.*Press Play.*Made after step 1\./);

    await button('Play').click();
    await reaches(40);
    await button('Pause').click();
    await expect.poll(() => figure(1)).toBe('0');
    expect(Number((await figure(0))?.replaceAll(',', ''))).toBeGreaterThan(0);
    expect(await card(0).getAttribute('data-kind')).toBe('apart');
    expect(await card(1).textContent()).toMatch(/to the last bit/);
    const [original, copied] = await losses(1);
    expect(original).toMatch(/^\d\.\d+/);
    expect(copied).toBe(original);
    const apart = await losses(0);
    expect(apart[0]).not.toBe(apart[1]);

    // The copies are curves among the others, and have one each in the chart of differences.
    await page.locator('.chart[data-quantity=loss]').scrollIntoViewIfNeeded();
    await expect.poll(() => curves('loss')).toHaveLength(4);
    expect(await page.locator('.difference-chart .recharts-line').count()).toBe(2);
    expect(
      await page.locator('.difference-chart .recharts-yAxis-tick-labels text').first().textContent(),
    ).toBe('0');

    await button('End the copy of SGD, rate 0.1').click();
    await expect.poll(() => page.locator('.copy-card').count()).toBe(1);
    expect(await figure(0)).toBe('0');
    await button('Reset').click();
    await isReady();
    expect(await page.locator('.copy-card').count()).toBe(0);
  });

  test('sliders go by keyboard, name their factors, and belong to a layer', async () => {
    await openView(`${SMALL}&layers=2&lane=path`);
    const first = await factors();
    expect(first).toHaveLength(8);
    expect(new Set(first).size).toBeGreaterThan(2);
    await button('Balance').click();
    expect(await factors()).toEqual(Array(8).fill('×1'));
    await page.getByText('No unit is rescaled yet').waitFor();

    await page.getByRole('slider', { name: 'Unit 3 of layer 1' }).focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowUp');
    expect((await factors())[2]).toBe('×8');
    const slider = page.getByRole('slider', { name: 'Unit 3 of layer 1' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('times 8');
    await page
      .getByRole('img', { name: /Unit 3: weights that come in ×8, weights that go out ÷8/ })
      .waitFor();

    await page.getByLabel('Units of', { exact: true }).selectOption('Layer 2');
    expect(await factors()).toEqual(Array(8).fill('×1'));
    await page.getByRole('slider', { name: 'Unit 1 of layer 2' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('2 of 16 units rescaled, by factors from ÷2 to ×8.').waitFor();

    await button('Start the copy').click();
    await expect.poll(() => page.locator('.copy-card').count()).toBe(1);
    await stepTo(5);
    await expect.poll(() => figure(0)).toBe('0');

    await button('Unbalance all').click();
    const random = await factors();
    await button('Unbalance all').click();
    expect(await factors()).not.toEqual(random);
    expect(await button('Do it for both optimizers').isDisabled()).toBe(true);
  });

  test('a lane of tanh units says why it has no copy; a gradient clip on a path lane says why its copy parts', async () => {
    await openView(`${SMALL}&lane=sgd,activation:tanh&lane=path,clip:0.001`);
    await page.getByText('Only ReLU units can be rescaled').waitFor();
    expect(await button('Start the copy').isDisabled()).toBe(true);
    expect(await button('Do it for both optimizers').isDisabled()).toBe(true);
    await page.getByLabel('Copy of').selectOption({ index: 1 });
    await button('Start the copy').click();
    await expect.poll(() => page.locator('.copy-card').count()).toBe(1);
    await stepTo(5);
    await card(0).getByText('because of this lane’s gradient clip').waitFor();
  });

  test('fits a narrow screen, with as many units as there can be', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openView('length=4&hidden=256&batch=1&lane=path');
    expect(await factors()).toHaveLength(256);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.getByRole('slider', { name: 'Unit 256' }).focus();
    await page.keyboard.press('Home');
    expect((await factors())[255]).toBe('÷16');
  });
});
