import { useMemo } from 'react';
import { matrixOf } from '../../engine/layout.ts';
import { formatNumber } from '../numbers.ts';
import type { Eigenvalues } from './eigenvalues.ts';
import type { SectionProps } from './look.ts';
import { useEigenvalues } from './useEigenvalues.ts';

/** Beyond this modulus counts as outside of the unit circle: rounding alone does not get there. */
const OUTSIDE = 1 + 1e-6;
/** Free room around what is drawn. */
const ROOM = 1.3;

/** The eigenvalues of W_rec of a lane and layer in the complex plane. */
export function EigenSection({ look }: SectionProps) {
  const { shape, snapshot, lane, layer, styles } = look;
  const { hidden } = shape;
  const values = useMemo(() => {
    const { offset } = matrixOf(shape, 'recurrent', layer);
    return Float64Array.from(snapshot.before.subarray(offset, offset + hidden * hidden));
  }, [shape, snapshot, layer, hidden]);
  const key = `${lane} ${layer} ${hidden}`;
  const answer = useEigenvalues(key, values, hidden);
  const name = `W_rec.${layer + 1}`;
  if (answer?.key !== key) return <p className="panel-note">Computing</p>;
  if (answer.eigenvalues === null) {
    return <p className="panel-note">{name} has entries that are not finite: it has no eigenvalues.</p>;
  }
  return <Plane name={name} colour={styles[lane]?.colour ?? 'currentcolor'} found={answer.eigenvalues} />;
}

interface PlaneProps {
  readonly name: string;
  readonly colour: string;
  readonly found: Eigenvalues;
}

function Plane({ name, colour, found: { real, imaginary } }: PlaneProps) {
  const moduli = Array.from(real, (value, index) => Math.hypot(value, imaginary[index] as number));
  const largest = moduli[0] ?? 0;
  const outside = moduli.filter((modulus) => modulus > OUTSIDE).length;
  const complex = imaginary.filter((value) => value !== 0).length;
  const half = ROOM * Math.max(1, largest);
  const size = largest < 1000 ? largest.toFixed(3) : formatNumber(largest);
  const words = `Largest modulus ${size}; ${outside} of ${moduli.length} outside the unit circle; ${complex} not real.`;
  return (
    <>
      <p className="inside-finding">{words}</p>
      <svg
        className="plane"
        viewBox={`${-half} ${-half} ${2 * half} ${2 * half}`}
        role="img"
        aria-label={`Eigenvalues of ${name} in the complex plane. ${words}`}
      >
        <line className="plane-axis" x1={-half} x2={half} y1={0} y2={0} />
        <line className="plane-axis" x1={0} x2={0} y1={-half} y2={half} />
        <circle className="plane-circle" r={1} />
        <text x={half * 0.98} y={-half * 0.03} textAnchor="end" fontSize={half * 0.08}>
          real
        </text>
        <text x={half * 0.03} y={-half * 0.92} fontSize={half * 0.08}>
          imaginary
        </text>
        <text x={1 + half * 0.02} y={half * 0.09} fontSize={half * 0.08}>
          1
        </text>
        {moduli.map((modulus, index) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: eigenvalues have no other name
            key={index}
            className="plane-value"
            cx={real[index]}
            cy={-(imaginary[index] as number)}
            r={half * 0.022}
            fill={colour}
          >
            <title>{`${formatNumber(real[index])} ${(imaginary[index] as number) < 0 ? '-' : '+'} ${formatNumber(
              Math.abs(imaginary[index] as number),
            )} i, modulus ${formatNumber(modulus)}`}</title>
          </circle>
        ))}
      </svg>
    </>
  );
}
