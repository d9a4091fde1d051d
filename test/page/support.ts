import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright';
import { expect, inject } from 'vitest';
import { CHROMIUM_ARGS, findHeadlessShell, WITH_GARBAGE } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';
import { standsStillAt } from '../still.ts';
import { trainAtLowPriority } from './lowPriority.ts';

/** So small that a software adapter trains it fast. */
export const SMALL = 'length=8&hidden=8&batch=4';

/** What Chromium itself writes where WebGPU has no adapter. */
export const NO_ADAPTER = 'No available adapters.';
/** What Playwright writes where it keeps the page from having a service worker. */
const NO_SERVICE_WORKER = 'Service Worker registration blocked by Playwright';

/** V8's optimizing compilers take more time than they save in a short test. WebAssembly is compiled as ever. */
const SHORT_LIVED = '--js-flags=--no-opt,--no-maglev';
const GPU_ARGS = [...CHROMIUM_ARGS, SHORT_LIVED, WITH_GARBAGE];
const CPU_ARGS = [...CHROMIUM_ARGS.filter((argument) => !/webgpu/.test(argument)), SHORT_LIVED];

export let browser: Browser;
export let page: Page;
/** What no page may ever do. */
export let faults: string[];

/** The browser without WebGPU, which the files that a worker of Vitest runs share: it ends with the worker. */
let shared: Promise<Browser> | undefined;

const launch = (args: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: findHeadlessShell(), timeout: LIMITS.wait, args });

trainAtLowPriority();

/** Opens the browser of a file's tests, with WebGPU (on a software adapter) or without. */
export async function openBrowser(gpu: boolean): Promise<void> {
  shared ??= launch(CPU_ARGS);
  browser = gpu ? await launch(GPU_ARGS) : await shared;
}

export async function closeBrowser(): Promise<void> {
  if (browser !== (await shared)) await browser.close();
}

/** Whether a test gave the page a script, which stays with the page. */
let hasInitScript: boolean;

/**
 * Opens a page with empty storage. It is the page of the test before, which opens sooner than a new one, unless that had a service
 * worker or a test gave it scripts.
 * @param site the address that all its requests must go to
 * @param serviceWorkers blocked unless they are what is tested: what they serve, `page.route` cannot replace
 */
export async function openPage(
  viewport = { width: 1280, height: 900 },
  serviceWorkers: 'allow' | 'block' = 'block',
  site = inject('site'),
): Promise<void> {
  const { origin } = new URL(site);
  const context =
    (serviceWorkers === 'block' && browser.contexts()[0]) || (await newContext(serviceWorkers, origin));
  faults = [];
  const [spare] = context.pages();
  page = spare ?? (await newPage(context));
  await page.setViewportSize(viewport);
  const session = await context.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await session.detach();
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(LIMITS.wait);
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const fault = message.type() === 'error' || message.type() === 'warning';
    if (fault && ![NO_ADAPTER, NO_SERVICE_WORKER].includes(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  hasInitScript = false;
  const add = page.addInitScript.bind(page);
  page.addInitScript = (...script: Parameters<typeof add>) => {
    hasInitScript = true;
    return add(...script);
  };
  return page;
}

async function newContext(serviceWorkers: 'allow' | 'block', origin: string): Promise<BrowserContext> {
  const context = await browser.newContext({ serviceWorkers });
  context.on('request', (request) => {
    if (!request.url().startsWith(origin)) faults.push(`request: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (!response.ok()) faults.push(`response: ${response.status()} ${response.url()}`);
  });
  return context;
}

/** Leaves the page, as `openPage` expects it, and closes any other that a test opened beside it. */
export async function closePage(): Promise<void> {
  for (const each of page.context().pages()) if (each !== page || hasInitScript) await each.close();
  if (!page.isClosed()) {
    // `openPage` clears what belongs to the site, not to the tab.
    await page.evaluate(() => sessionStorage.clear()).catch(() => {});
    await page.goto('about:blank');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null });
  }
  expect(faults).toEqual([]);
}

/** Opens the site at a link in a new page. */
export async function openLink(link: string): Promise<void> {
  if (page.url() !== 'about:blank') await page.goto('about:blank');
  await page.goto(`${inject('site')}${link}`);
}

/** What pasting another link into the address bar does. */
export const pasteLink = (link: string): Promise<void> =>
  page.evaluate((text) => {
    location.hash = text;
  }, link);

export const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
export const engine = (): Locator => page.getByTestId('engine');
export const hash = (): string => decodeURIComponent(new URL(page.url()).hash);
export const isReady = (): Promise<void> => page.locator('.status-idle').waitFor();

export const step = async (): Promise<number> =>
  // Presenter mode hides the page behind it, with its step.
  Number((await page.getByTestId('step').filter({ visible: true }).textContent())?.replaceAll(',', ''));

/** Makes a paused run step to that step: with a click, which waits until it can, then as fast as a key is pressed. */
export async function stepTo(wanted: number): Promise<void> {
  const left = wanted - (await step());
  if (left > 0) await button('Step').click();
  for (let press = 1; press < left; press++) await page.keyboard.press('s');
  await expect.poll(step).toBe(wanted);
}

/** Waits until that many steps are done. */
export async function reaches(wanted: number): Promise<void> {
  await expect.poll(step).toBeGreaterThanOrEqual(wanted);
}

/** The step at which a paused run stands, once what was under way is done. */
export const standsStill = (): Promise<number> => standsStillAt(step);

/** The drawn training lines of a chart, one per lane. */
export const curves = (quantity: 'loss' | 'metric'): Promise<(string | null)[]> =>
  page
    .locator(`.chart[data-quantity=${quantity}] path.curve`)
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));

/** The drawn training lines, once every lane of two has one that differs from the one before. */
export async function movedCurves(before: readonly (string | null)[]): Promise<(string | null)[]> {
  await expect
    .poll(async () => {
      const now = await curves('loss');
      return now.length === 2 && now.every((path, lane) => path !== null && path !== before[lane]);
    })
    .toBe(true);
  return curves('loss');
}

export const overflow = (): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export const LINK = `length=8&hidden=8&layers=2&batch=4&seed=7&lane=path2,rate:0.02,init:orthogonal,momentum:0.5&lane=sgd,clip:2&lane=path`;

export const isRestored = async (link = LINK): Promise<void> => {
  await expect.poll(() => page.getByLabel('Layers').inputValue()).toBe('2');
  expect(await page.getByLabel('Length', { exact: true }).inputValue()).toBe('8');
  expect(await page.getByLabel('Hidden', { exact: true }).inputValue()).toBe('8');
  expect(await page.getByLabel('Batch', { exact: true }).inputValue()).toBe('4');
  expect(await page.getByLabel('Seed', { exact: true }).inputValue()).toBe('7');
  expect(await page.locator('.lane').count()).toBe(3);
  expect(await page.getByLabel('Optimizer of lane 1').inputValue()).toBe('path2');
  expect(await page.getByLabel('Rate of lane 1').inputValue()).toBe('0.02');
  expect(await page.getByLabel('Start of lane 1').inputValue()).toBe('orthogonal');
  await button('More settings of lane 1').click();
  expect(await page.getByLabel('Momentum of lane 1').inputValue()).toBe('0.5');
  await button('More settings of lane 2').click();
  expect(await page.getByLabel('Gradient clip of lane 2').inputValue()).toBe('2');
  await expect.poll(hash).toBe(`#${link}`);
};
