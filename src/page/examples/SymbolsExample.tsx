import { likeliest, percentText, probabilitiesOf, readoutAt, symbolsOf, targetsOf } from './answers.ts';
import { type ExampleProps, LaneAnswer, Sign } from './parts.tsx';

interface SymbolsExampleProps extends ExampleProps {
  /** Of the inputs; outputs share the first ones. */
  readonly names: readonly string[];
  /** First of the steps at which symbols are to be recalled. */
  readonly recalledFrom: number;
}

/** Copying memory: what is to be kept, how long, and what each lane says when it is asked. */
export function SymbolsExample({
  examples,
  sizes,
  sequence,
  styles,
  names,
  recalledFrom,
}: SymbolsExampleProps) {
  const shown = symbolsOf(examples, sizes, sequence);
  const targets = targetsOf(examples, sizes, sequence);
  const recalled = targets.slice(recalledFrom);
  // Everything but blanks is to be kept, up to the sign that asks for it.
  const delimiter = names.length - 1;
  const asked = shown.indexOf(delimiter);
  const kept = shown.slice(0, recalled.length);
  const blanks = asked - kept.length;
  const nameOf = (symbol: number | undefined): string => names[symbol ?? -1] ?? '?';
  return (
    <>
      <figure className="symbols-picture">
        <div className="symbols" role="img" aria-label={`To be kept: ${kept.map(nameOf).join(', ')}`}>
          {kept.map((symbol, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number.
            <span key={at} className="symbol">
              {nameOf(symbol)}
            </span>
          ))}
          <span className="symbol-gap">{blanks} blanks</span>
          <span className="symbol symbol-delimiter" title="delimiter">
            ?
          </span>
        </div>
        <figcaption>
          {kept.length} symbols, {blanks} steps of nothing, then the delimiter (?) asks for them, in their
          order.
        </figcaption>
      </figure>
      <ul className="lane-answers" aria-label="Answers">
        {styles.map((style, lane) => {
          const answers = targets.map((target, step) => {
            const logits = readoutAt(examples, sizes, lane, sequence, step);
            const probabilities = logits && probabilitiesOf(logits);
            const guess = probabilities ? likeliest(probabilities, 1)[0] : undefined;
            return { target, guess, probability: probabilities?.[target] ?? Number.NaN };
          });
          const before = answers.slice(0, recalledFrom);
          const rightBefore = before.filter(({ target, guess }) => guess === target).length;
          const asked = answers.slice(recalledFrom);
          const right = asked.filter(({ target, guess }) => guess === target).length;
          return (
            <LaneAnswer key={style.name} style={style}>
              <ol className="symbols" aria-label="Recalled">
                {asked.map(({ target, guess, probability }, at) => (
                  <li
                    // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number.
                    key={at}
                    className="symbol"
                    data-right={guess === target}
                    title={`${nameOf(target)} with ${percentText(probability)}`}
                  >
                    {guess === 0 ? <span title="blank">–</span> : nameOf(guess)}
                    <Sign right={guess === target} />
                  </li>
                ))}
              </ol>
              <p className="answer-text">
                <b>
                  {right} of {asked.length}
                </b>{' '}
                recalled; silent at {rightBefore} of {before.length} steps before
              </p>
            </LaneAnswer>
          );
        })}
      </ul>
    </>
  );
}
