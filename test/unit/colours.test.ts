import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = readonly [number, number, number];

/** The tokens of each theme: those of the light one hold in the dark one where it does not say otherwise. */
function themes(): Record<'light' | 'dark', Map<string, string>> {
  const css = readFileSync(new URL('../../src/page/styles/tokens.css', import.meta.url), 'utf8');
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
  const read = (text: string): [string, string][] =>
    [...text.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]);
  return { light: new Map(read(light)), dark: new Map([...read(light), ...read(dark)]) };
}

/** Linear light of a colour, 0 to 1. */
function linear(hex: string): Rgb {
  const channel = (start: number): number => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Contrast ratio of WCAG 2.1. */
function contrast(first: string, second: string): number {
  const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [low, high] = [luminance(linear(first)), luminance(linear(second))].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009. */
const VISION: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const product = (matrix: readonly [Rgb, Rgb, Rgb], vector: Rgb): Rgb =>
  matrix.map((row) => row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2]) as unknown as Rgb;

/** Oklab of Ottosson 2020: distances in it are about as large as they look. */
function oklab(rgb: Rgb): Rgb {
  const cones = product(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((value) => Math.min(1, Math.max(0, value))) as unknown as Rgb,
  );
  return product(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Rgb,
  );
}

describe.each(['light', 'dark'] as const)('the %s theme', (name) => {
  const tokens = themes()[name];
  const token = (key: string): string => {
    const value = tokens.get(key);
    if (!value) throw new Error(`There is no colour --${key}.`);
    return value;
  };
  const lanes = Array.from({ length: 8 }, (_, lane) => token(`lane-${lane}`));

  test.each([
    ['ink', 'page'],
    ['ink', 'surface'],
    ['ink', 'raised'],
    ['muted', 'page'],
    ['muted', 'surface'],
    ['muted', 'raised'],
    ['link', 'page'],
    ['link', 'surface'],
    ['on-primary', 'primary'],
    ['on-primary', 'primary-hover'],
    ['error', 'surface'],
    ['error', 'error-surface'],
    ['warning', 'warning-surface'],
    ['information', 'information-surface'],
    ['passed', 'surface'],
  ])('text in --%s on --%s has a contrast of at least 4.5', (text, ground) => {
    expect(contrast(token(text), token(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ['control', 'surface'],
    ['focus', 'surface'],
    ['focus', 'page'],
    ['axis', 'surface'],
    ['baseline', 'surface'],
    ...lanes.map((_, lane) => [`lane-${lane}`, 'surface']),
  ] as [string, string][])('--%s is seen on --%s: a contrast of at least 3', (mark, ground) => {
    expect(contrast(token(mark), token(ground))).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(VISION))('heat maps tell signs apart, and more from less, with %s', (vision) => {
    const matrix = VISION[vision] as readonly [Rgb, Rgb, Rgb];
    const seen = (key: string): Rgb => oklab(product(matrix, linear(token(`heat-${key}`))));
    const apart = (one: string, other: string): number =>
      Math.hypot(...seen(one).map((value, axis) => value - (seen(other)[axis] as number)));
    expect(apart('negative', 'positive')).toBeGreaterThan(0.15);
    expect(apart('negative', 'none')).toBeGreaterThan(0.3);
    expect(apart('positive', 'none')).toBeGreaterThan(0.3);
    // What is not a number looks like no number.
    for (const key of ['negative', 'none', 'positive', 'low', 'middle', 'high']) {
      expect(apart('broken', key)).toBeGreaterThan(0.1);
    }
    // The middle is about half way in lightness.
    const [low, middle, high] = ['low', 'middle', 'high'].map((key) => seen(key)[0]) as [
      number,
      number,
      number,
    ];
    const share = (middle - low) / (high - low);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
    expect(Math.abs(high - low)).toBeGreaterThan(0.5);
  });

  test.each(Object.keys(VISION))('no two lanes look alike with %s', (vision) => {
    const matrix = VISION[vision] as readonly [Rgb, Rgb, Rgb];
    const seen = lanes.map((lane) => oklab(product(matrix, linear(lane))));
    for (const [index, colour] of seen.entries()) {
      for (const other of seen.slice(0, index)) {
        // About twice what is just noticed side by side.
        expect(Math.hypot(...colour.map((value, axis) => value - (other[axis] as number)))).toBeGreaterThan(
          0.045,
        );
      }
    }
  });
});
