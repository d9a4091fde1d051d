import { DefaultZIndexes, ZIndexLayer } from 'recharts';
import type { LaneStyle } from '../laneStyle.ts';
import { bandPath, circlesPath, type LinePath, linePath } from './paths.ts';
import { useDrawing, usePlaces } from './useDrawing.ts';

/** Pixels. */
const HELD_OUT_RADIUS = 2.6;
const ONLY_RADIUS = 3;

/**
 * The curves of a chart. recharts' own lines and areas do much for every point that these do not need (labels, dots, payloads,
 * animations), and would take ten times as long to draw again.
 */
export function Curves() {
  const places = usePlaces();
  const { settings, drawn, lines, lanes, bands } = useDrawing();
  if (!places) return null;
  const { quantity, styles, shown, stops } = settings;
  return (
    <>
      {bands && (
        <ZIndexLayer zIndex={DefaultZIndexes.area}>
          {lanes.map(({ style, lane }) => (
            <path
              key={style.name}
              className="band"
              d={bandPath(drawn, (row) => row.cells[lane], places)}
              fill={style.colour}
              fillOpacity={0.13}
            />
          ))}
        </ZIndexLayer>
      )}
      <ZIndexLayer zIndex={DefaultZIndexes.line}>
        {lines.map(({ key, style }, curve) => (
          <Curve
            key={key}
            className="curve-earlier"
            path={linePath(drawn, (row) => row.earlier[curve], places)}
            style={style}
          />
        ))}
        {lanes.map(({ style, lane }) => (
          <Curve
            key={style.name}
            className="curve"
            path={linePath(drawn, (row) => row.cells[lane]?.value, places)}
            style={style}
          />
        ))}
        {quantity.heldOut &&
          lanes.map(({ style, lane }) => (
            <g key={style.name} className="held-out">
              <path
                fill="none"
                stroke={style.colour}
                strokeOpacity={0.3}
                d={linePath(drawn, (row) => row.heldOut[lane], places).d}
              />
              <path
                fill="var(--surface)"
                stroke={style.colour}
                strokeWidth={1.4}
                d={circlesPath(drawn, (row) => row.heldOut[lane], places, HELD_OUT_RADIUS)}
              />
            </g>
          ))}
      </ZIndexLayer>
      <ZIndexLayer zIndex={DefaultZIndexes.scatter}>
        {stops.map(({ lane }) => {
          const end = drawn.findLast((row) => row.cells[lane] != null);
          const cell = end?.cells[lane];
          return (
            end &&
            cell &&
            shown[lane] && (
              <path
                key={lane}
                className="stop-mark"
                stroke={styles[lane]?.colour}
                d={`M${places.x(end.x) - 5} ${places.y(cell.value) - 5}l10 10m0 -10l-10 10`}
              />
            )
          );
        })}
      </ZIndexLayer>
    </>
  );
}

interface CurveProps {
  readonly className: 'curve' | 'curve-earlier';
  readonly path: LinePath;
  readonly style: LaneStyle;
}

function Curve({ className, path: { d, only }, style: { colour, dash } }: CurveProps) {
  if (d === '') return null;
  const faint = className === 'curve-earlier';
  const look = { className, stroke: colour, strokeWidth: faint ? 1.25 : 2, strokeOpacity: faint ? 0.4 : 1 };
  return (
    <>
      <path {...look} fill="none" strokeDasharray={dash} d={d} />
      {only && <circle {...look} fill="var(--surface)" cx={only.x} cy={only.y} r={ONLY_RADIUS} />}
    </>
  );
}
