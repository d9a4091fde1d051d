import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../Icon.tsx';
import { showGuide, useWorkbench } from '../workbench.ts';
import { StepCard } from './StepCard.tsx';
import { STEPS } from './steps.tsx';
import '../styles/guide.css';

/** A walk through the method beside the charts; each step sets up an experiment that shows its idea. */
export default function Guide() {
  const number = useWorkbench((state) => state.view.guide) ?? 1;
  /** The choice made at each step, by its number; a step without one was looked at without a guess. */
  const [guesses, setGuesses] = useState<ReadonlyMap<number, number | null>>(new Map());
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(number);

  useEffect(() => {
    if (shown.current === number) return;
    shown.current = number;
    if (section.current) section.current.scrollTop = 0;
    // A screen reader goes on with the new step; whoever is elsewhere on the page stays there.
    if (section.current?.contains(document.activeElement)) heading.current?.focus({ preventScroll: true });
  }, [number]);

  const goTo = (next: number): void => {
    if (next >= 1 && next <= STEPS.length) showGuide(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === 'ArrowRight') goTo(number + 1);
    else if (event.key === 'ArrowLeft') goTo(number - 1);
    else return;
    event.preventDefault();
  };
  const step = STEPS[number - 1];
  if (step === undefined) return null;
  return (
    <section ref={section} className="panel guide" aria-label="Guide" onKeyDown={onKeyDown}>
      <div className="guide-head">
        <ol className="guide-steps" aria-label="Steps of the guide">
          {STEPS.map(({ title }, index) => (
            <li key={title}>
              <button
                type="button"
                className={index < number - 1 ? 'guide-passed' : undefined}
                aria-current={index === number - 1 ? 'step' : undefined}
                aria-label={`Step ${index + 1}: ${title}`}
                title={title}
                onClick={() => goTo(index + 1)}
              >
                {index + 1}
              </button>
            </li>
          ))}
        </ol>
        <button
          type="button"
          className="quiet"
          aria-label="Close the guide"
          onClick={() => {
            showGuide(null);
            document.querySelector<HTMLElement>('.guide-button')?.focus();
          }}
        >
          <Icon name="remove" />
        </button>
      </div>
      <h2 ref={heading} tabIndex={-1}>
        {step.title}
      </h2>
      <StepCard
        key={number}
        step={step}
        guess={guesses.get(number)}
        onGuess={(choice) => setGuesses((before) => new Map(before).set(number, choice))}
      />
      <nav className="guide-turn" aria-label="Turn the page">
        <button type="button" disabled={number === 1} onClick={() => goTo(number - 1)} title="Left arrow">
          Back
        </button>
        <span>
          {number} of {STEPS.length}
        </span>
        {number < STEPS.length ? (
          <button type="button" className="primary" onClick={() => goTo(number + 1)} title="Right arrow">
            Next
          </button>
        ) : (
          <button type="button" onClick={() => goTo(1)}>
            Start again
          </button>
        )}
      </nav>
    </section>
  );
}
