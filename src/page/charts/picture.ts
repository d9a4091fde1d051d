import { pngOf } from '../browser/canvas.ts';
import type { LaneStyle } from '../laneStyle.ts';
import type { Background } from './SaveChart.tsx';

const SVG = 'http://www.w3.org/2000/svg';
/** What a shape looks like, and what a text does beside that; in a file there are no style sheets. */
const SHAPE_STYLES = [
  ...['fill', 'fill-opacity', 'fill-rule', 'opacity', 'stroke', 'stroke-dasharray', 'stroke-linejoin'],
  ...['stroke-opacity', 'stroke-width', 'paint-order'],
];
const TEXT_STYLES = ['font-size', 'text-anchor', 'font-variant-numeric'];
const SHAPES = ['path', 'line', 'circle', 'rect', 'text', 'tspan'];
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

/** Pixels. */
const PADDING = 16;
const TITLE = 30;
const LINE = 18;
const SWATCH = 34;
/** Of a character of the legend, on average. */
const CHARACTER = 6.4;

export interface Caption {
  readonly title: string;
  readonly unit: string;
  readonly lanes: readonly LaneStyle[];
  /** Names of what is faint. */
  readonly earlier: readonly string[];
  /** A last line: what this is. */
  readonly source: string;
}

/**
 * A chart as a file of its own: every colour resolved, with title and legend.
 * @param figure the chart on the page
 * @returns the SVG text and its size in pixels
 * @throws Error where the chart is not drawn yet
 */
export function pictureOf(
  figure: HTMLElement,
  caption: Caption,
  background: Background,
): { readonly text: string; readonly width: number; readonly height: number } {
  const chart = figure.querySelector<SVGSVGElement>('.chart-area svg.recharts-surface');
  if (!chart) throw new Error('The chart is not drawn yet.');
  const undo = applyColours(figure, background);
  try {
    const { width, height } = chart.getBoundingClientRect();
    const page = getComputedStyle(figure);
    const colour = (name: string): string => page.getPropertyValue(name).trim();
    const root = element('svg', { xmlns: SVG });
    const text = (x: number, y: number, content: string, fill: string, size = 12, weight = 400): number => {
      const node = element('text', {
        x,
        y,
        fill,
        'font-size': size,
        'font-weight': weight,
        'font-family': FONT,
      });
      node.textContent = content;
      root.append(node);
      return content.length * CHARACTER * (size / 12);
    };

    const longest = Math.max(0, ...caption.lanes.map(({ name }) => name.length));
    const column = SWATCH + 24 + longest * CHARACTER;
    const outerWidth = Math.ceil(Math.max(width, column)) + 2 * PADDING;
    const backdrop = element('rect', { width: outerWidth, fill: colour('--surface') });
    root.append(backdrop);
    const titleWidth = text(PADDING, PADDING + 12, caption.title, colour('--ink'), 15, 650);
    text(PADDING + titleWidth + 10, PADDING + 12, caption.unit, colour('--muted'));

    const inner = copyOf(chart);
    for (const [name, value] of Object.entries({ x: PADDING, y: PADDING + TITLE - 8, width, height })) {
      inner.setAttribute(name, String(value));
    }
    root.append(inner);

    let y = PADDING + TITLE + height + 8;
    const columns = Math.max(1, Math.floor(width / column));
    caption.lanes.forEach((style, index) => {
      const x = PADDING + (index % columns) * column;
      const at = y + Math.floor(index / columns) * LINE;
      const resolved = /^var\((.+)\)$/.exec(style.colour);
      const line = element('line', {
        ...{ x1: x, x2: x + SWATCH, y1: at - 4, y2: at - 4 },
        ...{ stroke: resolved?.[1] ? colour(resolved[1]) : style.colour, 'stroke-width': 2.5 },
        'stroke-dasharray': style.dash,
      });
      root.append(line);
      text(x + SWATCH + 8, at, style.name, colour('--ink'));
    });
    y += Math.ceil(caption.lanes.length / columns) * LINE;
    const lines = caption.earlier.length === 0 ? [] : [`Faint: ${caption.earlier.join(' · ')}`];
    for (const line of [...lines, caption.source].flatMap((each) => wrapped(each, width / CHARACTER))) {
      text(PADDING, y, line, colour('--muted'));
      y += LINE;
    }
    const outerHeight = Math.ceil(y - LINE + PADDING);
    backdrop.setAttribute('height', String(outerHeight));
    root.setAttribute('viewBox', `0 0 ${outerWidth} ${outerHeight}`);
    root.setAttribute('width', String(outerWidth));
    root.setAttribute('height', String(outerHeight));
    return { text: new XMLSerializer().serializeToString(root), width: outerWidth, height: outerHeight };
  } finally {
    undo();
  }
}

/**
 * A picture as a PNG file.
 * @param scale pixels of the file for one of the picture
 * @throws HiddenPixelsError where the browser hides pixels, Error where it cannot draw them
 */
export const pngPicture = (
  { text, width, height }: ReturnType<typeof pictureOf>,
  scale: number,
): Promise<Blob> =>
  pngOf(
    `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`,
    width * scale,
    height * scale,
    'A PNG of this chart would be noise. SVG files are not touched.',
  );

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

/** A copy that looks the same without style sheets. What only a pointer shows is left out. */
function copyOf(original: SVGElement): SVGElement {
  const copy = original.cloneNode(false) as SVGElement;
  const style = getComputedStyle(original);
  for (const name of ['class', 'style', 'tabindex', 'role']) copy.removeAttribute(name);
  const isText = original.localName === 'text' || original.localName === 'tspan';
  const isShape = SHAPES.includes(original.localName);
  for (const name of isShape ? [...SHAPE_STYLES, ...(isText ? TEXT_STYLES : [])] : ['opacity']) {
    const value = style.getPropertyValue(name);
    if (value !== '') copy.setAttribute(name, value);
  }
  if (isText) copy.setAttribute('font-family', FONT);
  for (const child of original.childNodes) {
    if (child instanceof SVGElement) {
      if (!child.matches('.chart-cursor, .chart-pointer')) copy.append(copyOf(child));
    } else {
      copy.append(child.cloneNode(true));
    }
  }
  return copy;
}

/** Gives an element the colours of a scheme, whichever the page has; returns what takes them away again. */
function applyColours(figure: HTMLElement, background: Background): () => void {
  const colours = new Map<string, string>();
  const read = (rules: CSSRuleList, dark: boolean): void => {
    for (const rule of rules) {
      if (rule instanceof CSSMediaRule && /prefers-color-scheme:\s*dark/.test(rule.conditionText)) {
        if (background === 'dark') read(rule.cssRules, true);
      } else if (rule instanceof CSSStyleRule && rule.selectorText === ':root') {
        for (const name of rule.style) {
          if (name.startsWith('--') && (dark || !colours.has(name))) {
            colours.set(name, rule.style.getPropertyValue(name));
          }
        }
      }
    }
  };
  for (const sheet of document.styleSheets) read(sheet.cssRules, false);
  for (const [name, value] of colours) figure.style.setProperty(name, value);
  return () => {
    for (const name of colours.keys()) figure.style.removeProperty(name);
  };
}

/** A text in lines of at most that many characters, as far as its words allow. */
function wrapped(text: string, characters: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > characters) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
