import { useMemo } from 'react';
import { unitaryMatrixOf } from '../../engine/inside/unitaryMatrix.ts';
import { matrixOf } from '../../engine/layout.ts';
import { formatNumber } from '../numbers.ts';
import type { Eigenvalues } from './eigenvalues.ts';
import type { SectionProps } from './look.ts';
import type { EigenRequest } from './serve.ts';
import { useEigenvalues } from './useEigenvalues.ts';

/** Beyond this modulus counts as outside of the unit circle: rounding alone does not get there. */
const OUTSIDE = 1 + 1e-6;
/** Free room around what is drawn. */
const ROOM = 1.3;

/** The eigenvalues of W_rec of a lane and layer in the complex plane; of a uRNN those of its unitary matrix W. */
export function EigenSection({ look }: SectionProps) {
  const { experiment, shape, snapshot, lane, layer, styles } = look;
  const settings = experiment.lanes[lane];
  const unitary = shape.network === 'urnn';
  const matrix = useMemo((): EigenRequest => {
    if (unitary && settings) {
      const { re, im } = unitaryMatrixOf(shape, settings, snapshot.before).entries();
      return { values: re, imaginary: im, size: shape.hidden / 2 };
    }
    const { offset, rows, columns } = matrixOf(shape, 'recurrent', layer);
    const values = Float64Array.from(snapshot.before.subarray(offset, offset + rows * columns));
    return { values, imaginary: null, size: rows };
  }, [shape, snapshot, layer, settings, unitary]);
  const key = `${lane} ${layer} ${matrix.size}`;
  const answer = useEigenvalues(key, matrix);
  const name = unitary ? 'W' : `W_rec.${layer + 1}`;
  if (answer?.key !== key) return <p className="panel-note">Computing</p>;
  if (answer.problem !== null) {
    return (
      <p className="panel-note" role="alert">
        The eigenvalues could not be found: {answer.problem}
      </p>
    );
  }
  if (answer.eigenvalues === null) {
    return <p className="panel-note">{name} has entries that are not finite: it has no eigenvalues.</p>;
  }
  return (
    <Plane
      name={name}
      colour={styles[lane]?.colour ?? 'currentcolor'}
      found={answer.eigenvalues}
      unitary={unitary}
    />
  );
}

interface PlaneProps {
  readonly name: string;
  readonly colour: string;
  readonly found: Eigenvalues;
  readonly unitary: boolean;
}

function Plane({ name, colour, found: { real, imaginary }, unitary }: PlaneProps) {
  const moduli = Array.from(real, (value, index) => Math.hypot(value, imaginary[index] as number));
  const largest = Math.max(...moduli);
  const off = Math.max(...moduli.map((modulus) => Math.abs(modulus - 1)));
  const outside = moduli.filter((modulus) => modulus > OUTSIDE).length;
  const complex = imaginary.filter((value) => value !== 0).length;
  const half = ROOM * Math.max(1, largest);
  const size = largest < 1000 ? largest.toFixed(3) : formatNumber(largest);
  const words = unitary
    ? `All ${moduli.length} on the unit circle, to within ${formatNumber(off)}: W is unitary, whatever its parameters.`
    : `Largest modulus ${size}; ${outside} of ${moduli.length} outside the unit circle; ${complex} not real.`;
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
