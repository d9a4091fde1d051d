import { factorText } from './exponents.ts';

interface UnitPictureProps {
  /** From 1. */
  readonly unit: number;
  readonly exponent: number;
  /** Whether the unit has a weight to itself, from one time step to the next. */
  readonly recurrent: boolean;
  /** Where its weights come from, and where they go. */
  readonly from: string;
  readonly to: string;
}

/** Width of a line for an unchanged weight, and how fast it grows with the exponent. */
const LINE = 3;
const lineWidth = (exponent: number): number => LINE * 2 ** (exponent / 3);

/** A hidden unit with what comes in and what goes out, drawn as thick as the rescaling makes it. */
export function UnitPicture({ unit, exponent, recurrent, from, to }: UnitPictureProps) {
  const incoming = factorText(exponent);
  const outgoing = factorText(-exponent);
  return (
    <figure className="unit-picture">
      <svg
        viewBox="0 0 320 150"
        role="img"
        aria-label={`Unit ${unit}: weights that come in ${incoming}, weights that go out ${outgoing}${recurrent ? ', its weight to itself unchanged' : ''}`}
      >
        <g className="unit-lines" strokeWidth={lineWidth(exponent)}>
          <path d="M22 50L130 86M22 95L130 95M22 140L130 104" />
        </g>
        <g className="unit-lines" strokeWidth={lineWidth(-exponent)}>
          <path d="M190 86L298 50M190 95L298 95M190 104L298 140" />
        </g>
        {recurrent && (
          <>
            <path className="unit-lines unit-loop" strokeWidth={LINE} d="M146 72C110 12 210 12 174 72" />
            <text x="160" y="20">
              ×1
            </text>
          </>
        )}
        <circle cx="160" cy="95" r="28" />
        <text className="unit-name" x="160" y="100">
          {unit}
        </text>
        <text className="unit-factor" x="68" y="40">
          {incoming}
        </text>
        <text className="unit-factor" x="252" y="40">
          {outgoing}
        </text>
      </svg>
      <figcaption>
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
