import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Locator } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  hash,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  pasteLink,
  SMALL,
} from './support.ts';

/** The rest of the page is looked at elsewhere. */
const LINK = `${SMALL}&hide=loss&hide=measure&hide=lanes&engine=cpu`;

const room = (): Locator => page.locator('.lookup');
const cells = (): Locator => room().getByRole('application').first();
const verdict = (): Locator => page.locator('.lookup-verdict');
const lit = (): Promise<string | null> => page.locator('.lookup-number mark').textContent();

/** Opens the room at settings, charts left out, and waits until all is measured. */
async function openRoom(settings: string): Promise<void> {
  await openLink(`#${LINK}&room=lookup${settings}`);
  await measured();
}

async function measured(): Promise<void> {
  await page.locator('.lookup-built[aria-busy=false]').waitFor();
}

describe('a picture in one number', () => {
  // One page for all: what it has loaded once, it need not load again.
  beforeAll(async () => {
    await openBrowser(false);
    await openPage();
  });
  afterAll(async () => {
    await closePage();
    await closeBrowser();
  });

  test('the bound holds in BigInt, float64 breaks it; a cell lights its digits; the link follows', async () => {
    await openRoom(',cells:8,bits:2');
    expect(await verdict().textContent()).toMatch(/^The bound holds/);
    const rows = await page
      .locator('.lookup-table')
      .filter({ hasText: 'computed in' })
      .locator('tbody tr')
      .allInnerTexts();
    expect(rows.map((row) => /holds|broken/.exec(row)?.[0])).toEqual(['broken', 'broken', 'holds']);

    await cells().focus();
    for (const key of ['Home', 'End', 'ArrowDown']) await page.keyboard.press(key);
    // Seven to the right, and one down from the top row of eight.
    await room()
      .getByText(/^Cell 55 in BigInt/)
      .waitFor();
    const wanted = await page.locator('.lookup-number code').evaluate((code) => {
      const text = (code.textContent ?? '').replaceAll(/\s/g, '').slice(2);
      return text.slice(110, 112);
    });
    expect(await lit()).toBe(wanted);

    await page.getByRole('radio', { name: /float64/ }).check();
    await expect.poll(() => verdict().textContent()).toMatch(/^The bound is broken: float64 .* 128 digits/);
    await room().getByRole('slider', { name: /^M / }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(hash).toContain('room=lookup,cells:8,arithmetic:float64');
    await pasteLink(`${LINK}&room=lookup,dimension:1,cells:500`);
    await room()
      .getByText('cells is "500": it must be a whole number from 2 to 100; 100 is used instead')
      .waitFor();
  });

  test('a typed function is used as soon as it can be; what is wrong is said, and the last good one stays', async () => {
    await openRoom(',dimension:1,function:typed,formula:x%5E2,cells:6');
    const field = page.getByLabel('f(x) =');
    expect(await field.inputValue()).toBe('x^2');
    await field.fill('x^2 + foo');
    await page
      .getByText('foo is not known here: there are x, pi and e, at character 7. In use: x^2')
      .waitFor();
    await field.fill('1/(x-0.5)');
    await page.getByText(/no finite value at x = 0\.5/).waitFor();
    // Between the places that are tried while one types.
    await field.fill('1/max(0,x-1/3)');
    await page.getByRole('alert').first().waitFor();
    expect(await page.locator('.lookup-curves path').first().getAttribute('d')).toMatch(/^M/);
    await field.fill('cos(3*x)');
    await expect.poll(hash).toContain('formula:cos(3*x)');
    await measured();
    expect(
      await room()
        .getByText(/is not known: it was measured on/)
        .count(),
    ).toBe(1);
  });

  test('a picture of the visitor’s own is looked up, chosen or dropped, and a file that is none is explained', async () => {
    await openLink(`#${LINK}&room=lookup,function:picture,cells:4,bits:4`);
    await page.getByText('There is nothing to look up yet.').waitFor();
    expect(await button('Train').isDisabled()).toBe(true);
    const input = page.getByLabel('Picture file');
    await input.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.getByText('This file cannot be read as a picture').waitFor();
    await input.setInputFiles({
      name: 'icon.svg.png',
      mimeType: 'image/png',
      buffer: Buffer.from(PNG, 'base64'),
    });
    await measured();
    expect(await verdict().textContent()).toMatch(/^The bound holds/);
    expect(await page.getByText('This file cannot be read').count()).toBe(0);
    const dropped = await page.evaluateHandle((base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes.slice(0, 20)], 'half.png', { type: 'image/png' }));
      return data;
    }, PNG);
    await room().locator('.drop-zone').dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByText('This file cannot be read as a picture').waitFor();
  });

  test('lanes train side by side, Path-SGD on ReLUs only; training can be cancelled, and its numbers saved', async () => {
    await openRoom(
      ',dimension:1,function:root,cells:4,bits:3,steps:40,lanes:construction-sgd-0.001;lookup-adam-0.001;relu-path-0.1',
    );
    const optimizers = (lane: number): Promise<string[]> =>
      page.getByLabel(`Optimizer of network ${lane}`).locator('option').allInnerTexts();
    expect(await optimizers(2)).not.toContain('Path-SGD');
    expect(await optimizers(3)).toContain('Path-SGD');
    await button('Train').click();
    await page.getByText('Trained.').waitFor();
    expect(await page.locator('.lookup-chart .recharts-line').count()).toBe(3);
    expect(Number(await page.locator('.lookup-result > :last-child').nth(2).textContent())).toBeGreaterThan(
      0,
    );
    await page.getByText(/^Nearest comes/).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button('Save the numbers as JSON').click(),
    ]);
    const saved: unknown = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(saved).toMatchObject({
      format: 'path-sgd-playground lookup',
      numbers: expect.arrayContaining([expect.stringMatching(/^([01]0){4}$/)]),
      training: { status: 'done', settings: { steps: 40 } },
    });

    await page.getByLabel('Steps', { exact: true }).fill('100000');
    await page.getByText('The curves are those of the settings before').waitFor();
    await button('Train').click();
    await button('Cancel').click();
    await page.getByText(/^Cancelled at/).waitFor();
    await page.getByLabel('Network 3', { exact: true }).selectOption('sine');
    expect(await page.getByLabel('Optimizer of network 3').inputValue()).toBe('sgd');
  });

  test('fits a narrow screen, and has no faults of accessibility', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openRoom(',cells:8,bits:8');
    await page.locator('.lookup-layers summary').click();
    await cells().focus();
    await page.keyboard.press('ArrowRight');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const loaded = window as unknown as { axe: typeof axe };
      const { violations } = await loaded.axe.run('.lookup');
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(violations).toEqual([]);
  });
});

/** Eight by eight pixels, from black to white. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAKklEQVR42mNgEFIx84jOrYfRExmg9GIGKL2NAUqfYIDStxig9BsGKP0fAIisH8LRcmZtAAAAAElFTkSuQmCC';
