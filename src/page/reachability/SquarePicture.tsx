import { useCallback, useMemo } from 'react';
import { type Cells, cellAt } from '../../reachability/cells.ts';
import type { Question } from '../../reachability/question.ts';
import type { Reach } from '../../reachability/reach.ts';
import { type Cell, CellField } from '../inside/CellField.tsx';
import { paint, paletteOf } from '../inside/palette.ts';
import { formatNumber } from '../numbers.ts';
import { useCanvas } from '../useCanvas.ts';
import { largestValue, rasterise } from './raster.ts';
import { describePoint } from './words.ts';

/** Places of the cursor along a side. */
const PLACES = 201;
/** Of the hatching over what fails, in CSS pixels. */
const HATCH_PERIOD = 7;
const HATCH_WIDTH = 1.5;
/** Above so many regions their edges would cover the colours. */
export const MOST_EDGES = 5000;

interface SquarePictureProps {
  readonly question: Question;
  readonly reach: Reach;
  readonly hidden: number;
  readonly edges: boolean;
}

/** Where a place of the cursor lies; the second free number points up. */
const pointOf = ({ row, column }: Cell): readonly [number, number] => [
  column / (PLACES - 1),
  1 - row / (PLACES - 1),
];

/** The square of the two free numbers, every region in the colours of its error, hatched where the property fails. */
export function SquarePicture({ question, reach, hidden, edges }: SquarePictureProps) {
  const { cells, worst } = reach;
  const { property, axes } = question;
  const scale = useMemo(() => largestValue(cells, property), [cells, property]);
  const draw = useCallback(
    (element: HTMLCanvasElement) => drawSquare(element, cells, question, scale, edges),
    [cells, question, scale, edges],
  );
  const canvas = useCanvas(draw);
  const describe = (place: Cell): string => {
    const point = pointOf(place);
    return describePoint(question, cells, cellAt(cells, point), point, hidden);
  };
  const { name } = property;
  const ends = [`−${formatNumber(scale)}`, `${name} 0`, formatNumber(scale)];
  return (
    <CellField label="The square of the two free numbers" rows={PLACES} columns={PLACES} describe={describe}>
      {(cursor) => (
        <figure className="square">
          <div className="square-frame">
            <span className="square-y">{axes[1]}</span>
            <div className="square-picture" data-cells>
              <canvas
                ref={canvas}
                role="img"
                aria-label={`${cells.count} linear regions, coloured by their ${name}, from −${formatNumber(scale)} to ${formatNumber(scale)}.`}
              />
              <Mark className="square-worst" x={worst.point[0] ?? 0} y={worst.point[1] ?? 0} />
              {cursor && <Mark className="square-cursor" x={pointOf(cursor)[0]} y={pointOf(cursor)[1]} />}
            </div>
            <span className="square-x">{axes[0]}</span>
          </div>
          <div className="heat-bar" aria-hidden="true">
            <div className="heat-bar-signed" />
            <div className="heat-ticks">
              {ends.map((end) => (
                <span key={end}>{end}</span>
              ))}
            </div>
          </div>
          <figcaption className="panel-note">
            Ring: the worst point. Red hatching: where the property fails.
          </figcaption>
        </figure>
      )}
    </CellField>
  );
}

function Mark({ className, x, y }: { readonly className: string; readonly x: number; readonly y: number }) {
  return <span className={className} style={{ left: `${100 * x}%`, top: `${100 * (1 - y)}%` }} />;
}

function drawSquare(
  canvas: HTMLCanvasElement,
  cells: Cells,
  { property }: Question,
  scale: number,
  edges: boolean,
): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  const context = canvas.getContext('2d');
  if (width === 0 || height === 0 || !context) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const { region, values, unsafe } = rasterise(cells, property, width, height);
  const image = new ImageData(width, height);
  const levels = values.map((value) => (scale > 0 ? value / scale : 0));
  paint(image.data, levels, paletteOf(canvas), true);
  const style = getComputedStyle(canvas);
  const error = Number.parseInt(style.getPropertyValue('--error').trim().slice(1), 16);
  const period = HATCH_PERIOD * devicePixelRatio;
  const line = HATCH_WIDTH * devicePixelRatio;
  for (let at = 0; at < region.length; at++) {
    if (region[at] === -1) image.data[4 * at + 3] = 0;
    const diagonal = Math.floor(at / width) + (at % width);
    if (unsafe[at] !== 1 || diagonal % period >= line) continue;
    image.data[4 * at] = error >> 16;
    image.data[4 * at + 1] = (error >> 8) & 0xff;
    image.data[4 * at + 2] = error & 0xff;
  }
  context.putImageData(image, 0, 0);
  if (!edges) return;
  context.strokeStyle = style.getPropertyValue('--ink');
  context.globalAlpha = 0.35;
  context.lineWidth = 0.6 * devicePixelRatio;
  context.beginPath();
  for (let cell = 0; cell < cells.count; cell++) {
    const first = cells.starts[cell] as number;
    const end = cells.starts[cell + 1] as number;
    for (let vertex = first; vertex < end; vertex++) {
      const x = (cells.points[2 * vertex] as number) * width;
      const y = (1 - (cells.points[2 * vertex + 1] as number)) * height;
      if (vertex === first) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
  }
  context.stroke();
  context.globalAlpha = 1;
}
