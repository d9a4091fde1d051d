import decodeQR from 'qr/decode.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
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
} from './support.ts';

const LINK = `${SMALL}&lane=path,rate:0.02&lane=sgd,clip:2&engine=cpu`;

beforeAll(() => openBrowser(false));
afterAll(closeBrowser);
beforeEach(() => openPage());
afterEach(closePage);

const dialog = () => page.getByRole('dialog', { name: 'Share this experiment' });
const link = (): Promise<string> => dialog().getByLabel('Link', { exact: true }).inputValue();

async function openShare(): Promise<void> {
  await openLink(`#${LINK}`);
  await isReady();
  await button('Share').click();
  await dialog().waitFor();
}

/** Pixels of a side of the picture that is read. */
const SIDE = 320;

/** The text of the QR code that stands on the page, read off a picture of it. */
async function readCode(selector: string): Promise<string> {
  const picture = (await page.locator(selector).first().screenshot()).toString('base64');
  const pixels = await page.evaluate(
    async ([base64, side]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(side, side).getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0, side, side);
      const { data } = context.getImageData(0, 0, side, side);
      // One character a pixel: an array of numbers would take seconds on its way.
      return Array.from({ length: side * side }, (_, pixel) =>
        (data[4 * pixel] ?? 0) < 128 ? 'x' : ' ',
      ).join('');
    },
    [picture, SIDE] as const,
  );
  const data = Uint8ClampedArray.from(
    [...pixels].flatMap((pixel) =>
      Array(3)
        .fill(pixel === 'x' ? 0 : 255)
        .concat(255),
    ),
  );
  return decodeQR({ width: SIDE, height: SIDE, data });
}

test('the link and its QR code open the experiment; the button copies it', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openShare();
  const address = `${inject('site')}#${LINK}`;
  expect(await link()).toBe(address);
  await dialog().getByRole('button', { name: 'Copy: Link' }).click();
  await dialog().getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  expect(await readCode('.qr-picture')).toBe(address);
});

test('the code is dark on light in the dark scheme too, and as large as the window', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openShare();
  await button('Show large').click();
  const large = page.locator('.qr-screen .qr-picture');
  await expect.poll(async () => (await large.boundingBox())?.height ?? 0).toBeGreaterThan(600);
  expect(await readCode('.qr-screen .qr-picture')).toBe(`${inject('site')}#${LINK}`);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.qr-screen').count()).toBe(0);
  expect(await dialog().count()).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog().count()).toBe(0);
  expect(await button('Share').evaluate((element) => element === document.activeElement)).toBe(true);
});

test('what is ticked changes the link and not the page, and the link leaves those parts out', async () => {
  await openShare();
  await dialog().getByLabel('Lanes and their settings').check();
  await dialog().getByLabel('Chart: loss').check();
  await dialog().getByLabel('Starts to train at once').check();
  await dialog().getByLabel('Try', { exact: true }).check();
  await dialog().getByLabel('Try', { exact: true }).uncheck();
  const address = await link();
  expect(new URL(address).hash).toBe(
    '#length=8&hidden=8&batch=4&lane=path,rate:0.02&lane=sgd,clip:2&autoplay=1&hide=lanes&hide=loss&engine=cpu',
  );
  await page.keyboard.press('Escape');
  await expect.poll(hash).toBe(`#${LINK}`);
  expect(await page.locator('.lanes').count()).toBe(1);

  await openLink(new URL(address).hash);
  await reaches(1);
  expect(await page.locator('.lanes').count()).toBe(0);
  expect(await page.locator('.chart[data-quantity=loss]').count()).toBe(0);
  expect(await page.locator('.chart[data-quantity=metric]').count()).toBe(1);
});

test('the frame shows the experiment within another page', async () => {
  await openShare();
  await dialog().getByLabel('Starts to train at once').check();
  const snippet = await dialog()
    .getByRole('textbox', { name: 'To show it within another page' })
    .inputValue();
  const other = `${inject('site')}other.html`;
  await page.route(other, (route) => route.fulfill({ contentType: 'text/html', body: snippet }));
  await page.goto(other);
  const frame = page.frameLocator('iframe[title="Path-SGD Playground"]');
  await expect
    .poll(async () => Number((await frame.getByTestId('step').textContent())?.replaceAll(',', '')))
    .toBeGreaterThan(0);
  expect(await frame.locator('.lane').count()).toBe(2);
  expect(await frame.locator('.header, .footer').count()).toBe(0);
});

test('a link too long for a QR code says so, and is still there to copy', async () => {
  const lanes = Array.from(
    { length: 16 },
    (_, lane) =>
      `lane=path2,rate:0.0123456789,init:orthogonal,momentum:0.123456789,clip:0.123456789,dualclip:0.123456789,seed:${4e9 + lane}`,
  );
  const hidden = Array.from({ length: 32 }, (_, part) => `hide=${'part-'.repeat(7)}${part}`);
  await openLink(`#${[SMALL, ...lanes, ...hidden, 'engine=cpu'].join('&')}`);
  await button('Share').click();
  await dialog().getByText('too long for a QR code').waitFor();
  expect((await link()).length).toBeGreaterThan(2953);
  expect(await page.locator('.qr-picture').count()).toBe(0);
});
