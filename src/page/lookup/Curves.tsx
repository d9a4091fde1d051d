import type { Cell } from '../inside/CellField.tsx';
import { formatNumber } from '../numbers.ts';
import type { Look } from './look.ts';
import { TriflingBands } from './Pictures.tsx';

/** How far beyond the function's own range the chart goes, as a share of it. */
const MARGIN = 0.1;

/** A path through values at the middles of pieces of the axis; it breaks where there is no number. */
function pathOf(values: Float32Array, low: number, high: number): string {
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const height = Math.min(1.05, Math.max(-0.05, (high - value) / (high - low)));
    path += `${pen}${((index + 0.5) / values.length).toFixed(5)} ${height.toFixed(4)}`;
    pen = 'L';
  });
  return path;
}

/** The function of one variable and what the network makes of it, as two curves. */
export function Curves({ look, cursor }: { readonly look: Look; readonly cursor: Cell | null }) {
  const { view, answers } = look;
  const { cells } = view.settings.sizes;
  const least = view.target.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = view.target.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const margin = MARGIN * (most - least) || 1;
  const [low, high] = [least - margin, most + margin];
  return (
    <figure className="lookup-curves">
      <figcaption>
        <span className="lookup-key lookup-key-target">the function</span>
        <span className="lookup-key lookup-key-answer">what the network answers</span>
      </figcaption>
      <div className="lookup-frame" data-cells>
        <svg
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          role="img"
          aria-label={`The function, from ${formatNumber(least)} to ${formatNumber(most)}, and the network’s answers`}
        >
          <path className="lookup-target" d={pathOf(view.target, low, high)} />
          <path className="lookup-answer" d={pathOf(answers, low, high)} />
        </svg>
        {look.trifling && <TriflingBands look={look} />}
        {cursor && (
          <span
            className="lookup-cursor"
            style={{
              left: `${(100 * cursor.column) / cells}%`,
              top: 0,
              width: `${100 / cells}%`,
              height: '100%',
            }}
          />
        )}
        <span className="lookup-scale lookup-scale-high">{formatNumber(high)}</span>
        <span className="lookup-scale lookup-scale-low">{formatNumber(low)}</span>
      </div>
      <div className="lookup-axis" aria-hidden="true">
        <span>0</span>
        <span>x</span>
        <span>1</span>
      </div>
    </figure>
  );
}
