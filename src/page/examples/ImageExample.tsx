import { useMemo } from 'react';
import { imageOf, likeliest, percentText, probabilitiesOf, readoutAt, targetsOf } from './answers.ts';
import { ImageReader } from './ImageReader.tsx';
import { type ExampleProps, LaneAnswer, Sign } from './parts.tsx';

interface ImageExampleProps extends ExampleProps {
  readonly side: number;
  /** The pixel of each number, in the order of reading. */
  readonly order: Uint32Array;
  /** Of the classes. */
  readonly names: readonly string[];
}

/** A digit as it is read, and how likely each lane finds every class. */
export function ImageExample({ examples, sizes, sequence, styles, side, order, names }: ImageExampleProps) {
  const image = useMemo(() => imageOf(examples, sizes, sequence, order), [examples, sizes, sequence, order]);
  const target = targetsOf(examples, sizes, sequence)[0] ?? 0;
  return (
    <div className="image-example">
      <ImageReader
        // Another digit is read from its start.
        key={sequence}
        image={image}
        side={side}
        order={order}
        steps={sizes.steps}
        name={names[target] ?? ''}
      />
      <ul className="lane-answers" aria-label="Answers">
        {styles.map((style, lane) => {
          const logits = readoutAt(examples, sizes, lane, sequence, 0);
          return (
            <LaneAnswer key={style.name} style={style}>
              {logits && (
                <ClassBars
                  probabilities={probabilitiesOf(logits)}
                  target={target}
                  names={names}
                  colour={style.colour}
                />
              )}
            </LaneAnswer>
          );
        })}
      </ul>
    </div>
  );
}

interface ClassBarsProps {
  readonly probabilities: Float64Array; // [classes]
  readonly target: number;
  readonly names: readonly string[];
  readonly colour: string;
}

/** How likely a lane finds each class, as bars; the right one is framed. */
function ClassBars({ probabilities, target, names, colour }: ClassBarsProps) {
  const [guess] = likeliest(probabilities, 1);
  if (guess === undefined) return <p className="answer-text">no number</p>;
  return (
    <>
      <div
        className="class-bars"
        role="img"
        aria-label={names
          .map((name, index) => `${name}: ${percentText(probabilities[index] ?? 0)}`)
          .join(', ')}
      >
        {names.map((name, index) => (
          <span key={name} data-target={index === target} title={percentText(probabilities[index] ?? 0)}>
            <span className="class-bar">
              <span style={{ height: `${100 * (probabilities[index] ?? 0)}%`, background: colour }} />
            </span>
            {name}
          </span>
        ))}
      </div>
      <p className="answer-text">
        says <b>{names[guess]}</b> with {percentText(probabilities[guess] ?? 0)}{' '}
        <Sign right={guess === target} />
        {guess !== target && (
          <>
            {' '}
            {names[target]} gets {percentText(probabilities[target] ?? 0)}
          </>
        )}
      </p>
    </>
  );
}
