import decodeQR from 'qr/decode.js';
import { describe, expect, test } from 'vitest';
import { defaultView, parseLink } from '../../src/experiment/link.ts';
import {
  embedSnippet,
  isOnlyHere,
  MOST_PROJECTED_BYTES,
  MOST_QR_BYTES,
  type QrPicture,
  qrPicture,
  sharedAddress,
} from '../../src/page/share/sharing.ts';

const PAGE = 'https://example.org/some/folder/#length=9';

const share = (link: string, choices: Partial<Parameters<typeof sharedAddress>[3]> = {}): string => {
  const { experiment, view } = parseLink(link);
  return sharedAddress(PAGE, experiment, view, { ...view, ...choices });
};

describe('the shared address', () => {
  test('is that of the page with the link of what is set up, whatever its own fragment says', () => {
    expect(share('length=12&lane=path')).toBe('https://example.org/some/folder/#length=12&lane=path');
    expect(share('')).toBe('https://example.org/some/folder/');
    const { experiment, view } = parseLink('length=12');
    const shared = (page: string): string => sharedAddress(page, experiment, view, view);
    expect(shared('https://example.org/?length=9&x=1')).toBe('https://example.org/#length=12');
    expect(shared('https://example.org/?b=c&fbclid=1')).toBe('https://example.org/?b=c#length=12');
  });

  test('opens to the same experiment, with the choices in place of those of this page', () => {
    const link = 'preset=mnist-rows&hidden=64&hide=footer&autoplay=1';
    const { experiment } = parseLink(link);
    const address = share(link, { autoplay: false, hide: ['loss', 'lanes'], engine: 'cpu', embed: true });
    const opened = parseLink(address);
    expect(opened.messages).toEqual([]);
    expect(opened.experiment).toEqual(experiment);
    expect(opened.view).toEqual({
      ...defaultView,
      preset: 'mnist-rows',
      hide: ['loss', 'lanes'],
      engine: 'cpu',
      embed: true,
    });
  });

  test.each([
    ['http://localhost:4173/#length=8', true],
    ['http://127.0.0.1/', true],
    ['http://[::1]:80/', true],
    ['http://10.0.0.7:4173/', false],
    ['https://localhost.example.org/', false],
  ])('%s is for one machine only: %s', (address, expected) => {
    expect(isOnlyHere(address)).toBe(expected);
  });
});

test('the frame keeps every character of its address', () => {
  const snippet = embedSnippet('https://example.org/?a="b"&c#length=8&embed=1');
  const source = /src="([^"]*)"/.exec(snippet)?.[1];
  expect(source?.replaceAll('&quot;', '"').replaceAll('&amp;', '&')).toBe(
    'https://example.org/?a="b"&c#length=8&embed=1',
  );
});

/** Draws the picture with that many pixels to a square, as a camera would see it. */
function draw({ size, path }: QrPicture, scale: number) {
  const width = size * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let pixel = 0; pixel < scale * scale; pixel++) {
      const row = Number(y) * scale + Math.floor(pixel / scale);
      const offset = 4 * (row * width + Number(x) * scale + (pixel % scale));
      data.fill(0, offset, offset + 3);
    }
  }
  return { width, height: width, data };
}

describe('the QR code', () => {
  test.each([20, MOST_PROJECTED_BYTES, MOST_PROJECTED_BYTES + 1, MOST_QR_BYTES])(
    'of %i bytes is read back as it was',
    (bytes) => {
      const text = 'https://example.org/#lane=path,rate:0.01&'.repeat(80).slice(0, bytes);
      expect(text).toHaveLength(bytes);
      const picture = qrPicture(text) as QrPicture;
      expect(decodeQR(draw(picture, 4))).toBe(text);
    },
  );

  test('has four light squares on every side', () => {
    const { size, path } = qrPicture('https://example.org/') as QrPicture;
    const places = [...path.matchAll(/M(\d+) (\d+)/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
    expect(Math.min(...places)).toBe(4);
    expect(Math.max(...places)).toBe(size - 5);
  });

  test('does not exist for a text that is too long, counted in bytes', () => {
    expect(qrPicture('x'.repeat(MOST_QR_BYTES + 1))).toBeNull();
    expect(qrPicture('κ'.repeat(MOST_QR_BYTES / 2 + 1))).toBeNull();
  });
});
