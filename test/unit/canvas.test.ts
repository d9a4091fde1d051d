import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HiddenPixelsError, pixelsOf, pngOf } from '../../src/page/browser/canvas.ts';

type Rgb = readonly [number, number, number];
/** What a browser makes of the pixels that a page reads. */
type Hide = (value: number, index: number) => number;

/** A canvas of one row, as far as the page uses it. */
function fakeCanvas(hide: Hide, toBlob: (done: (blob: Blob | null) => void) => void) {
  const pixels: Rgb[] = [];
  const canvas = { width: 0, height: 0, getContext: () => context, toBlob };
  const context = {
    canvas,
    fillStyle: '',
    fillRect(x: number) {
      pixels[x] = (context.fillStyle.match(/\d+/g) ?? []).map(Number) as unknown as Rgb;
    },
    drawImage: () => {},
    getImageData: () => ({
      data: Uint8ClampedArray.from(pixels.flatMap((pixel) => [...pixel, 255]).map(hide)),
    }),
  };
  return canvas;
}

let hide: Hide;
let toBlob: (done: (blob: Blob | null) => void) => void;

beforeEach(() => {
  hide = (value) => value;
  toBlob = (done) => done(new Blob(['png']));
  vi.stubGlobal('document', {
    createElement: () =>
      fakeCanvas(
        (value, index) => hide(value, index),
        (done) => toBlob(done),
      ),
  });
  vi.stubGlobal(
    'Image',
    class {
      decode = async (): Promise<void> => {};
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const png = (): Promise<Blob> => pngOf('data:,', 10, 10, 'Save it as SVG.');

test('true pixels, and pixels whose last bits were changed, are read and saved', async () => {
  expect(await (await png()).text()).toBe('png');
  hide = (value, index) => value ^ (index % 2);
  expect(await (await png()).text()).toBe('png');
  const context = fakeCanvas(hide, toBlob).getContext() as unknown as CanvasRenderingContext2D;
  expect(pixelsOf(context, '')).toHaveLength(0);
});

test.each([
  ['noise', (_: number, index: number) => (index * 97) % 256],
  ['white', () => 255],
  ['black', () => 0],
] as const)('pixels hidden as %s are said, with what to do', async (_, hidden) => {
  hide = hidden;
  await expect(png()).rejects.toThrow(HiddenPixelsError);
  await expect(png()).rejects.toThrow('Save it as SVG.');
});

test('a browser that makes no picture, or never answers, is said', async () => {
  toBlob = (done) => done(null);
  await expect(png()).rejects.toThrow('made no picture');
  vi.useFakeTimers();
  toBlob = () => {};
  const never = expect(png()).rejects.toThrow('in time');
  await vi.advanceTimersByTimeAsync(60_000);
  await never;
});
