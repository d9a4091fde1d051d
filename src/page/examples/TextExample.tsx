import { type CSSProperties, type KeyboardEvent, useMemo, useState } from 'react';
import {
  likeliest,
  percentText,
  probabilitiesOf,
  readoutAt,
  symbolsOf,
  targetsOf,
  visibleCharacter,
} from './answers.ts';
import { type ExampleProps, LaneAnswer, Sign } from './parts.tsx';

interface TextExampleProps extends ExampleProps {
  /** What each number of the vocabulary stands for. */
  readonly symbols: readonly string[];
}

/** Characters shown: more would be slow to draw and long to read. */
const MOST_CHARACTERS = 160;
/** Guesses named beside the right character. */
const GUESSES = 3;

/** A piece of the held-out text, each character as strong as the lane expected it; one of them is looked at. */
export function TextExample({ examples, sizes, sequence, styles, symbols }: TextExampleProps) {
  const [chosen, setChosen] = useState(0);
  const targets = useMemo(
    () => targetsOf(examples, sizes, sequence).slice(0, MOST_CHARACTERS),
    [examples, sizes, sequence],
  );
  // Kept while the pointer goes over the text.
  const probabilities = useMemo(
    () =>
      examples.outputs.map((_, lane) =>
        targets.map((_, step) => {
          const logits = readoutAt(examples, sizes, lane, sequence, step);
          return logits && probabilitiesOf(logits);
        }),
      ),
    [examples, sizes, sequence, targets],
  );
  const first = symbols[symbolsOf(examples, sizes, sequence)[0] ?? -1] ?? '';
  const at = Math.min(chosen, targets.length - 1);
  const text = targets.map((target) => symbols[target] ?? '');
  const before = [first, ...text].slice(Math.max(0, at - 24), at + 1).join('');

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: targets.length - 1,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setChosen(Math.max(0, Math.min(targets.length - 1, next)));
  };

  return (
    <>
      <p className="text-reading" aria-live="polite">
        After “<span className="text-before">{[...before].map(visibleCharacter).join('')}</span>” comes{' '}
        <b>{visibleCharacter(text[at] ?? '')}</b>. Point at another character, or move with the arrow keys.
      </p>
      <ul className="lane-answers lane-answers-wide" aria-label="Answers">
        {styles.map((style, lane) => {
          const ofLane = probabilities[lane] ?? [];
          const chances = targets.map((target, step) => ofLane[step]?.[target] ?? Number.NaN);
          const here = ofLane[at];
          const guesses = here ? likeliest(here, GUESSES) : [];
          return (
            <LaneAnswer key={style.name} style={style}>
              {/* biome-ignore lint/a11y/useSemanticElements: no element is a text in which arrow keys move. */}
              <div
                className="text-shades"
                role="group"
                aria-label={`${style.name}: the held-out text; arrow keys move from character to character`}
                // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move in it.
                tabIndex={0}
                style={{ '--answer': style.colour } as CSSProperties}
                onKeyDown={onKeyDown}
                onPointerMove={(event) => {
                  const place = event.target instanceof HTMLElement && event.target.dataset.at;
                  if (place) setChosen(Number(place));
                }}
                onPointerDown={(event) => {
                  const place = event.target instanceof HTMLElement && event.target.dataset.at;
                  if (place) setChosen(Number(place));
                }}
              >
                {text.map((character, step) => (
                  <span
                    // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number.
                    key={step}
                    data-at={step}
                    data-chosen={step === at}
                    style={{ '--chance': `${Math.round(100 * (chances[step] || 0))}%` } as CSSProperties}
                  >
                    {character === '\n' ? '↵\n' : character}
                  </span>
                ))}
              </div>
              <p className="answer-text">
                <b>{visibleCharacter(text[at] ?? '')}</b>: {percentText(chances[at] ?? Number.NaN)}
                {guesses.length > 0 && (
                  <>
                    {' '}
                    <Sign right={guesses[0] === targets[at]} /> Guesses:{' '}
                    {guesses
                      .map(
                        (guess) =>
                          `${visibleCharacter(symbols[guess] ?? '')} ${percentText(here?.[guess] ?? Number.NaN)}`,
                      )
                      .join(', ')}
                  </>
                )}
              </p>
            </LaneAnswer>
          );
        })}
      </ul>
      <p className="panel-note">
        The stronger a character’s ground, the likelier the lane found it, from all that stands before.
        {targets.length < sizes.steps && ` Shown are the first ${targets.length} of ${sizes.steps}.`}
      </p>
    </>
  );
}
