import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
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
  SMALL,
} from './support.ts';

/** Settings that a slow machine runs in a second. */
const FAST = 'inputs:3,units:2,samples:1000,steps:400,seed:4';

const room = (): Locator => page.locator('.moments');
const done = (): Promise<void> => room().locator('.moments-run').getByText('Done.').waitFor();
const row = (name: string): Locator => room().locator(`tr[data-student=${name}]`);

const openRoom = async (settings: string): Promise<void> => {
  await openLink(`#${SMALL}&engine=cpu&room=moments${settings === '' ? '' : `,${settings}`}`);
  await room().waitFor();
};

describe('teacher and students', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  afterEach(closePage);

  test('a link opens the room in its state; a run finds the teacher, and its numbers can be saved', async () => {
    await openPage();
    await openRoom(FAST);
    expect(await room().getByLabel('Inputs', { exact: true }).inputValue()).toBe('3');
    expect(await room().getByLabel('Samples').inputValue()).toBe('1000');
    expect(await room().textContent()).toMatch(/Nothing has run yet/);
    await button('Run').click();
    await done();
    await expect
      .poll(() => room().locator('.moments-verdict').textContent())
      .toMatch(
        /show 2 units, as many as the teacher has.*the polish takes it to the teacher itself.*In 400 steps SGD/s,
      );
    expect(await row('polished').textContent()).toMatch(/found the teacher/);
    expect(await row('path').count()).toBe(1);
    expect(await room().locator('.moments-signal').count()).toBe(2);
    expect(await room().locator('.moments-noise').count()).toBe(1);
    const lines = room().locator('.moments-errors path.recharts-line-curve');
    expect(await lines.count()).toBe(2);
    expect(await room().locator('.moments-cosines [data-partner=true]').allInnerTexts()).toEqual([
      '1.00',
      '1.00',
    ]);
    await room().getByLabel('Look at').selectOption('sgd');
    await expect.poll(() => room().locator('.moments-cosines caption').textContent()).toMatch(/units of SGD/);

    const [file] = await Promise.all([page.waitForEvent('download'), button('Save the numbers').click()]);
    const text = await readFile(await file.path(), 'utf8');
    const kinds = text
      .trim()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line) as object)[0]);
    expect(kinds.slice(0, 3)).toEqual(['settings', 'teacher', 'spectrum']);
    expect(kinds.filter((kind) => kind === 'student')).toHaveLength(5);

    // Changes go to the address bar; what is shown says that it is of before.
    await room().getByLabel('Samples').fill('2000');
    await expect.poll(hash).toContain('room=moments,inputs:3,units:2,samples:2000,seed:4,steps:400');
    expect(await room().textContent()).toMatch(/what is below belongs to those before/);
  });

  test('a long run is cancelled, and a case starts another', async () => {
    await openPage();
    await openRoom('inputs:4,units:2,steps:100000,width:4');
    await button('Run').click();
    await expect.poll(() => row('path').count()).toBe(1);
    expect(await row('path').textContent()).toMatch(/training/);
    await button('Cancel').click();
    await room().getByText('Cancelled. What was found stays.').waitFor();
    expect(await row('polished').count()).toBe(1);
    const before = await row('path').textContent();
    await button('Noisy labels').click();
    await expect.poll(hash).toContain('room=moments,noise:0.1');
    expect(await button('Noisy labels').getAttribute('aria-pressed')).toBe('true');
    await room().getByRole('progressbar').waitFor();
    await button('Cancel').click();
    expect(await row('path').allInnerTexts()).not.toContain(before);
  });

  test('wrong settings are named, and on a phone nothing sticks out', async () => {
    await openPage({ width: 360, height: 800 });
    await openRoom(`${FAST},units:9,noise:2`.replace('units:2,', ''));
    const messages = await room().locator('.moments-messages li').allInnerTexts();
    expect(messages).toEqual([
      'noise is "2": it must be a number from 0 to 1; 1 is used instead',
      'units is 9: with 3 inputs and tensors from samples it must be at most 3; 3 is used instead',
    ]);
    await button('Run').click();
    await done();
    for (const details of await room().locator('details').all()) await details.locator('summary').click();
    expect(await overflow()).toBe(0);
  });
});
