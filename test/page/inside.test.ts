import axe from 'axe-core';
import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
  pasteLink,
  reaches,
  SMALL,
  standsStill,
} from './support.ts';

const TINY = `${SMALL}&engine=cpu`;

describe('inside the network', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  const view = (): Locator => page.locator('.inside');
  const section = (title: string): Locator =>
    page.locator('.inside-section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  const maps = (title: string): Locator => section(title).locator('.heat-map');
  const WEIGHTS = 'Weights and the step to come';
  const GRADIENT = 'How far back the gradient reaches';
  const PATHS = 'Paths in and out of each unit';
  const FLOW = 'Who carries the paths';
  const RATIO = 'What κ₂ adds to κ₁';
  const EIGENVALUES = 'Eigenvalues of the recurrent weights';
  const BALANCE = 'Balance of each unit';

  async function open(link: string): Promise<void> {
    await openLink(`#${link}`);
    await isReady();
    await button('Inside the network').click();
    await view().waitFor();
  }
  const unfold = async (title: string): Promise<void> => {
    await section(title).locator('summary').click();
  };
  const titles = (): Promise<string[]> => view().getByRole('heading').allTextContents();
  /** Different colours in the middle of each cell of a map. */
  const colours = (map: Locator): Promise<number> =>
    map.locator('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const seen = new Set<string>();
      for (let at = 0; at < pixels.length; at += 4) seen.add(pixels.slice(at, at + 4).join());
      return seen.size;
    });

  test('weights, gradient, kappa and step of a matrix are drawn, and read by keys and pointer', async () => {
    await open(TINY);
    const names = maps(WEIGHTS).locator('figcaption b');
    await expect.poll(() => names.allTextContents()).toEqual(['Weights', 'Gradient', 'κ₁', 'Step']);
    for (const map of await maps(WEIGHTS).all()) await expect.poll(() => colours(map)).toBeGreaterThan(8);
    const field = page.getByRole('application', { name: 'Cells of W_rec.1' });
    await field.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const reading = field.locator('.cell-reading');
    const number = '-?(0|[\\d.]+(e-?\\d+)?)';
    const values = `Weights ${number}, Gradient ${number}, κ₁ ${number}, Step ${number}`;
    await expect
      .poll(() => reading.textContent())
      .toMatch(new RegExp(`^Row 2, column 2 \\(from unit 2 to unit 2\\): ${values}$`));
    expect(await field.getByRole('status').textContent()).toBe(await reading.textContent());
    expect(await field.locator('.heat-cursor').count()).toBe(4);
    await page.keyboard.press('End');
    await page.keyboard.press('PageDown');
    await expect.poll(() => reading.textContent()).toContain('Row 8, column 8');
    await page.keyboard.press('Escape');
    await expect.poll(() => reading.textContent()).toContain('arrow keys');
    const box = await maps(WEIGHTS).nth(2).locator('canvas').boundingBox();
    if (!box) throw new Error('no picture');
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.9);
    await expect.poll(() => reading.textContent()).toContain('Row 8, column 3');
    await page.getByLabel('Matrix').selectOption('W_out');
    await expect.poll(() => maps(WEIGHTS).nth(0).getAttribute('class')).toBe('heat-map');
    await page.getByRole('application', { name: 'Cells of W_out' }).focus();
    await page.keyboard.press('End');
    await expect.poll(() => section(WEIGHTS).locator('.cell-reading').textContent()).toContain('to output 1');
    await page.getByLabel('Kappa').selectOption('kappa2');
    // A path crosses the readout once.
    await expect.poll(() => maps(WEIGHTS).nth(2).textContent()).toContain('κ₂ 0 to 0');
  });

  test('what is seen follows every step by hand and the training, and another lane is chosen', async () => {
    await open(TINY);
    const at = view().getByText(/about to be taken/);
    await expect.poll(() => at.textContent()).toContain('Step 1,');
    const words = maps(WEIGHTS).nth(0).locator('figcaption');
    const before = await words.textContent();
    await button('Step').click();
    await expect.poll(() => at.textContent()).toContain('Step 2,');
    await expect.poll(() => words.textContent()).not.toBe(before);
    const ofFirst = await maps(WEIGHTS).nth(3).locator('figcaption').textContent();
    await page.getByLabel('Lane', { exact: true }).selectOption('1');
    await expect.poll(() => maps(WEIGHTS).nth(3).locator('figcaption').textContent()).not.toBe(ofFirst);
    await button('Play').click();
    await expect
      .poll(async () =>
        Number(/Step ([\d,]+),/.exec((await at.textContent()) ?? '')?.[1]?.replaceAll(',', '')),
      )
      .toBeGreaterThan(5);
    await button('Reset').click();
    await isReady();
    await expect.poll(() => at.textContent()).toContain('Step 1,');
  });

  test('what is folded is not there; unfolded, every section shows its numbers', async () => {
    await open(`${TINY}&layers=2&lane=sgd&lane=path2,init:identity`);
    const others = [PATHS, FLOW, RATIO, EIGENVALUES, BALANCE];
    expect(await titles()).toEqual([WEIGHTS, GRADIENT, ...others]);
    for (const title of others) {
      expect(await section(title).locator('canvas, svg, table').count()).toBe(0);
      await unfold(title);
    }
    expect(await section(GRADIENT).locator('path.recharts-line-curve').count()).toBe(2);
    await expect.poll(() => section(GRADIENT).textContent()).toMatch(/at the first step, .* at the last/);
    await page.getByLabel('Lane', { exact: true }).selectOption('1');
    await page.getByLabel('Layer', { exact: true }).selectOption('1');
    for (const map of await maps(PATHS).all()) await expect.poll(() => colours(map)).toBeGreaterThan(3);
    await expect.poll(() => section(FLOW).locator('.bar').count()).toBe(8);
    expect(await section(FLOW).locator('.inside-finding').textContent()).toMatch(
      /As even as \d\.\d of 8 units/,
    );
    // 4(T - 2)/3 for the identity, last step scored: 8 at length 8, in the last layer.
    const rows = section(RATIO).locator('tbody tr');
    expect(await rows.count()).toBe(4);
    expect(await rows.last().locator('td').last().textContent()).toMatch(/^\d/);
    await expect
      .poll(() => section(EIGENVALUES).textContent())
      .toContain('Largest modulus 1.000; 0 of 8 outside the unit circle; 0 not real.');
    expect(await section(EIGENVALUES).locator('.plane-value').count()).toBe(8);
    // Before the first step nothing has changed.
    await expect.poll(() => section(BALANCE).textContent()).toContain('Change since the start 0 to 0');
    // Out of sight it waits.
    await section(GRADIENT).scrollIntoViewIfNeeded();
    await button('Step').click();
    await expect.poll(() => view().textContent()).toContain('Step 2, about to be taken');
    expect(await section(BALANCE).textContent()).toContain('Change since the start 0 to 0');
    await section(BALANCE).locator('table').scrollIntoViewIfNeeded();
    await expect.poll(() => section(BALANCE).textContent()).not.toContain('Change since the start 0 to 0');
    await page.getByLabel('Matrix').selectOption('W_in.2');
    await expect.poll(() => maps(WEIGHTS).nth(2).textContent()).toContain('κ₁ + κ₂');
  });

  test('stays open through other experiments and shows what applies to each; a link leaves it out', async () => {
    await open('task=text&length=5&hidden=8&batch=4&engine=cpu&lane=sgd,activation:tanh&lane=path');
    expect(await titles()).toEqual([WEIGHTS, GRADIENT, EIGENVALUES]);
    expect(await maps(WEIGHTS).count()).toBe(3);
    expect(await view().getByText('They do not apply to this lane').count()).toBe(1);
    await page.getByLabel('Matrix').selectOption('W_out');
    await page.getByRole('application', { name: 'Cells of W_out' }).focus();
    for (let press = 0; press < 9; press++) await page.keyboard.press('PageDown');
    await expect
      .poll(() => section(WEIGHTS).locator('.cell-reading').textContent())
      .toContain('to output 79');
    await page.getByLabel('Lane', { exact: true }).selectOption('1');
    await expect.poll(async () => (await titles()).length).toBe(7);
    await pasteLink('task=mnist-flat&hidden=8&batch=4&engine=cpu');
    await expect.poll(titles).toEqual([WEIGHTS, GRADIENT, PATHS, FLOW, BALANCE]);
    expect(await section(GRADIENT).getByText('it has no time to look along').count()).toBe(1);
    await unfold(FLOW);
    await expect.poll(() => section(FLOW).locator('.bar').count()).toBe(8);
    await pasteLink(`${TINY}&hide=inside`);
    await expect.poll(() => button('Inside the network').count()).toBe(0);
    expect(await view().count()).toBe(0);
  });

  test('fits a phone, in the dark, and has no fault that axe finds', async () => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await open(TINY);
    await button('Play').click();
    await reaches(3);
    await button('Pause').click();
    await standsStill();
    for (const title of [PATHS, FLOW, RATIO, EIGENVALUES, BALANCE]) await unfold(title);
    await expect.poll(() => section(EIGENVALUES).locator('.plane-value').count()).toBe(8);
    expect(await overflow()).toBe(0);
    await page.evaluate(axe.source);
    const faults = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run('.views');
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(faults).toEqual([]);
  });
});
