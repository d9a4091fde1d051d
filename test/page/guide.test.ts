import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GUIDE_STEPS } from '../../src/experiment/link.ts';
import { PRESETS } from '../../src/experiment/presets.ts';
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
  step,
} from './support.ts';

const heading = (): Promise<string | null> => page.locator('.guide h2').textContent();

describe('guide and gallery', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('the guide is loaded when opened, beside the charts, and a step sets up its experiment', async () => {
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await openLink(`#${SMALL}&engine=cpu`);
    await isReady();
    // It is asked for twice: the page fetches all files of a part before it imports them.
    const guideFiles = (): string[] => [...new Set(loaded.filter((url) => /\/Guide-[^/]*\.js$/.test(url)))];
    expect(guideFiles()).toEqual([]);
    expect(await page.locator('.guide').count()).toBe(0);

    await button('Guide').click();
    await page.locator('.guide').waitFor();
    expect(guideFiles()).toHaveLength(1);
    await expect.poll(hash).toContain('guide=1');
    const guide = await page.locator('.guide').boundingBox();
    const charts = await page.locator('.charts').boundingBox();
    expect(guide?.x).toBeGreaterThanOrEqual((charts?.x ?? 0) + (charts?.width ?? 0));
    expect(guide?.y).toBeCloseTo(charts?.y ?? Number.NaN, 0);

    // Formulas are drawn by the browser itself: a fraction is higher than a line.
    const formula = page.locator('.formula math').first();
    expect(await formula.evaluate((element) => element.namespaceURI)).toMatch(/MathML$/);
    expect((await formula.boundingBox())?.height).toBeGreaterThan(20);

    expect(await page.getByText('What it shows').count()).toBe(0);
    await page.locator('.guide-choices button').first().click();
    await page.getByText('What it shows').waitFor();
    expect(await page.locator('.guide-right').textContent()).toContain('This is what happens');
    expect(await page.locator('.guide .sketch path').count()).toBe(2);

    await button('Next').click();
    await button('Set it up').click();
    await expect.poll(hash).toBe('#preset=rescaled-sgd&guide=2&engine=cpu');
    expect(await page.locator('.lane').count()).toBe(4);
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
    // What the step says: the same function, the same loss.
    const losses = page.locator('.lane .number[data-label=loss]');
    await expect.poll(() => losses.first().textContent()).not.toBe('–');
    expect(new Set(await losses.allTextContents()).size).toBe(1);

    await button('Close the guide').click();
    expect(await page.locator('.guide').count()).toBe(0);
    await expect.poll(hash).toBe('#preset=rescaled-sgd&engine=cpu');
    expect(await step()).toBe(1);
    expect(await button('Guide').evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('a link opens the guide at its step; arrow keys turn it, and its guesses stay', async () => {
    await openLink(`#${SMALL}&guide=${GUIDE_STEPS}&engine=cpu`);
    await page.locator('.guide').waitFor();
    const last = await heading();
    expect(await button('Next').count()).toBe(0);
    await button('Tell me without a guess').click();
    await page.locator('.guide .sketch').waitFor();
    await page.locator('.guide h2').focus();
    await page.keyboard.press('ArrowRight');
    expect(await heading()).toBe(last);
    for (let left = GUIDE_STEPS - 1; left >= 1; left--) {
      await page.keyboard.press('ArrowLeft');
      await expect.poll(hash).toContain(`guide=${left}`);
      expect(await page.locator('.guide .sketch').count()).toBe(0);
      expect(await overflow()).toBe(0);
      expect(await page.locator('.guide-idea :is(math, svg, table)').count()).toBeGreaterThan(0);
    }
    expect(await button('Back').isDisabled()).toBe(true);
    await page.locator('.guide-steps button').last().click();
    expect(await heading()).toBe(last);
    expect(await page.locator('.guide .sketch').count()).toBe(1);
  });

  test('one sentence says what to watch for, of the default, of a preset, and of anything else', async () => {
    const watch = (): Promise<string | null> => page.locator('.watch').textContent();
    await openLink('#engine=cpu');
    expect(await watch()).toContain(PRESETS.get('sgd-and-path')?.lookFor);
    await button('An unbalanced network').click();
    expect(await watch()).toContain(PRESETS.get('unbalanced')?.lookFor);
    await page.getByLabel('Hidden', { exact: true }).fill('8');
    expect(await watch()).toContain('Which of the 4 lanes');
    await openLink('#preset=unbalanced&lane=sgd&engine=cpu');
    expect(await watch()).toContain('First the loss comes to the dashed baseline');
    await openLink(`#${SMALL}&engine=cpu&hide=watch&hide=guide`);
    await isReady();
    expect(await page.locator('.watch, .guide-button').count()).toBe(0);
  });

  test('the gallery shows every preset and opens the one that is chosen', async () => {
    await openLink(`#${SMALL}&engine=cpu`);
    await isReady();
    const opener = button(`All ${PRESETS.size} experiments…`);
    await opener.click();
    const dialog = page.getByRole('dialog', { name: 'Experiments worth a look' });
    await dialog.waitFor();
    expect(await dialog.locator('.gallery-cards > li').count()).toBe(PRESETS.size);
    expect(await dialog.locator('.sketch').count()).toBe(PRESETS.size);
    expect(await dialog.getByRole('heading', { level: 3 }).allTextContents()).toEqual([
      'Start here',
      'What the papers claim',
      'Every task',
      'Classic failures',
    ]);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);

    await opener.click();
    await dialog.getByRole('button', { name: 'The gradient explodes' }).click();
    await expect.poll(() => dialog.count()).toBe(0);
    await expect.poll(hash).toBe('#preset=exploding-gradient&engine=cpu');
    expect(await page.locator('.presets [aria-pressed=true]').textContent()).toBe('The gradient explodes');
    await button('Play').click();
    await reaches(10);
  });

  test('on a phone nothing of the guide or the gallery is cut off', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openLink(`#${SMALL}&guide=4&engine=cpu`);
    await page.locator('.guide').waitFor();
    expect(await overflow()).toBe(0);
    const guide = await page.locator('.guide').boundingBox();
    const charts = await page.locator('.charts').boundingBox();
    expect((guide?.y ?? 0) + (guide?.height ?? 0)).toBeLessThanOrEqual(charts?.y ?? 0);
    await button(`All ${PRESETS.size} experiments…`).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    const box = await dialog.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  });
});
