import { useMemo } from 'react';
import { kappaRatio } from '../../engine/inside/kappaRatio.ts';
import { formatNumber } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { hasPaths, type SectionProps } from './look.ts';

/** How large kappa2 is beside kappa1 in every recurrent matrix. */
export function RatioSection({ look }: SectionProps) {
  const { shape, lanes, styles } = look;
  const rows = useMemo(
    () =>
      lanes.flatMap((snapshot, lane) =>
        hasPaths(look, lane)
          ? Array.from({ length: shape.layers }, (_, layer) => ({
              lane,
              layer,
              ratio: kappaRatio(shape, snapshot, layer),
            }))
          : [],
      ),
    [look, shape, lanes],
  );
  return (
    // Scrolls inside itself, by keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable
    <section className="inside-table" tabIndex={0} aria-label="κ₂ beside κ₁">
      <table>
        <thead>
          <tr>
            <th scope="col">Lane</th>
            <th scope="col">Matrix</th>
            <th scope="col">|κ₂| / |κ₁|</th>
            <th scope="col">κ₂ / κ₁ on the diagonal</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ lane, layer, ratio }) => (
            <tr key={`${lane} ${layer}`}>
              <th scope="row">
                {styles[lane] && <Swatch style={styles[lane]} />} {styles[lane]?.name}
              </th>
              <td>W_rec.{layer + 1}</td>
              <td>{formatNumber(ratio.norms)}</td>
              <td>
                {formatNumber(ratio.diagonal[0])} to {formatNumber(ratio.diagonal[1])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
