import { useMemo } from 'react';
import type { LaneSnapshot } from '../../engine/engine.ts';
import { balanceGaps } from '../../engine/inside/balance.ts';
import { useRun } from '../../session/page/runStore.ts';
import { formatNumber } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { Bars } from './Bars.tsx';
import { CellField } from './CellField.tsx';
import { hasPaths, type Look, type SectionProps } from './look.ts';
import { useStartGaps } from './useStartGaps.ts';

/** The balance gap of each unit, and how far it went from where it began. */
export function BalanceSection({ look }: SectionProps) {
  const { shape, shapes, lanes, styles, lane, layer } = look;
  const copies = useRun((state) => state.copies);
  const found = useStartGaps(look);
  // A copy begins as its original was at that moment, rescaled: nobody kept that.
  const startOf = (index: number): Float64Array | undefined =>
    copies.some((copy) => copy.lane === index) ? undefined : found[index];
  const gaps = useMemo(
    () => lanes.map((each, index) => gapsOf(shapes[index] ?? shape, each)),
    [lanes, shapes, shape],
  );
  const part = (values: Float64Array): Float64Array =>
    values.subarray(layer * shape.hidden, (layer + 1) * shape.hidden);
  const now = part(gaps[lane] ?? new Float64Array());
  const start = startOf(lane);
  const change = start ? now.map((gap, unit) => gap - (part(start)[unit] as number)) : null;
  return (
    <>
      <CellField
        label="Units"
        rows={1}
        columns={shape.hidden}
        describe={({ column }) =>
          `Unit ${column + 1}: gap ${formatNumber(now[column])}${
            change ? `, changed by ${formatNumber(change[column])} since the start` : ''
          }`
        }
      >
        {(cursor) => (
          <div className="bars-pair">
            <Bars title="Gap now" words={rangeOf(now)} values={now} cursor={cursor} />
            {change && (
              <Bars title="Change since the start" words={rangeOf(change)} values={change} cursor={cursor} />
            )}
          </div>
        )}
      </CellField>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable */}
      <section className="inside-table" tabIndex={0} aria-label="Gaps of all lanes">
        <table>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              <th scope="col">mean |gap|</th>
              <th scope="col">mean |change|</th>
            </tr>
          </thead>
          <tbody>
            {gaps.map((values, index) => {
              const begin = startOf(index);
              const style = styles[index];
              return (
                style &&
                hasPaths(look, index) && (
                  <tr key={style.name}>
                    <th scope="row">
                      <Swatch style={style} /> {style.name}
                    </th>
                    <td>{formatNumber(meanSize(part(values)))}</td>
                    <td>
                      {begin
                        ? formatNumber(
                            meanSize(part(values).map((gap, unit) => gap - (part(begin)[unit] as number))),
                          )
                        : '–'}
                    </td>
                  </tr>
                )
              );
            })}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** A uRNN has none. */
const gapsOf = (shape: Look['shape'], { before }: LaneSnapshot): Float64Array =>
  shape.network === 'urnn' ? new Float64Array() : balanceGaps(shape, before);

const meanSize = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

const rangeOf = (values: Float64Array): string =>
  `${formatNumber(values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY))} to ${formatNumber(
    values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  )}`;
