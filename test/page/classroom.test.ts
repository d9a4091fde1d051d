import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGS, findHeadlessShell } from '../../scripts/browsers.mjs';
import { dist, type Site, serveSite } from '../../scripts/site.ts';
import {
  button,
  closeBrowser,
  closePage,
  faults,
  isReady,
  openBrowser,
  openLink,
  openPage,
  page,
  reaches,
  SMALL,
  standsStill,
  step,
} from './support.ts';

const LINK = `${SMALL}&engine=cpu`;

beforeAll(() => openBrowser(false));
afterAll(closeBrowser);

describe('by keyboard', () => {
  beforeEach(() => openPage());
  afterEach(closePage);

  const fullScreen = (): Promise<boolean> => page.evaluate(() => document.fullscreenElement !== null);
  const shown = (): Promise<(string | null)[]> =>
    page
      .locator('.presenter .chart')
      .evaluateAll((charts) => charts.map((chart) => chart.getAttribute('data-quantity')));

  test('presenter mode shows one large chart on the full screen, and the page behind it is as it was', async () => {
    await openLink(`#${LINK}`);
    await isReady();
    await button('More settings of lane 1').click();
    await page.keyboard.press('p');
    await expect.poll(shown).toEqual(['loss']);
    await expect.poll(fullScreen).toBe(true);
    expect(await page.locator('.lanes').isVisible()).toBe(false);
    const size = await page
      .locator('.presenter .legend li')
      .first()
      .evaluate((item) => Number.parseFloat(getComputedStyle(item).fontSize));
    expect(size * (await page.locator('.presenter').evaluate((main) => main.currentCSSZoom))).toBeGreaterThan(
      22,
    );

    await page.keyboard.press('Space');
    await reaches(20);
    await page.keyboard.press('c');
    await expect.poll(shown).toEqual(['metric']);
    await page.keyboard.press('Space');
    await standsStill();
    await page.keyboard.press('p');
    await expect.poll(() => page.locator('.presenter').count()).toBe(0);
    await expect.poll(fullScreen).toBe(false);
    expect(await page.getByLabel('Momentum of lane 1').isVisible()).toBe(true);
    expect(await page.locator('.columns .chart').count()).toBe(2);

    await button('Present').click();
    await page.locator('.presenter').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.presenter').count()).toBe(0);
  });

  test('? lists the keys, of which none acts under a dialog; they can be switched off', async () => {
    await openLink(`#${LINK}`);
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
    // Letters act where a button has the focus; the space bar presses it.
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keys' });
    await list.waitFor();
    expect(await list.locator('kbd').allInnerTexts()).toEqual([
      'Space',
      's',
      'r',
      'l',
      'p',
      'c',
      'Esc',
      '?',
      'Tab',
    ]);
    await page.keyboard.press('s');
    await list.getByLabel('Keys act on the page').uncheck();
    await page.keyboard.press('Escape');
    await expect.poll(() => list.count()).toBe(0);
    await page.keyboard.press('s');
    await page.keyboard.press('p');
    await page.waitForTimeout(300);
    expect(await step()).toBe(1);
    expect(await page.locator('.presenter').count()).toBe(0);

    await button('Keys').click();
    await list.getByLabel('Keys act on the page').check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('l');
    await page.getByRole('dialog', { name: 'Share this experiment' }).waitFor();
  });
});

