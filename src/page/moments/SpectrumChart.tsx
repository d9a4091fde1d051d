import { useId } from 'react';
import type { SpectrumReport } from '../../moments/run.ts';
import { formatNumber, formatPowerTick } from '../numbers.ts';

const WIDTH = 320;
const HEIGHT = 170;
const LEFT = 44;
const BOTTOM = 22;
const TOP = 8;
/** Beyond so many decades below the largest value bars have no height. */
const MOST_DECADES = 16;

/** The singular values as bars on a logarithmic axis, and the line below which noise alone can be. */
export function SpectrumChart({ spectrum }: { readonly spectrum: SpectrumReport }) {
  const titleId = useId();
  const { values, floor, units, flattened } = spectrum;
  const largest = values[0] ?? 1;
  const exponent = (value: number): number =>
    Math.max(Math.log10(Math.max(value, Number.MIN_VALUE)), Math.log10(largest) - MOST_DECADES);
  const top = Math.ceil(exponent(largest) * 2) / 2;
  const bottom = Math.floor(Math.min(exponent(floor), ...Array.from(values, exponent))) - 0.25;
  const height = (value: number): number =>
    (HEIGHT - BOTTOM - TOP) * ((exponent(value) - bottom) / (top - bottom));
  const step = (WIDTH - LEFT) / values.length;
  const every = Math.max(1, Math.ceil((top - bottom) / 5));
  const ticks = Array.from(
    { length: Math.floor(top) - Math.ceil(bottom) + 1 },
    (_, k) => Math.ceil(bottom) + k,
  );
  const base = HEIGHT - BOTTOM;
  const label = Math.max(1, Math.ceil(values.length / 12));
  return (
    <figure className="moments-figure" aria-labelledby={titleId}>
      <figcaption id={titleId}>
        <h4>How many units?</h4>
        <span>
          Singular values of {flattened ? 'the tensors of order 4 to 6' : 'the tensors of order 2 to 4'}:{' '}
          {units} above the line of noise.
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Singular values: ${listed(values)}. Noise up to ${formatNumber(floor)}.`}
      >
        {ticks
          .filter((tick) => tick % every === 0)
          .map((tick) => (
            <g key={tick}>
              <line
                className="moments-grid"
                x1={LEFT}
                x2={WIDTH}
                y1={base - height(10 ** tick)}
                y2={base - height(10 ** tick)}
              />
              <text x={LEFT - 6} y={base - height(10 ** tick) + 4} textAnchor="end">
                {formatPowerTick(tick)}
              </text>
            </g>
          ))}
        {Array.from(values, (value, index) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a singular value has no other name
            key={index}
            className={index < units ? 'moments-signal' : 'moments-noise'}
            x={LEFT + step * (index + 0.18)}
            width={step * 0.64}
            y={base - height(value)}
            height={Math.max(0.5, height(value))}
          >
            <title>{`${index + 1}: ${formatNumber(value)}`}</title>
          </rect>
        ))}
        {Array.from(values, (_, index) =>
          index % label === 0 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a singular value has no other name
            <text key={index} x={LEFT + step * (index + 0.5)} y={HEIGHT - 6} textAnchor="middle">
              {index + 1}
            </text>
          ) : null,
        )}
        <line
          className="moments-floor"
          x1={LEFT}
          x2={WIDTH}
          y1={base - height(floor)}
          y2={base - height(floor)}
        />
        <text className="moments-floor-text" x={WIDTH - 2} y={base - height(floor) - 5} textAnchor="end">
          noise
        </text>
      </svg>
    </figure>
  );
}

const listed = (values: Float64Array): string =>
  Array.from(values, (value) => formatNumber(value)).join(', ');
