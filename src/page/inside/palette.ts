/** Colours of a heat map as [red, green, blue] bytes for each of `SHADES` levels. */
export interface Palette {
  readonly signed: Uint8ClampedArray; // [SHADES, 3], from -1 to 1
  readonly positive: Uint8ClampedArray; // [SHADES, 3], from 0 to 1
  readonly broken: readonly [number, number, number];
}

const SHADES = 256;

type Colour = readonly [number, number, number];

/** The bytes of a token such as #12ab9f. */
const bytesOf = (style: CSSStyleDeclaration, token: string): Colour => {
  const hex = style.getPropertyValue(token).trim().slice(1);
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4)];
};

function between(low: Colour, middle: Colour, high: Colour): Uint8ClampedArray {
  const table = new Uint8ClampedArray(SHADES * 3);
  for (let shade = 0; shade < SHADES; shade++) {
    const place = (2 * shade) / (SHADES - 1);
    const [from, to, part] = place < 1 ? [low, middle, place] : [middle, high, place - 1];
    for (let channel = 0; channel < 3; channel++) {
      const start = from[channel] as number;
      table[shade * 3 + channel] = start + part * ((to[channel] as number) - start);
    }
  }
  return table;
}

/** The palette that the tokens give an element, in the colour scheme of this moment. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): Colour => bytesOf(style, `--heat-${name}`);
  return {
    signed: between(token('negative'), token('none'), token('positive')),
    positive: between(token('low'), token('middle'), token('high')),
    broken: token('broken'),
  };
}

/** Writes the colours of levels into pixels, [levels, 4]. */
export function paint(
  pixels: Uint8ClampedArray,
  levels: Float32Array,
  palette: Palette,
  signed: boolean,
): void {
  const table = signed ? palette.signed : palette.positive;
  for (const [index, level] of levels.entries()) {
    const at = index * 4;
    pixels[at + 3] = 255;
    if (Number.isNaN(level)) {
      pixels.set(palette.broken, at);
      continue;
    }
    const share = signed ? (level + 1) / 2 : level;
    const shade = Math.round(share * (SHADES - 1)) * 3;
    pixels.set(table.subarray(shade, shade + 3), at);
  }
}
