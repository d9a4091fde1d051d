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
  SMALL,
  step,
} from './support.ts';

const answers = (): Promise<string[]> => page.locator('.lane-answer .answer-text').allTextContents();
const pictured = (name: RegExp): Locator => page.getByRole('img', { name });

const openView = async (link: string): Promise<void> => {
  await openLink(`#${link}&engine=cpu`);
  await button('Watch the task').click();
  await page.locator('.examples').waitFor();
  await isReady();
};

describe('the task watched', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('adding: the marked numbers, their sum, and each lane’s answer, new after every step', async () => {
    await openView(`${SMALL}&lane=sgd&lane=path`);
    await pictured(/^8 numbers, .* Marked: 0\.\d+ at step \d, 0\.\d+ at step \d\.$/).waitFor();
    expect(await page.locator('.numbers-picture figcaption').textContent()).toMatch(
      /0\.\d{3} \+ 0\.\d{3} = \d\.\d{3}$/,
    );
    const before = await answers();
    expect(before).toHaveLength(2);
    expect(before[0]).toMatch(/^-?\d\.\d{3}, off by \d\.\d{3}/);
    // From the same weights: the same answer.
    expect(before[1]).toBe(before[0]);
    for (let press = 0; press < 3; press++) await button('Step').click();
    await expect.poll(step).toBe(3);
    await page.getByText('answers after step 3.').waitFor();
    const after = await answers();
    expect(after[1]).not.toBe(after[0]);

    const sum = (): Promise<string | null> => page.locator('.numbers-picture figcaption b').textContent();
    const first = await sum();
    await button('Next').click();
    await page.getByText('Example 2 of 8').waitFor();
    expect(await sum()).not.toBe(first);
    await button('Previous').click();
    await button('Previous').click();
    await page.getByText('Example 8 of 8').waitFor();

    // Reset goes on watching the run that then begins.
    await button('Reset').click();
    await page.getByText('answers after step 0.').waitFor();
    expect(await answers()).toHaveLength(2);
  });

  test('copying: the symbols to keep, and what each lane says, right or wrong', async () => {
    await openView('task=copying&length=10&hidden=8&batch=4&lane=sgd');
    const shown = await page.locator('.symbols-picture .symbol').allInnerTexts();
    expect(shown).toHaveLength(11);
    const said = page.locator('.lane-answer .symbol');
    expect(await said.count()).toBe(10);
    const signs = await said.allInnerTexts();
    const right = signs.filter((text, at) => text.startsWith(shown[at] as string)).length;
    expect(await said.filter({ hasText: '✓' }).count()).toBe(right);
    expect((await answers())[0]).toContain(`${right} of 10 recalled`);
    expect(await page.locator('.symbols-picture').textContent()).toContain('9 blanks');
  });

  test('digits: read row by row, and how likely each is; with reduced motion nothing moves by itself', async () => {
    await openView('task=mnist-rows&hidden=8&batch=2&lane=sgd');
    await pictured(/^A handwritten \d, 28 by 28 pixels, 28 of 28 steps read$/).waitFor();
    await button('Read it again').click();
    await pictured(/, [1-9]\d? of 28 steps read$/).waitFor();
    expect(await page.locator('.class-bars [data-target=true]').count()).toBe(1);
    expect((await answers())[0]).toMatch(/^says \d with \d+ %/);
    expect(await pictured(/^0: .* %, 1: .* %, .*9: .* %$/).count()).toBe(1);

    await page.emulateMedia({ reducedMotion: 'reduce' });
    await button('Next').click();
    await pictured(/28 of 28 steps read$/).waitFor();
    expect(await page.locator('.image-reader button').count()).toBe(0);
    await page.getByRole('slider', { name: /^Read: 28 of 28/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await pictured(/27 of 28 steps read$/).waitFor();
  });

  test('text: each character with its probability; arrow keys go through it; nothing leaves a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openView('task=text&length=30&hidden=8&batch=4&lane=sgd');
    const text = page.locator('.text-shades');
    expect((await text.locator('span').allTextContents()).join('').length).toBeGreaterThanOrEqual(30);
    const first = (await answers())[0];
    expect(first).toMatch(/^.: [<\d].* %[^G]*Guesses: . [<\d]/);
    await text.focus();
    for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
    expect(await text.locator('[data-chosen=true]').getAttribute('data-at')).toBe('4');
    await page.keyboard.press('End');
    expect(await text.locator('[data-chosen=true]').getAttribute('data-at')).toBe('29');
    await text.locator('span').nth(7).hover();
    expect(await text.locator('[data-chosen=true]').getAttribute('data-at')).toBe('7');
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await page.locator('.examples-choice').textContent()).toContain('Example 1 of 4');
  });
});
