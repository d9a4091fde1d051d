import { formatNumber } from '../numbers.ts';
import type { Cell } from './CellField.tsx';

interface BarsProps {
  readonly title: string;
  /** In words, what the bars show. */
  readonly words: string;
  readonly values: ArrayLike<number>;
  readonly cursor: Cell | null;
  /** How the ends of the axis are written. */
  readonly format?: (value: number) => string;
}

/** A bar for each value, up from zero or down from it; one that is not finite has none. */
export function Bars({ title, words, values, cursor, format = formatNumber }: BarsProps) {
  const numbers = Array.from(values);
  const finite = numbers.filter(Number.isFinite);
  const highest = finite.reduce((most, value) => Math.max(most, value), 0);
  const lowest = finite.reduce((least, value) => Math.min(least, value), 0);
  const range = highest - lowest || 1;
  return (
    <figure className="bars">
      <figcaption>
        <b>{title}</b> <span>{words}</span>
      </figcaption>
      <div className="bars-picture">
        <div className="bars-axis" aria-hidden="true">
          <span>{format(highest)}</span>
          {lowest < 0 && <span>{format(lowest)}</span>}
        </div>
        <svg
          data-cells
          viewBox={`0 0 ${numbers.length} 1`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}: ${words}`}
        >
          {numbers.map((value, index) => {
            if (!Number.isFinite(value)) return null;
            const size = Math.abs(value) / range;
            return (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: places of the axis, not things
                key={index}
                className={value < 0 ? 'bar bar-negative' : 'bar'}
                x={index + 0.08}
                width={0.84}
                y={(highest - Math.max(value, 0)) / range}
                height={size}
              />
            );
          })}
          {cursor && <rect className="bar-cursor" x={cursor.column} y={0} width={1} height={1} />}
          <line className="bar-zero" x1={0} x2={numbers.length} y1={highest / range} y2={highest / range} />
        </svg>
      </div>
    </figure>
  );
}
