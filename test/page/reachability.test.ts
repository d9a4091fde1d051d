import { readFileSync } from 'node:fs';
import axe from 'axe-core';
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
  overflow,
  page,
  reaches,
  SMALL,
} from './support.ts';

const TINY = `${SMALL}&engine=cpu`;

describe('the room Prove it', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  const room = (): Locator => page.locator('.reach');
  const verdict = (): Locator => room().locator('.reach-verdict');
  const unfold = (title: string): Promise<void> => room().getByRole('heading', { name: title }).click();
  /** Different colours in the picture of the square. */
  const colours = (): Promise<number> =>
    room()
      .locator('.square-picture canvas')
      .first()
      .evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        const seen = new Set<string>();
        for (let at = 0; at < pixels.length; at += 4) seen.add(pixels.slice(at, at + 4).join());
        return seen.size;
      });

  test('a paused run is proved or refuted, read by keys, checked without rounding, rescaled, saved', async () => {
    await openLink(`#${TINY}&lane=sgd,rate:0.03&lane=path,rate:0.003`);
    await isReady();
    await button('Prove it').click();
    await expect.poll(() => verdict().textContent()).toContain('COUNTEREXAMPLE |answer − (v2 + v6)| ≤ 0.04');
    expect(await room().getByText('The network after step 0.').count()).toBe(1);
    await expect.poll(colours).toBeGreaterThan(8);
    await button('Play').click();
    await reaches(20);
    await button('Pause and prove it').click();
    await expect
      .poll(() =>
        room()
          .getByText(/^The network after step [1-9][\d,]*\.$/)
          .count(),
      )
      .toBe(1);

    const field = page.getByRole('application', { name: 'The square of the two free numbers' });
    await field.focus();
    // The first key places the cursor.
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => field.locator('.cell-reading').textContent())
      .toMatch(
        /^\(0\.01, 0\.995\): region \d+ of \d+, answer -?[\d.]+, error -?[\d.e-]+; \d+ of 8 units active/,
      );

    await unfold('Check without rounding');
    await button('Check in whole numbers').click();
    await expect
      .poll(() => room().locator('.reach-finding').first().textContent())
      .toMatch(/^Without rounding: COUNTEREXAMPLE, .*found the very same regions\.$/);
    await unfold('Rescale units: the picture stays');
    await button('Unbalance all').click();
    await expect
      .poll(() => page.getByTestId('rescaled').textContent())
      .toMatch(/^[1-8] of 8 units are rescaled\. 0 of [\d,]+ numbers of the picture differ: .* last bit\.$/);

    await room().getByLabel('Answer within').fill('50');
    await expect.poll(() => verdict().textContent()).toMatch(/^VERIFIED.*It holds for every choice/);
    await expect.poll(hash).toContain('room=reachability,limit:50');
    const saving = page.waitForEvent('download');
    await button('Regions as JSON').click();
    const saved = JSON.parse(readFileSync(await (await saving).path(), 'utf8'));
    expect(saved).toMatchObject({ verdict: 'VERIFIED', settings: { limit: 50 } });
    expect(saved.regions.starts.length).toBe(saved.regions.count + 1);
    expect(saved.covered).toBeCloseTo(1, 12);
  });

  test('all pairs and the counts over training; a place of the matrix leads to its square', async () => {
    await openLink(`#${TINY}&lane=sgd,rate:0.03&lane=path,rate:0.003&room=reachability,lane:2`);
    await isReady();
    await verdict().waitFor();
    await button('Play').click();
    await reaches(20);
    await button('Pause and prove it').click();
    await expect
      .poll(() =>
        room()
          .getByText(/^The network after step [1-9]/)
          .count(),
      )
      .toBe(1);
    await unfold('All pairs of marked steps');
    await button('Ask for all 16 pairs').click();
    await expect.poll(() => room().locator('.pairs button').count()).toBe(16);
    await room()
      .getByRole('button', { name: /^Steps 1 and 8: / })
      .click();
    await expect.poll(() => verdict().textContent()).toContain('(v1 + v8)');
    await expect.poll(hash).toContain('room=reachability,lane:2,first:1,second:8');
    await expect.poll(() => room().locator('.pairs button[aria-pressed=true]').count()).toBe(1);
    await unfold('Regions while it trains');
    await button(
      (await room()
        .getByRole('button', { name: /^Count up to/ })
        .textContent()) ?? '',
    ).click();
    const rows = room().locator('.reach-table tbody tr');
    await expect.poll(() => rows.first().textContent()).toMatch(/^0\d+ \(\d+ maps\)\d+ \(\d+ maps\)$/);
    await expect.poll(() => room().locator('.work-bar progress').count()).toBe(0);
    expect(await rows.count()).toBeGreaterThan(5);
    expect(await room().locator('.reach-chart path.recharts-line-curve').count()).toBe(2);
  });

  test('a link opens it at a random network, in little room, without barriers; bad input has a message', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    await openLink('#engine=cpu&room=reachability,network:random,units:12,limit:2,cells:9999999');
    await expect.poll(() => verdict().textContent()).toMatch(/^VERIFIED \|output\| ≤ 2/);
    expect(await room().getByRole('alert').textContent()).toContain('cells is "9999999"');
    expect(await overflow()).toBe(0);
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run('.rooms');
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(violations).toEqual([]);
    await room().getByLabel('Regions at most').fill('3');
    await expect.poll(() => verdict().textContent()).toMatch(/^UNFINISHED.*Nothing is said of the rest/);
    await openLink('#length=60&hidden=8&batch=4&engine=cpu&room=reachability');
    await expect
      .poll(() => room().getByRole('alert').textContent())
      .toContain('Sequences have 60 steps here');
    await button('Train on sequences of 20 steps').click();
    await expect.poll(() => verdict().textContent()).toContain('(v5 + v15)');
    await openLink('#task=copying&length=10&hidden=8&batch=4&engine=cpu&room=reachability');
    await expect.poll(() => room().getByRole('alert').textContent()).toContain('the task here is copying');
  });
});
