import { useMemo } from 'react';
import { pathFlow } from '../../engine/inside/pathFlow.ts';
import { formatPowerOfTwo, formatShare } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { Bars } from './Bars.tsx';
import { CellField } from './CellField.tsx';
import { hasPaths, type SectionProps } from './look.ts';

/** How the path flow of a layer is shared by its units, the busiest first. */
export function FlowSection({ look }: SectionProps) {
  const { shape, snapshot, lanes, styles, layer } = look;
  const others = useMemo(
    () =>
      lanes.map((each, lane) => (hasPaths(look, lane) ? pathFlow(shape, each, layer).effectiveUnits : null)),
    [look, lanes, shape, layer],
  );
  const { flow, order } = useMemo(() => {
    const found = pathFlow(shape, snapshot, layer);
    const ranks = Array.from(found.shares, (_, unit) => unit);
    ranks.sort((one, other) => (found.shares[other] as number) - (found.shares[one] as number));
    return { flow: found, order: ranks };
  }, [shape, snapshot, layer]);
  const { shares, effectiveUnits, totalLog2 } = flow;
  const largest = order[0] ?? 0;
  const words =
    effectiveUnits === 0
      ? 'no path leads through this layer'
      : `unit ${largest + 1} has the most, ${formatShare(shares[largest])}`;
  return (
    <>
      <p className="inside-finding">
        As even as <b>{effectiveUnits.toFixed(1)}</b> of {shape.hidden} units sharing alike
        {effectiveUnits > 0 && <>; path flow in all {formatPowerOfTwo(totalLog2)}</>}.
      </p>
      <CellField
        label="Units, the largest share first"
        rows={1}
        columns={shape.hidden}
        describe={({ column }) => {
          const unit = order[column] ?? 0;
          return `Unit ${unit + 1}, number ${column + 1} of ${shape.hidden}: ${formatShare(shares[unit])} of the flow`;
        }}
      >
        {(cursor) => (
          <Bars
            title="Share of the path flow"
            words={words}
            values={order.map((unit) => shares[unit] as number)}
            cursor={cursor}
            format={formatShare}
          />
        )}
      </CellField>
      {lanes.length > 1 && (
        <ul className="inside-list" aria-label="All lanes">
          {others.map((units, lane) => {
            const style = styles[lane];
            return (
              style &&
              units !== null && (
                <li key={style.name}>
                  <Swatch style={style} /> {style.name}: as even as {units.toFixed(1)} units
                </li>
              )
            );
          })}
        </ul>
      )}
    </>
  );
}
