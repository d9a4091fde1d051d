import { useCallback, useMemo } from 'react';
import { formatPowerTick } from '../numbers.ts';
import { useCanvas } from '../useCanvas.ts';
import type { Cell } from './CellField.tsx';
import { describeGrid, formatPowerOfTen, type Grid, pixelLevels } from './grid.ts';
import { paint, paletteOf } from './palette.ts';

interface HeatMapProps {
  readonly title: string;
  readonly grid: Grid;
  readonly cursor: Cell | null;
}

/** One matrix in colours on a logarithmic scale, with its colour bar, and in words what it shows. */
export function HeatMap({ title, grid, cursor }: HeatMapProps) {
  const { rows, columns } = grid;
  const words = useMemo(() => describeGrid(grid), [grid]);

  const draw = useCallback((element: HTMLCanvasElement) => drawGrid(element, grid), [grid]);
  const canvas = useCanvas(draw);

  return (
    <figure className="heat-map">
      <figcaption>
        <b>{title}</b> <span>{words}</span>
      </figcaption>
      <div className="heat-picture" data-cells style={{ aspectRatio: `${columns} / ${rows}` }}>
        <canvas ref={canvas} role="img" aria-label={`${title}: ${words}`} />
        {cursor && (
          <span
            className="heat-cursor"
            style={{
              left: `${(100 * cursor.column) / columns}%`,
              top: `${(100 * cursor.row) / rows}%`,
              width: `${100 / columns}%`,
              height: `${100 / rows}%`,
            }}
          />
        )}
      </div>
      <ColourBar grid={grid} />
    </figure>
  );
}

/** Which colour stands for which number. */
function ColourBar({ grid }: { readonly grid: Grid }) {
  const { top, bottom } = grid;
  // Takes its room all the same, so that pictures side by side stand level.
  if (Number.isNaN(top)) return <div className="heat-bar" />;
  const middle = formatPowerTick((top + bottom) / 2);
  const end = formatPowerOfTen(top);
  const ticks = grid.signed
    ? [`-${end}`, `-${middle}`, '0', middle, end]
    : [formatPowerOfTen(bottom), middle, end];
  return (
    <div className="heat-bar" aria-hidden="true">
      <div className={grid.signed ? 'heat-bar-signed' : 'heat-bar-positive'} />
      <div className="heat-ticks">
        {ticks.map((tick, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: places of the bar, not things
          <span key={index}>{tick}</span>
        ))}
      </div>
    </div>
  );
}

/** Draws a grid as large as the canvas stands on the screen, in device pixels. */
function drawGrid(canvas: HTMLCanvasElement, grid: Grid): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  const context = canvas.getContext('2d');
  if (width === 0 || height === 0 || !context) return;
  const { rows, columns, levels } = pixelLevels(grid, height, width);
  const image = new ImageData(columns, rows);
  paint(image.data, levels, paletteOf(canvas), grid.signed);
  const small = new OffscreenCanvas(columns, rows);
  small.getContext('2d')?.putImageData(image, 0, 0);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
}
