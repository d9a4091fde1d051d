import { readFile } from 'node:fs/promises';
import type { Frame, Route } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { LIMITS } from '../limits.ts';
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
  step,
} from './support.ts';

const LINK = `#${SMALL}&lane=path`;

beforeAll(() => openBrowser(false));
afterAll(closeBrowser);
beforeEach(() => openPage());
afterEach(async () => {
  // What the page could not get, and what React and the browser say of it in the console.
  expect(faults.filter((fault) => /^(error|dialog|request)/.test(fault))).toEqual([]);
  faults.length = 0;
  await closePage();
});

const failure = () => page.locator('.part-failure');
/** The files that a part is loaded from. */
const filesOf = (name: string): Promise<string[]> =>
  page.evaluate((part) => {
    const { parts } = JSON.parse(document.getElementById('site')?.textContent ?? '');
    return parts[part] ?? [];
  }, name);
const missing = (route: Route): Promise<void> => route.fulfill({ status: 404, body: '' });
const cutOff = (route: Route): Promise<void> => route.abort('connectionreset');

/** The parts, how each is opened, what it then shows, and which of its files is away. */
const PARTS = [
  ['page/guide/Guide.tsx', 'Guide', '.guide', 'js'],
  ['page/gallery/Gallery.tsx', /^All \d+ experiments/, '.gallery', 'css'],
  ['page/share/ShareDialog.tsx', 'Share', '.share', 'js'],
  ['page/inside/InsideView.tsx', 'Inside the network', '.inside', 'js'],
  ['page/lookup/Room.tsx', 'A picture in one number', '.lookup', 'js'],
] as const;

