import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
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
  reaches,
  SMALL,
  standsStill,
  step,
} from './support.ts';

const LINK = `#${SMALL}&lane=path&lane=adam`;

beforeAll(() => openBrowser(false));
afterAll(closeBrowser);
beforeEach(() => openPage());
afterEach(closePage);

const openFile = (name: string, text: string): Promise<void> =>
  page
    .getByLabel('Saved run')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
/** The file that the page gives. */
async function savedRun(): Promise<string> {
  const download = page.waitForEvent('download');
  await button('Run as JSON').click();
  return readFile(await (await download).path(), 'utf8');
}
const earlier = () => page.getByRole('list', { name: 'Earlier runs' }).getByRole('listitem');
const faintLines = () => page.locator('.chart[data-quantity=loss] path.curve-earlier').count();

describe('a run saved as JSON', () => {
  test('opens in another page: faint curves with a name, and its experiment to be set up', async () => {
    await openLink(LINK);
    await button('Play').click();
    await reaches(60);
    await button('Pause').click();
    const steps = await standsStill();
    const text = await savedRun();

    await openLink('#length=8&hidden=12&batch=4&lane=sgd');
    await isReady();
    await openFile('Anna <b>3</b>.json', text);
    await earlier().waitFor();
    expect(await page.getByLabel(/^Name of run/).inputValue()).toBe('Anna <b>3</b>');
    expect(await earlier().textContent()).toContain(`${steps.toLocaleString('en')} steps`);
    expect(await page.getByLabel(/^Keep run/).isChecked()).toBe(true);
    await expect.poll(faintLines).toBe(2);
    const told = page.getByRole('status').filter({ hasText: 'among the earlier runs' });
    expect(await told.locator('p').textContent()).toMatch(/^Anna <b>3<\/b>\.json is among/);
    expect(await told.locator('b').count()).toBe(0);
    // A second time it is there already, and a damaged, a newer, a hostile one change nothing.
    await openFile('again.json', text);
    await told.filter({ hasText: 'already' }).waitFor();
    const hostile = '<img src=x onerror="document.title=1">';
    for (const [file, why] of [
      [text.slice(0, -100), /cannot be read as a saved run/],
      [text.replace('"version":1', '"version":7'), /newer version/],
      [text.replace('"optimizer":"path"', `"optimizer":${JSON.stringify(hostile)}`), /damaged at experiment/],
    ] as const) {
      await openFile('odd.json', file);
      const alert = page.getByRole('alert').filter({ hasText: why });
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/^odd\.json was not opened: /);
      expect(await alert.locator('img').count()).toBe(0);
    }
    expect(await earlier().count()).toBe(1);
    expect(hash()).toBe('#length=8&hidden=12&batch=4&lane=sgd');

    await openFile('again.json', text);
    await button('Set up its experiment').click();
    await expect.poll(hash).toBe(LINK);
    await isReady();
    await button('Play').click();
    await reaches(20);
    expect(await earlier().count()).toBe(1);
  });

  test('of numbers at the ends of their range is drawn, or refused, and the page works on', async () => {
    await openLink(LINK);
    await button('Play').click();
    await reaches(20);
    await button('Pause').click();
    await standsStill();
    const text = await savedRun();
    for (const [name, number] of [
      ['huge', '1e100'],
      ['tiny', '-5e-324'],
      ['none', 'null'],
    ] as const) {
      const odd = text.replaceAll(/"(mean|min|max)":[^,]+/g, (_, key) => `"${key}":${number}`);
      await openFile(
        `${name}.json`,
        odd.replaceAll(/"smooth":\[[^\]]+\]/g, `"smooth":[${Array(9).fill(number)}]`),
      );
      await page
        .getByRole('status')
        .filter({ hasText: `${name}.json is among` })
        .waitFor();
    }
    expect(await earlier().count()).toBe(3);
    const before = await step();
    await button('Play').click();
    await reaches(before + 20);
  });
});

test('a browser that has no room says so, and trains on', async () => {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(inject('site'));
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
  await openLink(LINK);
  await isReady();
  await button('Step').click();
  const notice = page.getByRole('status').filter({ hasText: 'This run is not saved' });
  await notice.waitFor();
  expect(await notice.textContent()).toMatch(/storage is full.*Training goes on/);
  await button('Play').click();
  await reaches(40);
});

test('a loss of exactly 0 is explained', async () => {
  await openLink(`#task=text&data=own&length=8&hidden=8&batch=4&lane=adam,rate:0.3`);
  await page
    .getByLabel('Text file')
    .first()
    .setInputFiles({ name: 'ab.txt', mimeType: 'text/plain', buffer: Buffer.from(`${'ab'.repeat(1000)}\n`) });
  await isReady();
  await button('Play').click();
  const told = page.locator('.lane-zero');
  await told.waitFor();
  expect(await told.textContent()).toMatch(
    /^The loss was exactly 0 at step \d+: every answer .* rounds to 1/,
  );
});

test('Play while the engine is being made, then Pause: Play plays again', async () => {
  await openLink(`${LINK}&autoplay=1`);
  await reaches(20);
  await button('Pause').click();
  const stood = await standsStill();
  await button('Play').click();
  await reaches(stood + 20);
});
