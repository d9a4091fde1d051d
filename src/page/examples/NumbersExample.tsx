import type { CSSProperties } from 'react';
import { formatNumber } from '../numbers.ts';
import { inputOver, readoutAt, targetsOf } from './answers.ts';
import { type ExampleProps, LaneAnswer, Sign } from './parts.tsx';

interface NumbersExampleProps extends ExampleProps {
  /** Marked numbers. */
  readonly terms: number;
  readonly tolerance: number;
}

/** Digits behind the point of sums: the tolerance has two. */
const DIGITS = 3;
const WIDTH = 1000;
const HEIGHT = 100;
/** Most numbers whose bars have gaps. */
const MOST_WITH_GAPS = 200;

/** Bars from the ground up, as one path. */
function barsPath(values: readonly { readonly at: number; readonly value: number }[], steps: number): string {
  const pitch = WIDTH / steps;
  const width = steps > MOST_WITH_GAPS ? pitch : 0.7 * pitch;
  return values
    .map(({ at, value }) => {
      const left = (at * pitch + (pitch - width) / 2).toFixed(2);
      return `M${left} ${HEIGHT}v${(-value * HEIGHT).toFixed(2)}h${width.toFixed(2)}V${HEIGHT}z`;
    })
    .join('');
}

/** The adding problem: numbers as bars, the marked ones and their sum, and where on a number line each lane's answer lies. */
export function NumbersExample({ examples, sizes, sequence, styles, terms, tolerance }: NumbersExampleProps) {
  const { steps } = sizes;
  const values = Array.from(inputOver(examples, sizes, sequence, 0), (value, at) => ({ at, value }));
  const marks = inputOver(examples, sizes, sequence, 1);
  const marked = values.filter(({ at }) => marks[at] === 1);
  const target = targetsOf(examples, sizes, sequence)[0] ?? Number.NaN;
  const sum = `${marked.map(({ value }) => value.toFixed(DIGITS)).join(' + ')} = ${target.toFixed(DIGITS)}`;
  const places = marked.map(({ at, value }) => `${value.toFixed(DIGITS)} at step ${at + 1}`).join(', ');
  const pitch = WIDTH / steps;
  return (
    <>
      <figure className="numbers-picture">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT + 12}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${steps} numbers, read from left to right. Marked: ${places}.`}
        >
          <path className="numbers-unmarked" d={barsPath(values, steps)} />
          <path className="numbers-marked" d={barsPath(marked, steps)} />
          <path
            className="numbers-marks"
            d={marked.map(({ at }) => `M${((at + 0.5) * pitch).toFixed(2)} ${HEIGHT + 2}l-7 10h14z`).join('')}
          />
        </svg>
        <figcaption>
          {steps} numbers, read one a step; to be added are the marked ones (▲): <b>{sum}</b>
        </figcaption>
      </figure>
      <ul className="lane-answers lane-answers-lines" aria-label="Answers">
        {styles.map((style, lane) => {
          const answer = readoutAt(examples, sizes, lane, sequence, 0)?.[0] ?? Number.NaN;
          const apart = answer - target;
          const right = Math.abs(apart) <= tolerance;
          return (
            <LaneAnswer key={style.name} style={style}>
              <NumberLine
                answer={answer}
                target={target}
                tolerance={tolerance}
                end={terms}
                colour={style.colour}
              />
              <p className="answer-text">
                {Number.isFinite(answer) ? (
                  <>
                    <b>{Math.abs(answer) < 1000 ? answer.toFixed(DIGITS) : formatNumber(answer)}</b>, off by{' '}
                    {Math.abs(apart) < 1000 ? Math.abs(apart).toFixed(DIGITS) : formatNumber(Math.abs(apart))}{' '}
                    <Sign right={right} />
                  </>
                ) : (
                  'no number'
                )}
              </p>
            </LaneAnswer>
          );
        })}
      </ul>
      <p className="panel-note">
        Line: 0 to {terms}, every sum that can be. The band is the right answer, give or take {tolerance}.
      </p>
    </>
  );
}

interface NumberLineProps {
  readonly answer: number;
  readonly target: number;
  readonly tolerance: number;
  /** The largest sum that can be. */
  readonly end: number;
  readonly colour: string;
}

/** A lane's answer and the right one on a line; an answer beyond it is an arrow at its end. */
function NumberLine({ answer, target, tolerance, end, colour }: NumberLineProps) {
  const percent = (value: number): string => `${(100 * Math.min(1, Math.max(0, value / end))).toFixed(2)}%`;
  const low = Math.max(0, target - tolerance);
  const high = Math.min(end, target + tolerance);
  const beyond = answer < 0 ? '◀' : answer > end ? '▶' : null;
  return (
    <div className="number-line" aria-hidden="true">
      <span className="number-band" style={{ left: percent(low), width: percent(high - low) }} />
      <span className="number-target" style={{ left: percent(target) }} />
      {Number.isFinite(answer) && (
        <span
          className={beyond === null ? 'number-dot' : 'number-beyond'}
          style={{ left: percent(answer), '--answer': colour } as CSSProperties}
        >
          {beyond}
        </span>
      )}
    </div>
  );
}