describe('a part that cannot be loaded', () => {
  test('says so in its place while training goes on, and comes when it is tried again', async () => {
    await openLink(LINK);
    await button('Play').click();
    await reaches(10);
    for (const [index, [name, label, content, ending]] of PARTS.entries()) {
      const file = (await filesOf(name)).find((each) => each.endsWith(ending)) as string;
      const refuse = index % 2 === 0 ? missing : cutOff;
      await page.route(`**/${file}`, refuse);
      await page.getByRole('button', { name: label, exact: true }).first().click();
      await failure().waitFor();
      expect(await failure().textContent()).toMatch(/could not be loaded\. Try again/);
      expect(await page.getByText('This page has run into a fault').count()).toBe(0);
      await reaches((await step()) + 10);
      await page.unroute(`**/${file}`, refuse);
      await button('Try again').click();
      await page.locator(content).first().waitFor();
      expect(await failure().count()).toBe(0);
      if ((await page.locator('dialog[open]').count()) > 0) await page.keyboard.press('Escape');
    }
    await reaches((await step()) + 10);
  });

  test('comes by itself where one answer was lost, whichever of its files it was', async () => {
    await openLink(LINK);
    await isReady();
    for (const file of await filesOf('page/sweep/Sweep.tsx')) {
      await page.route(`**/${file}`, cutOff, { times: 1 });
    }
    await button('Loss against rate').click();
    await page.locator('.sweep').waitFor();
    expect(await failure().count()).toBe(0);
  });

  test('asks for a reload where a newer version was published, and for the network where there is none', async () => {
    await openLink(LINK);
    await isReady();
    await page.route('**/assets/**', missing);
    await page.route('**/version.json', (route) =>
      route.fulfill({ json: { version: '9.9.9', commit: null, build: 'another' } }),
    );
    await button('Inside the network').click();
    await failure().waitFor();
    expect(await failure().textContent()).toContain('A newer version of this page is there');
    expect(await button('Try again').count()).toBe(0);
    expect(await button('Reload the page').count()).toBe(1);

    await page.unroute('**/version.json');
    await page.route('**/version.json', cutOff);
    await button('Loss against rate').click();
    await expect
      .poll(() => failure().textContent())
      .toContain('“Loss against rate” could not be loaded. The site cannot be reached');
    // What a button loads reports in its own place.
    await page.getByText('Save').first().click();
    await button('CSV').first().click();
    const alert = page.getByRole('alert').filter({ hasText: 'This could not be saved' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain('The site cannot be reached');
    await page.unroute('**/assets/**');
    const download = page.waitForEvent('download');
    await button('CSV').first().click();
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  });
});

test('a part that fails while it is drawn says so, and can be shown again', async () => {
  await page.addInitScript(() => {
    const { observe } = ResizeObserver.prototype;
    ResizeObserver.prototype.observe = function (target, options) {
      if (target instanceof HTMLCanvasElement) {
        ResizeObserver.prototype.observe = observe;
        throw new Error('No canvas today.');
      }
      observe.call(this, target, options);
    };
  });
  await openLink(LINK);
  await button('Play').click();
  await reaches(10);
  await button('Inside the network').click();
  await failure().waitFor();
  expect(await failure().textContent()).toMatch(/“Inside the network” failed\..*No canvas today\./);
  await reaches((await step()) + 10);
  await button('Show it again').click();
  await page.locator('.inside canvas').first().waitFor();
  expect(await failure().count()).toBe(0);
});

describe('in a frame that is kept apart', () => {
  /** Opens a page of the site in such a frame. `cors`: whether the host lets other sites have its files. */
  async function openFrame(file: string, cors: boolean): Promise<Frame> {
    const site = inject('site');
    await page.route(`${site}host.html`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><iframe sandbox="allow-scripts" width="1200" height="800" src="./${file}"></iframe>`,
      }),
    );
    if (cors) {
      await page.route('**/assets/**', async (route) => {
        const response = await route.fetch();
        await route.fulfill({
          response,
          headers: { ...response.headers(), 'access-control-allow-origin': '*' },
        });
      });
    }
    await page.goto(`${site}host.html`);
    return page.frames()[1] as Frame;
  }

  test.each(['index.html', 'check.html', 'bench.html'])(
    '%s says in its HTML what to do where its files are refused',
    async (file) => {
      const frame = await openFrame(file, false);
      const words = frame.locator('.first-words');
      await words.waitFor();
      expect(await words.textContent()).toMatch(/has not started yet.*open it in a tab of its own/s);
    },
  );

  test('the page trains, without a worker', async () => {
    const frame = await openFrame(`index.html${LINK}`, true);
    await frame.locator('.status-idle').waitFor({ timeout: LIMITS.wait });
    await frame.getByRole('button', { name: 'Play', exact: true }).click();
    const shown = async (): Promise<number> =>
      Number((await frame.getByTestId('step').textContent())?.replaceAll(',', ''));
    await expect.poll(shown, { timeout: LIMITS.wait }).toBeGreaterThan(50);
  });

  test('the benchmark runs in the page, which starts no worker', async () => {
    const frame = await openFrame('bench.html?length=2&hidden=4&batch=2&pairs=1&milliseconds=1', true);
    await frame.getByRole('button', { name: 'Start' }).click();
    await frame.locator('table').first().waitFor();
  });
});

test('words in the HTML are not seen by a visitor for whom the page starts; its footer shows version and commit', async () => {
  let start = (): void => {};
  const held = new Promise<void>((resolve) => {
    start = resolve;
  });
  await page.route('**/assets/index-*.js', async (route) => {
    await held;
    await route.continue();
  });
  const opened = openLink(LINK);
  const words = page.locator('.first-words');
  await words.waitFor({ state: 'attached' });
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(({ sheet }) => sheet),
  );
  const visibleAt = (milliseconds: number): Promise<string | null> =>
    words.evaluate((element, time) => {
      const [appearance] = document.getAnimations();
      appearance?.pause();
      if (appearance) appearance.currentTime = time;
      return getComputedStyle(element).visibility;
    }, milliseconds);
  expect(await visibleAt(2900)).toBe('hidden');
  expect(await visibleAt(3100)).toBe('visible');
  start();
  await opened;
  await isReady();
  expect(await page.locator('.first-words').count()).toBe(0);
  const { version, commit } = await (await page.request.get(`${inject('site')}version.json`)).json();
  const shown = commit === null ? `Version ${version}` : `Version ${version}, commit ${commit}`;
  await page.locator('.footer').getByText(shown, { exact: true }).waitFor();
});

test('a browser that hides pixels gives no PNG of noise, but an SVG', async () => {
  await page.addInitScript(() => {
    CanvasRenderingContext2D.prototype.getImageData = (_x, _y, width, height) => {
      const image = new ImageData(width, height);
      for (let index = 0; index < image.data.length; index++) image.data[index] = (index * 37) % 256;
      return image;
    };
  });
  await openLink(LINK);
  await button('Step').click();
  await expect.poll(step).toBe(1);
  await page.getByText('Save').first().click();
  await button('PNG').first().click();
  const alert = page.getByRole('alert').filter({ hasText: 'other pixels than they drew' });
  await alert.waitFor();
  const download = page.waitForEvent('download');
  await button('Save as SVG').click();
  expect(await readFile(await (await download).path(), 'utf8')).toMatch(/^<svg/);
  expect(await alert.count()).toBe(0);
});
