import { useState } from 'react';
import type { Range } from '../../experiment/schema.ts';
import type { Sizes } from '../../lookup/construction.ts';
import { layersOf, statedSizes, widthOf } from '../../lookup/sizes.ts';
import { NumberField } from '../NumberField.tsx';
import { formatCount, formatNumber } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';

const ALPHA = { min: 0, max: 1, exclusiveMin: true } as const satisfies Range;
const MU = { min: 0, max: 1000, exclusiveMin: true } as const satisfies Range;
const EPSILON = { min: 0, max: 1, exclusiveMin: true } as const satisfies Range;

/** The layers of the construction, and what the paper's two statements ask for a wanted error. */
export function Layers({ sizes }: { readonly sizes: Sizes }) {
  const [alpha, setAlpha] = useState(0.5);
  const [mu, setMu] = useState(1);
  const [epsilon, setEpsilon] = useState(0.1);
  const layers = layersOf(sizes);
  return (
    <details className="lookup-layers">
      <summary>
        Depth {layers.length}, width {formatCount(widthOf(sizes))}: the layers, and what the paper states
      </summary>
      <ScrollBox className="lookup-table" label="Layers">
        <table>
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">units</th>
              <th scope="col">kind</th>
              <th scope="col">what for</th>
            </tr>
          </thead>
          <tbody>
            {layers.map(({ units, activation, purpose }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the layer's place
              <tr key={index}>
                <td>{index + 1}</td>
                <td>{formatCount(units)}</td>
                <td>{activation}</td>
                <td className="lookup-purpose">{purpose}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p className="panel-note">
        For functions with |f(u) − f(v)| ≤ μ |u − v|^α the paper states how wide a network is enough for an
        error ε.
      </p>
      <div className="lookup-fields">
        <NumberField label="α" value={alpha} range={ALPHA} onChange={setAlpha} />
        <NumberField label="μ" value={mu} range={MU} onChange={setMu} />
        <NumberField label="error ε, as a share of μ" value={epsilon} range={EPSILON} onChange={setEpsilon} />
      </div>
      <ul className="lookup-statements">
        {([5, 6] as const).map((depth) => {
          const stated = statedSizes(sizes.dimension, depth, { alpha, mu }, epsilon * mu);
          const built = widthOf({ ...sizes, depth, cells: stated.cells, bits: stated.bits });
          return (
            <li key={depth}>
              Depth {depth}: width {count(stated.width)} is stated. The construction here takes N ={' '}
              {count(stated.cells)}, M = {stated.bits} and width {count(built)}.
            </li>
          );
        })}
      </ul>
    </details>
  );
}

/** A whole number, which for a small alpha has more digits than anyone reads. */
const count = (value: number): string => (value < 1e9 ? formatCount(value) : formatNumber(value));
