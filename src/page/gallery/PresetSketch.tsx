import { useMemo } from 'react';
import { parseLink } from '../../experiment/link.ts';
import { PRESET_SKETCHES } from '../../experiment/presetSketches.ts';
import { PRESETS } from '../../experiment/presets.ts';
import { laneStyles } from '../laneStyle.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { sketchLines } from './sketchLines.ts';
import '../styles/sketch.css';

interface PresetSketchProps {
  readonly name: string;
  /** Names the lanes below the picture. */
  readonly withLegend?: boolean;
}

/** Width and height of a sketch in its own units. */
const SIZE = { width: 240, height: 72 };

/** The measured loss of each lane of a preset: what a run of it looked like, not a promise to the last digit. */
export function PresetSketch({ name, withLegend = false }: PresetSketchProps) {
  const sketch = PRESET_SKETCHES[name];
  const preset = PRESETS.get(name);
  const styles = useMemo(() => (preset ? laneStyles(parseLink(preset.link).experiment) : []), [preset]);
  if (!sketch || !preset) return null;
  const { lines, baseline } = sketchLines(sketch, SIZE);
  const ends = sketch.lanes
    .map((losses, lane) => {
      const last = losses.at(-1);
      const value = last === undefined ? 'no loss' : formatNumber(last);
      return `${styles[lane]?.name ?? lane + 1}: ${value}${sketch.stops[lane] === null ? '' : ', then it stops'}`;
    })
    .join('; ');
  return (
    <figure className="sketch">
      <svg
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        role="img"
        aria-label={`Measured loss up to step ${sketch.steps}. ${ends}.`}
      >
        {baseline !== null && (
          <line className="sketch-baseline" x1="0" x2={SIZE.width} y1={baseline} y2={baseline} />
        )}
        {lines.map(({ path, end, stopped }, lane) => (
          <g key={styles[lane]?.name ?? lane} stroke={styles[lane]?.colour}>
            <path d={path} strokeDasharray={styles[lane]?.dash} />
            {stopped && <path className="sketch-stop" d={`M${end.x - 3} ${end.y - 3}l6 6m0 -6l-6 6`} />}
          </g>
        ))}
      </svg>
      <figcaption>
        Loss as measured, over {formatCount(sketch.steps)} steps
        {withLegend && (
          <ul>
            {styles.map((style) => (
              <li key={style.name}>
                <Swatch style={style} />
                {style.name}
              </li>
            ))}
          </ul>
        )}
      </figcaption>
    </figure>
  );
}