describe('without a network', () => {
  let site: Site;
  let replaced: Map<string, string>;

  beforeEach(async () => {
    replaced = new Map();
    site = await serveSite(replaced);
    await openPage(undefined, 'allow', site.address);
  });
  afterEach(async () => {
    await page.context().close();
    await site.close();
  });

  const open = async (link: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${site.address}#${link}`);
  };
  const isKept = (): Promise<void> => page.getByText('This page works offline').waitFor();
  const goOffline = async (): Promise<void> => {
    await site.close();
    await page.context().setOffline(true);
  };

  test('the page that was opened once opens, trains and shows its dialogs; so does MNIST, used once, and all data, kept on demand', async () => {
    await open(LINK);
    await isKept();
    await page.getByRole('button', { name: /^Keep for offline \(11\.\d MB\)$/ }).waitFor();
    await open(`task=mnist-rows&hidden=8&batch=4&engine=cpu`);
    await isReady();
    // All but the images that this run has loaded.
    await page.getByText('Keep for offline (9.9 MB)').waitFor();
    await page.context().setOffline(true);

    await open(LINK);
    await isReady();
    await button('Play').click();
    await reaches(20);
    await button('Share').click();
    await page.locator('.qr-picture').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await page.locator('.presenter .chart').waitFor();

    await open(`task=mnist-rows&hidden=8&batch=4&engine=cpu`);
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
    await page.goto(`${site.address}check.html`);
    await page.locator('html[data-checks]').waitFor();

    await page.context().setOffline(false);
    await open(LINK);
    await page.getByRole('button', { name: 'Keep for offline (9.9 MB)' }).click();
    await page.getByText('with all its data').waitFor();
    await goOffline();
    await open('task=text&length=8&hidden=8&batch=4&engine=cpu');
    await isReady();
    await open('task=mnist-rows&data=full&hidden=8&batch=4&engine=cpu');
    await isReady();
    expect(faults).toEqual([]);
  });

  test('so does a page of a host that redirects from index.html', async () => {
    await site.close();
    site = await serveSite(replaced, true);
    await open(LINK);
    await isKept();
    await goOffline();
    await open(LINK);
    await isReady();
    expect(await page.title()).toBe('Path-SGD Playground');
  });

  /** Serves another version, whose start page differs in its title; `whole` is false where its files do not fit. */
  async function publish(title: string, whole: boolean): Promise<void> {
    const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
    const page = await readFile(path.join(dist, 'index.html'), 'utf8');
    const worker = await readFile(path.join(dist, 'service-worker.js'), 'utf8');
    const changed = page.replace(/<title>.*<\/title>/, `<title>${title}</title>`);
    replaced.set('index.html', changed);
    replaced.set(
      'service-worker.js',
      worker
        .replace(/("version":")[^"]*/, `$1${title}`)
        .replace(hashOf(page), hashOf(whole ? changed : `${changed} and more`)),
    );
  }
  const lookForUpdate = (): Promise<void> =>
    page.evaluate(async () => {
      await (await navigator.serviceWorker.getRegistration())?.update();
    });

  test('a new version says so and waits for Reload; one whose files do not fit is not taken', async () => {
    await open(LINK);
    await isKept();
    await publish('Damaged', false);
    await lookForUpdate();
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          return registration?.installing === null && registration.waiting === null;
        }),
      )
      .toBe(true);
    await page.reload();
    await isReady();
    expect(await page.title()).toBe('Path-SGD Playground');

    await publish('The next version', true);
    await lookForUpdate();
    const notice = page.getByRole('status').filter({ hasText: 'A new version of this page is ready' });
    await notice.waitFor();
    // Until then it is the old page that opens, all of it.
    await page.reload();
    await isReady();
    expect(await page.title()).toBe('Path-SGD Playground');
    await notice.getByRole('button', { name: 'Reload' }).click();
    await expect.poll(() => page.title()).toBe('The next version');
    await isReady();
    expect(await notice.count()).toBe(0);
    await button('Share').click();
    await page.locator('.qr-picture').waitFor();
  });
});

test('over plain http the page says why there is no GPU, trains on the CPU, and shares without copying', async () => {
  const site = await serveSite();
  // A name that is not localhost: browsers hide WebGPU and service workers from it.
  const other = await chromium.launch({
    executablePath: findHeadlessShell(),
    args: [...CHROMIUM_ARGS, '--host-resolver-rules=MAP teacher.test 127.0.0.1'],
  });
  try {
    const page = await other.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${site.address.replace('localhost', 'teacher.test')}#task=mnist-rows&hidden=8&batch=4`);
    expect(await page.evaluate(() => [window.isSecureContext, 'gpu' in navigator])).toEqual([false, false]);
    const notice = page.getByRole('status').filter({ hasText: 'Training on the CPU' });
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(/plain http.*https or is localhost/);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect
      .poll(async () => Number((await page.getByTestId('step').textContent())?.replaceAll(',', '')))
      .toBeGreaterThan(0);
    expect(await page.getByTestId('engine').textContent()).toMatch(/^CPU/);

    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: 'Copy: Link' }).click();
    await page.getByText('Selected: copy it').waitFor();
    const selected = await page
      .getByRole('textbox', { name: 'Link', exact: true })
      .evaluate(({ value, selectionStart, selectionEnd }: HTMLInputElement) =>
        value.slice(selectionStart ?? 0, selectionEnd ?? 0),
      );
    expect(selected).toMatch(/^http:\/\/teacher\.test.*hidden=8/);
    expect(errors).toEqual([]);
  } finally {
    await other.close();
    await site.close();
  }
});
