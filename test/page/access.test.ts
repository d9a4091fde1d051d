import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  isReady,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  reaches,
  SMALL,
} from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CPU = `${SMALL}&engine=cpu`;

beforeAll(() => openBrowser(false));
afterAll(closeBrowser);
beforeEach(() => openPage({ width: 1280, height: 1000 }));
afterEach(closePage);

/** What axe-core finds that keeps people from using the page as it is now, by rule and element. */
async function barriers(): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (
      globalThis as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } }
    ).axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
}

const spoken = (): Promise<string | null> => page.getByTestId('announcement').textContent();

test('idle, running, paused and in the dark, nothing keeps anyone out; the run is told at a low rate', async () => {
  await openLink(`#${CPU}`);
  await isReady();
  expect(await barriers()).toEqual([]);
  await expect.poll(spoken).toBe('Ready, step 0.');
  const told = await page.getByTestId('announcement').evaluateHandle((element) => {
    const [since, texts] = [performance.now(), [] as (string | null)[]];
    new MutationObserver(() => texts.push(element.textContent)).observe(element, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return () => ({ texts, milliseconds: performance.now() - since });
  });
  await button('Play').click();
  await reaches(200);
  expect(await barriers()).toEqual([]);
  const { texts, milliseconds } = await told.evaluate((read) => read());
  expect(texts[0]).toMatch(/^Training, step /);
  // At once, and then every 20 seconds.
  expect(texts.length).toBeLessThanOrEqual(1 + milliseconds / 20_000);
  await button('Pause').click();
  await expect
    .poll(spoken)
    .toMatch(/^Paused, step [\d,]+\. Lowest loss: .*SGD, rate [\d.]+, .+SGD, rate [\d.]+: [\d.e-]+\.$/);
  await button('More settings of lane 1').click();
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect(await barriers()).toEqual([]);
  const moving = await page.evaluate(
    () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
  );
  expect(moving).toBe(0);
});

test('the dialogs and presenter mode, in both schemes', async () => {
  await openLink(`#${CPU}`);
  await isReady();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.keyboard.press('l');
    await page.locator('.qr-picture').waitFor();
    expect(await barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await page.locator('.presenter .chart').waitFor();
    expect(await barriers()).toEqual([]);
    await page.keyboard.press('p');
    await expect.poll(() => page.locator('.presenter').count()).toBe(0);
  }
});

test('a lane that stopped, a link in part unusable and a run that failed', async () => {
  await openLink(`#${SMALL}&lane=sgd,rate:100,clip:0&lane=path&hidden=9999&engine=cpu`);
  await isReady();
  await button('Play').click();
  await page.locator('.lane-stop').waitFor();
  await button('Pause').click();
  expect(await barriers()).toEqual([]);
  await openLink(`#${SMALL}&engine=webgpu`);
  await page.getByRole('alert').filter({ hasText: 'This run cannot go on' }).waitFor();
  expect(await barriers()).toEqual([]);
});

test('text, on a telephone', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openLink('#task=text&length=8&hidden=8&batch=4&engine=cpu');
  await isReady();
  await button('Step').click();
  await reaches(1);
  expect(await barriers()).toEqual([]);
  expect(await overflow()).toBe(0);
  await button('Share').click();
  await page.locator('.qr-picture').waitFor();
  expect(await barriers()).toEqual([]);
  const dialog = page.getByRole('dialog');
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await page.keyboard.press('Escape');
  await button('Present').click();
  await page.locator('.presenter .chart').waitFor();
  expect(await overflow()).toBe(0);
});

test('the pages that check and measure the GPU', async () => {
  await page.goto(`${inject('site')}check.html`);
  await page.locator('html[data-checks="unavailable"]').waitFor();
  expect(await barriers()).toEqual([]);
  await page.goto(`${inject('site')}bench.html`);
  await page.getByRole('button').first().waitFor();
  expect(await barriers()).toEqual([]);
});

test('every control has a name, and where forced colours take the page over, choices still show', async () => {
  await openLink(`#${CPU}`);
  await isReady();
  const controls = page.locator('button, input, select, textarea, a');
  for (const control of await controls.all()) {
    const name = await control.evaluate((element) => element.ariaLabel ?? element.textContent ?? '');
    const labels = await control.evaluate((element) => (element as HTMLInputElement).labels?.length ?? 0);
    expect(
      name.trim().length + labels,
      await control.evaluate((element) => element.outerHTML),
    ).toBeGreaterThan(0);
  }
  await page.emulateMedia({ forcedColors: 'active' });
  const background = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await background('.segments input:checked + span')).not.toBe(
    await background('.segments input:not(:checked) + span'),
  );
});
