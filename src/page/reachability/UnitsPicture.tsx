import { useCallback, useMemo } from 'react';
import { type Cells, valueAt } from '../../reachability/cells.ts';
import { formatNumber } from '../numbers.ts';
import { useCanvas } from '../useCanvas.ts';

interface UnitsPictureProps {
  readonly cells: Cells;
  /** The two units, from 1. */
  readonly units: readonly [number, number];
}

/** Where the last states of two units can be: the image of every region, one polygon each. */
export function UnitsPicture({ cells, units }: UnitsPictureProps) {
  const images = useMemo(() => imagePoints(cells), [cells]);
  const [most0, most1] = useMemo(() => [largest(images, 0), largest(images, 1)], [images]);
  const draw = useCallback(
    (element: HTMLCanvasElement) => drawImages(element, cells, images, most0, most1),
    [cells, images, most0, most1],
  );
  const canvas = useCanvas(draw);
  const text = [most0, most1]
    .map((most, index) =>
      most === 0
        ? `unit ${units[index]} is always 0`
        : `unit ${units[index]} reaches up to ${formatNumber(most)}`,
    )
    .join(', ');
  return (
    <figure className="square">
      <div className="square-frame">
        <span className="square-y">
          unit {units[1]}, 0 to {formatNumber(most1)}
        </span>
        <div className="square-picture units-picture">
          <canvas
            ref={canvas}
            role="img"
            aria-label={`Where the states of two units can be at the end: ${text}.`}
          />
        </div>
        <span className="square-x">
          unit {units[0]}, 0 to {formatNumber(most0)}
        </span>
      </div>
      <figcaption className="panel-note">
        After the last step {text}. Each polygon is the image of one region.
      </figcaption>
    </figure>
  );
}

/** The images of all vertices. */
function imagePoints({ count, free, starts, points, images }: Cells): Float64Array {
  const found = new Float64Array((points.length / free) * 2); // [vertices, 2]
  const width = free + 1;
  for (let cell = 0; cell < count; cell++) {
    for (let vertex = starts[cell] as number; vertex < (starts[cell + 1] as number); vertex++) {
      for (const unit of [0, 1]) {
        found[2 * vertex + unit] = valueAt(images, (2 * cell + unit) * width, points, vertex * free, free);
      }
    }
  }
  return found;
}

/** Rounding may leave a state that is zero slightly above. */
const NOTHING = 1e-12;

function largest(images: Float64Array, unit: 0 | 1): number {
  let most = 0;
  for (let at = unit; at < images.length; at += 2) most = Math.max(most, images[at] as number);
  return most < NOTHING ? 0 : most;
}

/** Room around the polygons, so that those on an axis are seen whole. */
const MARGIN = 0.04;

function drawImages(
  canvas: HTMLCanvasElement,
  cells: Cells,
  images: Float64Array,
  most0: number,
  most1: number,
): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  const context = canvas.getContext('2d');
  if (width === 0 || height === 0 || !context) return;
  canvas.width = width;
  canvas.height = height;
  const place = (value: number, most: number): number =>
    MARGIN + (1 - 2 * MARGIN) * (most > 0 ? value / most : 0);
  const style = getComputedStyle(canvas);
  context.fillStyle = style.getPropertyValue('--link');
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 0.6 * devicePixelRatio;
  for (let cell = 0; cell < cells.count; cell++) {
    const first = cells.starts[cell] as number;
    const end = cells.starts[cell + 1] as number;
    context.beginPath();
    for (let vertex = first; vertex < end; vertex++) {
      const x = place(images[2 * vertex] as number, most0) * width;
      const y = (1 - place(images[2 * vertex + 1] as number, most1)) * height;
      if (vertex === first) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 0.6;
    context.stroke();
  }
  context.globalAlpha = 1;
}
