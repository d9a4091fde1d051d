import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { DRAW_SELDOM, findFirefox } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';
import { standsStillAt } from '../still.ts';

const SMALL = 'length=8&hidden=8&batch=4&lane=sgd&lane=path';

/** On what the page trains in Firefox, and what it says of it. */
export interface FirefoxKind {
  readonly kind: 'webgpu' | 'cpu';
  readonly preferences: Readonly<Record<string, boolean>>;
  /** The engine's name. */
  readonly name: RegExp;
  /** Why it trains on the CPU where it is left the choice. */
  readonly fallback: RegExp;
}

/** What visitors do most, in the second browser: all of it on WebGPU, and what depends on the engine without, on the CPU engine. */
export function testPage({ kind, preferences, name, fallback }: FirefoxKind): void {
  let browser: Browser;
  /** One page for all: a second one is out of sight in Firefox, and hardly drawn. */
  let page: Page;
  let folder: string;
  const errors: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'firefox-page-'));
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      extraPrefsFirefox: { ...preferences, ...DRAW_SELDOM },
      defaultViewport: { width: 1280, height: 900 },
      timeout: LIMITS.wait,
      protocolTimeout: 2 * LIMITS.wait,
    });
    [page] = (await browser.pages()) as [Page];
    page.setDefaultTimeout(LIMITS.wait);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });
  afterEach(() => {
    expect(errors.splice(0)).toEqual([]);
  });

  /** Opens a link as in a new tab: nothing of the page before is left. */
  const open = async (link: string, engine: string = kind): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${inject('site')}#${link}&engine=${engine}`);
  };
  const isReady = () => shows('.status-idle');
  /** Waits for an element with that text in it; all its text. */
  const shows = async (selector: string, text = ''): Promise<string> => {
    const found = await page.waitForFunction(
      (wanted, part) =>
        [...document.querySelectorAll(wanted)].find(({ textContent }) => textContent?.includes(part)),
      { polling: 50 },
      selector,
      text,
    );
    return (found as ElementHandle<Element>).evaluate((element) => element.textContent ?? '');
  };
  const texts = (selector: string): Promise<string[]> =>
    page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? ''));
  /** What a pointer or a key does to the button of that name, once it can be pressed. */
  const press = async (label: string): Promise<void> => {
    await page.waitForFunction(
      (wanted) => {
        const found = [...document.querySelectorAll<HTMLElement>('button, summary, [role=tab]')].find(
          (element) => [element.ariaLabel, element.textContent?.trim()].includes(wanted),
        );
        if (!found || (found as HTMLButtonElement).disabled) return false;
        found.click();
        return true;
      },
      { polling: 50 },
      label,
    );
  };
  const control = async (label: string): Promise<ElementHandle<HTMLInputElement>> => {
    const found = await page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll<HTMLInputElement>('input, select, textarea')].find((element) =>
          [element.ariaLabel, ...[...(element.labels ?? [])].map(({ textContent }) => textContent)].some(
            (each) => each?.trim() === wanted,
          ),
        ),
      { polling: 50 },
      label,
    );
    return found as ElementHandle<HTMLInputElement>;
  };
  /** Types into a field, or chooses of a list, as React hears of it. */
  const enter = async (label: string, value: string): Promise<void> => {
    await (await control(label)).evaluate((element, text) => {
      const { prototype } = element instanceof HTMLInputElement ? HTMLInputElement : HTMLSelectElement;
      Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(element, text);
      element.dispatchEvent(new Event('input', { bubbles: true }));
      element.dispatchEvent(new Event('change', { bubbles: true }));
    }, value);
  };
  const inputOf = async (label: string): Promise<string> =>
    (await control(label)).evaluate(({ value }) => value);
  const step = (): Promise<number> =>
    page.$eval('[data-testid="step"]', (element) => Number(element.textContent?.replace(/\D/g, '')));
  const reaches = async (wanted: number): Promise<void> => {
    await expect.poll(step).toBeGreaterThanOrEqual(wanted);
  };
  const steps = async (last: number): Promise<string[]> => {
    for (let at = (await step()) + 1; at <= last; at++) {
      await press('Step');
      await expect.poll(step).toBe(at);
    }
    return texts('.lane .number');
  };
  const hash = (): Promise<string> => page.evaluate(() => decodeURIComponent(location.hash));

  test('a link sets up what it says; the engine is named', async () => {
    await open('length=8&hidden=8&layers=2&batch=4&seed=7&lane=path2,rate:0.02,init:orthogonal&lane=sgd');
    await isReady();
    expect(await shows('[data-testid="engine"]', ',')).toMatch(name);
    expect(await inputOf('Layers')).toBe('2');
    expect(await inputOf('Seed')).toBe('7');
    expect(await inputOf('Optimizer of lane 1')).toBe('path2');
    expect(await inputOf('Rate of lane 1')).toBe('0.02');
    expect(await texts('.notice')).toEqual([]);
  });

  test('Play draws curves, Pause holds them, Step makes one step, the table has the numbers', async () => {
    await press('Play');
    await reaches(30);
    await page.waitForFunction(
      () => document.querySelectorAll('.chart[data-quantity=loss] path.curve').length >= 2,
      { polling: 50 },
    );
    await press('Pause');
    const stood = await standsStillAt(step);
    await press('Step');
    await expect.poll(step).toBe(stood + 1);
    await shows('.reading-head b', `step ${(stood + 1).toLocaleString('en')}`);
    await press('Table of Loss');
    expect((await shows('.chart-table caption', 'Loss')).startsWith('Loss, mean squared error')).toBe(true);
    expect((await texts('.chart-table td')).filter((text) => /^\d/.test(text)).length).toBeGreaterThan(4);
  });

  test('the chart is read where the pointer is', async () => {
    const latest = await texts('.chart[data-quantity=loss] .reading-head b');
    const area = await page.$('.chart[data-quantity=loss] .chart-area');
    await area?.scrollIntoView();
    const box = await area?.boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 3, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    await expect.poll(() => texts('.chart[data-quantity=loss] .reading-head b')).not.toEqual(latest);
    await page.mouse.move(0, 0);
  });

  test('Reset goes back to step 0; the same link, pasted, gives the same numbers', async () => {
    await press('Reset');
    await isReady();
    expect(await step()).toBe(0);
    const first = await steps(3);
    expect(first.filter((text) => /^\d/.test(text)).length).toBeGreaterThanOrEqual(4);
    const link = await hash();
    await page.evaluate((other) => {
      location.hash = other;
    }, `${SMALL}&engine=${kind}`);
    await expect.poll(() => inputOf('Layers')).toBe('1');
    await page.evaluate((same) => {
      location.hash = same;
    }, link);
    await expect.poll(() => inputOf('Layers')).toBe('2');
    await isReady();
    expect(await steps(3)).toEqual(first);
  });

  test('a text of one’s own is trained on, and written', async () => {
    const file = path.join(folder, 'fox.txt');
    await writeFile(file, 'the quick brown fox jumps over the lazy dog\n'.repeat(50));
    await open('task=text&data=own&length=5&hidden=8&batch=4&lane=adam');
    await shows('.status-waiting', 'Waiting for your text');
    await (await control('Text file')).uploadFile(file);
    await isReady();
    await press('Play');
    await reaches(20);
    expect((await shows('.generated', 'e')).length).toBeGreaterThan(10);
  });

  test('a run is offered after a reload and goes on with the same numbers', async () => {
    await open(SMALL);
    const before = await steps(4);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    await page.reload();
    await shows('.left-run', 'A run was left at step 4.');
    await press('Continue');
    await expect.poll(step).toBe(4);
    expect(await texts('.lane .number')).toEqual(before);
  });

  test('left the choice, the page trains on the CPU and says why', async () => {
    await open(SMALL, 'auto');
    expect(await shows('.notice-information', 'Training on the CPU')).toMatch(fallback);
    await press('Play');
    await reaches(20);
  });

  // What draws, and hears of keys and links, is the same on every engine.
  if (kind === 'webgpu') {
    test('a link that is wrong says so, leaves no markup, and trains', async () => {
      await open('hidden=<img src=x onerror=alert(1)>&length=8&batch=1000000&nonsense=1&lane=sgd&lane=path');
      await isReady();
      const messages = await shows('.notice-warning', 'could not be used');
      expect(messages).toContain('<img src=x');
      expect(messages).toContain('nonsense');
      expect(await page.$('.notice img')).toBeNull();
      expect(await inputOf('Batch')).toBe('256');
      await press('Dismiss this message');
      await enter('Batch', '4');
      await enter('Hidden', '8');
      await isReady();
      await press('Step');
      await expect.poll(step).toBe(1);
    });

    test('settings and lanes change, with the address; a value out of range is explained', async () => {
      await enter('Seed', '9');
      await enter('Optimizer of lane 2', 'adam');
      await enter('Rate of lane 2', '0.002');
      await enter('Batch', '4000');
      await shows('.field-error', 'Allowed: a whole number from 1 to 256. In use: 4.');
      await enter('Batch', '4');
      await press('Duplicate lane 2');
      await press('Remove lane 1');
      await press('Add lane');
      await expect.poll(hash).toMatch(/seed=9&lane=adam,rate:0\.002&lane=adam,rate:0\.002&lane=[a-z]/);
      await isReady();
      expect(await texts('.lane .lane-optimizer')).toHaveLength(3);
    });

    test('a lane that stops says why, with its gradient norm; the other goes on', async () => {
      await open(`length=8&hidden=8&batch=4&lane=sgd,rate:100,clip:0&lane=path`);
      await press('Play');
      expect(await shows('.lane-stop', 'Stopped')).toMatch(
        /^Stopped: the .* is not finite \(.*\) at step \d+; the gradient norm was \d.* at step \d+\.$/,
      );
      await reaches((await step()) + 30);
    });

    test('the Share dialog has the link and its code; Escape closes it', async () => {
      await press('Share');
      await shows('dialog[open] h2', 'Share this experiment');
      const link = `#length=8&hidden=8&batch=4&lane=sgd,rate:100,clip:0&lane=path&engine=${kind}`;
      await expect.poll(() => inputOf('Link')).toContain(link);
      expect(await page.$('dialog svg')).not.toBeNull();
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog[open]') === null, { polling: 50 });
    });

    test('every view opens', async () => {
      await open(SMALL);
      await steps(2);
      await press('Inside the network');
      await shows('.inside .heat-map canvas');
      await press('Rescale a network');
      await shows('.unit-sliders');
      await press('Watch the task');
      await shows('.numbers-picture figcaption', ' + ');
      await press('Loss against rate');
      await shows('.sweep');
      await press('Guide');
      await shows('.guide h2');
    });
  }
}
