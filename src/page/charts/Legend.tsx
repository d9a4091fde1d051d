import type { Stop } from '../../session/protocol.ts';
import { hasBands } from '../chartRows.ts';
import type { LaneStyle } from '../laneStyle.ts';
import { Swatch } from '../Swatch.tsx';
import '../styles/legend.css';

interface LegendProps {
  readonly styles: readonly LaneStyle[];
  readonly shown: readonly boolean[];
  readonly stops: readonly Stop[];
  readonly onToggle: (name: string) => void;
}

/** Every lane's line and name; each is a button that shows the lane in the charts or leaves it out. */
export function Legend({ styles, shown, stops, onToggle }: LegendProps) {
  return (
    <ul className={hasBands(styles.length) ? 'legend' : 'legend legend-many'} aria-label="Lanes">
      {styles.map((style, lane) => {
        const stop = stops.find((candidate) => candidate.lane === lane);
        return (
          <li key={style.name}>
            <button
              type="button"
              className="legend-lane"
              aria-pressed={shown[lane]}
              title={shown[lane] ? 'Leave out of the charts' : 'Show in the charts'}
              onClick={() => onToggle(style.name)}
            >
              <Swatch style={style} />
              <span>
                {style.name}
                {stop && <span className="legend-stop">: stopped, {stop.reason}</span>}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
