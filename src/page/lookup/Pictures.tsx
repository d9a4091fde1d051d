import { useEffect, useRef } from 'react';
import { piecesOf } from '../../lookup/nodes.ts';
import type { Cell } from '../inside/CellField.tsx';
import { paletteOf } from '../inside/palette.ts';
import type { Look } from './look.ts';

/** The function of two variables and what the network makes of it, as grey pictures with one cursor. */
export function Pictures({ look, cursor }: { readonly look: Look; readonly cursor: Cell | null }) {
  const { view, answers } = look;
  return (
    <div className="lookup-pictures">
      <Picture title="The function" values={view.target} look={look} cursor={cursor} />
      <Picture title="The network" values={answers} look={look} cursor={cursor} />
    </div>
  );
}

interface PictureProps {
  readonly title: string;
  readonly values: Float32Array;
  readonly look: Look;
  readonly cursor: Cell | null;
}

function Picture({ title, values, look, cursor }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { view } = look;
  const { points, target, settings } = view;
  const { cells } = settings.sizes;
  const broken = values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  const share = broken / values.length;
  const words = share === 0 ? '' : `no number at ${(100 * share).toPrecision(2)} % of all points`;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = (): void => drawGreys(element, values, target, points);
    draw();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => scheme.removeEventListener('change', draw);
  }, [values, target, points]);

  return (
    <figure className="lookup-picture">
      <figcaption>
        <b>{title}</b>
      </figcaption>
      <div className="lookup-frame" data-cells>
        <canvas ref={canvas} role="img" aria-label={`${title}${words && `: ${words}`}`} />
        {look.trifling && <TriflingBands look={look} />}
        {cursor && (
          <span
            className="lookup-cursor"
            style={{
              left: `${(100 * cursor.column) / cells}%`,
              top: `${(100 * cursor.row) / cells}%`,
              width: `${100 / cells}%`,
              height: `${100 / cells}%`,
            }}
          />
        )}
      </div>
      {words !== '' && <p>{words}</p>}
    </figure>
  );
}

/** Narrower bands would not be seen, as a share of the axis: a chart is wider than a picture. */
const NARROWEST = { 1: 0.0008, 2: 0.002 } as const;

/** The trifling region over a picture, or over a chart of one variable. */
export function TriflingBands({ look }: { readonly look: Look }) {
  const { sizes } = look.view.settings;
  const bands = piecesOf(sizes)
    .filter(({ trifling }) => trifling)
    .map(({ from, to }) => ({ from, width: Math.max(NARROWEST[sizes.dimension], to - from) }));
  return (
    <svg className="lookup-bands" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {bands.map(({ from, width }) => (
        <rect key={`x${from}`} x={from} y={0} width={width} height={1} />
      ))}
      {sizes.dimension === 2 &&
        bands.map(({ from, width }) => (
          <rect key={`y${from}`} x={0} y={1 - from - width} width={1} height={width} />
        ))}
    </svg>
  );
}

/** Draws values as greys, the function's least black and its largest white; what is no number in that of heat maps below zero. */
function drawGreys(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  target: Float32Array,
  points: number,
): void {
  canvas.width = points;
  canvas.height = points;
  const context = canvas.getContext('2d');
  if (!context) return;
  const low = target.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = target.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const scale = high > low ? 255 / (high - low) : 0;
  const broken = paletteOf(canvas).signed.subarray(0, 3);
  const image = context.createImageData(points, points);
  values.forEach((value, index) => {
    const row = points - 1 - Math.floor(index / points);
    const at = 4 * (row * points + (index % points));
    image.data[at + 3] = 255;
    if (Number.isFinite(value)) image.data.fill(scale === 0 ? 128 : (value - low) * scale, at, at + 3);
    else image.data.set(broken, at);
  });
  context.putImageData(image, 0, 0);
}
