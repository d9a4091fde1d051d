import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  hash,
  isReady,
  openBrowser,
  openLink,
  openPage,
  page,
  pasteLink,
  reaches,
  SMALL,
  standsStill,
  step,
} from './support.ts';

describe('text', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  const TEXT = 'task=text&length=5&hidden=8&batch=4';
  const SENTENCE = 'the quick brown fox jumps over the lazy dog\n';

  /** Drops files on the experiment's panel, as from the desktop. */
  const drop = (files: readonly { readonly name: string; readonly bytes: readonly number[] | string }[]) =>
    page.evaluate((contents) => {
      const dataTransfer = new DataTransfer();
      for (const { name, bytes } of contents) {
        const part = typeof bytes === 'string' ? bytes : Uint8Array.from(bytes);
        dataTransfer.items.add(new File([part], name));
      }
      const panel = document.querySelector('.experiment .field');
      for (const type of ['dragenter', 'dragover', 'drop']) {
        panel?.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    }, files);

  const dropProblem = (): Locator => page.locator('.drop-zone [role=alert]');
  const texts = (): Promise<string[]> => page.locator('.generated-text').allTextContents();

  test('a text of the visitor is dropped and trained on, and stays through reset, edits and links', async () => {
    await openLink(`#${TEXT}`);
    await page.getByText('Moby Dick: 79 different characters').waitFor();
    await isReady();
    await drop([{ name: '<b>own</b>.txt', bytes: SENTENCE.repeat(100) }]);
    await page.getByText('<b>own</b>.txt: 28 different characters, 3,960 to train on').waitFor();
    await expect.poll(hash).toBe(`#${TEXT}&data=own`);
    await isReady();
    await button('Play').click();
    await reaches(20);
    await button('Reset').click();
    await isReady();
    await page.getByLabel('Hidden', { exact: true }).fill('9');
    await expect.poll(hash).toBe('#task=text&length=5&hidden=9&batch=4&data=own');
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
    await pasteLink(SMALL);
    await expect.poll(hash).toBe(`#${SMALL}`);
    await pasteLink(`${TEXT}&data=own`);
    await page.getByText('<b>own</b>.txt: 28 different').waitFor();
    await page.getByLabel('Data').selectOption('moby-dick');
    await page.getByText('Moby Dick: 79 different characters').waitFor();
    await page.getByLabel('Data').selectOption('own');
    await page.getByText('<b>own</b>.txt: 28 different').waitFor();
    expect(await page.locator('main b b, .drop-zone b').count()).toBe(0);
  });

  test('a file that does not do is explained, and the run goes on', async () => {
    await openLink(`#${TEXT}`);
    await isReady();
    await button('Play').click();
    await reaches(5);
    const bad: readonly (readonly [Parameters<typeof drop>[0], RegExp])[] = [
      [[{ name: 'empty.txt', bytes: '' }], /"empty\.txt" is empty/],
      [[{ name: 'tiny.txt', bytes: 'tiny' }], /"tiny\.txt" is too small, with 4 bytes/],
      [[{ name: 'cat.jpg', bytes: Array(2000).fill(0xff) }], /"cat\.jpg" is not a UTF-8 text: at byte 0/],
      [[{ name: 'a.txt', bytes: 'a'.repeat(2000) }], /"a\.txt" leaves nothing to predict/],
      [
        [
          { name: 'a.txt', bytes: SENTENCE },
          { name: 'b.txt', bytes: SENTENCE },
        ],
        /2 files came: it must be one/,
      ],
    ];
    for (const [files, message] of bad) {
      await drop(files);
      await expect.poll(() => dropProblem().textContent()).toMatch(message);
    }
    expect(await page.getByText('Moby Dick: 79 different characters').count()).toBe(1);
    await expect.poll(hash).toBe(`#${TEXT}`);
    expect(await button('Pause').count()).toBe(1);
    await reaches((await step()) + 5);
    await drop([{ name: 'good.txt', bytes: SENTENCE.repeat(100) }]);
    await page.getByText('good.txt: 28 different').waitFor();
    expect(await dropProblem().count()).toBe(0);
  });

  test('a text too short for the batch names what fits', async () => {
    await openLink('#task=text&hidden=8&batch=256');
    await isReady();
    await drop([{ name: 'short.txt', bytes: SENTENCE.repeat(100) }]);
    await dropProblem().waitFor();
    expect(await dropProblem().textContent()).toMatch(/too short for batch 256 and length 50.*at most/);
    await expect.poll(hash).not.toContain('own');
  });

  test('a link to a text that is not here asks for it; the button chooses one by keyboard', async () => {
    await openLink(`#${TEXT}&data=own&autoplay=1`);
    await page.getByText('This experiment trains on a text file of your own.').waitFor();
    expect(await page.locator('.status').textContent()).toContain('Waiting for your text');
    expect(await button('Play').isDisabled()).toBe(true);
    const chooser = page.waitForEvent('filechooser');
    await button('Choose a file').focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({
      name: 'mine.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(SENTENCE.repeat(100)),
    });
    await page.getByText('mine.txt: 28 different').waitFor();
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
  });

  test('every lane writes text, at once, while it trains and as asked', async () => {
    await openLink(`#${TEXT}`);
    await isReady();
    // The numbers leave something to chance, however well the lanes have learnt the rest.
    const lines = Array.from(
      { length: 300 },
      (_, index) => `<img src=x onerror=alert(1)>${(index * 7919) % 10_007} ${(index * 7907) % 10_009}`,
    );
    await drop([{ name: 'markup.txt', bytes: lines.join('\n') }]);
    await page.getByText('markup.txt: ').waitFor();
    const written = async (before: readonly string[]): Promise<string[]> => {
      await expect
        .poll(async () => {
          const now = await texts();
          return now.length === 2 && now.every((text, lane) => text.length > 100 && text !== before[lane]);
        })
        .toBe(true);
      return texts();
    };
    const first = await written([]);
    await button('Play').click();
    const running = await written(first);
    await button('Pause').click();
    await standsStill();
    await button('Another one').click();
    const other = await written(running);
    await page.getByLabel('Begins with').fill('<img');
    await expect.poll(async () => (await texts()).every((text) => text.startsWith('<img'))).toBe(true);
    const prompted = await written(other);
    await page.getByLabel('Temperature').fill('0');
    await written(prompted);
    expect(await page.locator('main img').count()).toBe(0);
    // What stands in a closed panel is not made.
    await page.getByText('Generated text').click();
    await expect.poll(() => page.locator('.generated-text').count()).toBe(0);
  });

  test('bits have an axis of their own, and their baseline', async () => {
    await openLink(`#${TEXT}`);
    await isReady();
    await button('Play').click();
    await reaches(20);
    const chart = page.locator('.chart[data-quantity=metric]');
    expect(await chart.locator('figcaption').textContent()).toBe('Bits per character less is better');
    await expect.poll(() => chart.getByText('character frequencies alone: 4.471').count()).toBe(1);
    expect(await page.getByText('character frequencies alone: 3.099').count()).toBe(1);
    expect(await chart.textContent()).not.toContain('%');
    expect(await page.locator('.lanes').textContent()).not.toContain('%');
  });
});
