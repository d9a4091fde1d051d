import { PRESETS } from '../../experiment/presets.ts';
import { Citation } from '../Citation.tsx';
import { PresetSketch } from '../gallery/PresetSketch.tsx';
import { openRoom } from '../rooms/Rooms.tsx';
import { hasView, openView } from '../Views.tsx';
import { openPreset, useWorkbench } from '../workbench.ts';
import type { GuideStep } from './step.ts';

interface StepCardProps {
  readonly step: GuideStep;
  /** Index of the choice made, null after a look without one, undefined before. */
  readonly guess: number | null | undefined;
  readonly onGuess: (choice: number | null) => void;
}

/** A step of the guide: idea, guess, experiment, and what it shows once a guess was made. */
export function StepCard({ step, guess, onGuess }: StepCardProps) {
  const { idea, preset, tryThis, shows, further, view, room, sources } = step;
  const isSetUp = useWorkbench((state) => state.view.preset === preset);
  const hidesRooms = useWorkbench((state) => state.view.hide.includes('rooms'));
  const answered = guess !== undefined;
  return (
    <>
      <div className="guide-idea">{idea}</div>
      <Prediction step={step} guess={guess} onGuess={onGuess} />
      <h3>Try it</h3>
      <p>{tryThis}</p>
      <div className="guide-actions">
        <button type="button" className={isSetUp ? undefined : 'primary'} onClick={() => openPreset(preset)}>
          {isSetUp ? 'Set it up again' : 'Set it up'}
        </button>
        {view && hasView(view.name) && (
          <button type="button" onClick={() => openView(view.name)}>
            {view.text}
          </button>
        )}
        {room && !hidesRooms && (
          <button type="button" onClick={() => openRoom({ name: room.name, settings: room.settings })}>
            {room.text}
          </button>
        )}
      </div>
      {answered && (
        <>
          <h3>What it shows</h3>
          <div className="guide-shows">{shows}</div>
          <PresetSketch name={preset} withLegend />
          {further && (
            <p className="guide-further">
              <button type="button" onClick={() => openPreset(further.preset)}>
                {PRESETS.get(further.preset)?.title}
              </button>
              <span>{further.text}</span>
            </p>
          )}
        </>
      )}
      <ul className="guide-sources" aria-label="Sources">
        {sources.map((source) => (
          <li key={source}>
            <Citation text={source} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The question of a step. The first guess counts: it is for the person who makes it, nothing keeps a score. */
function Prediction({ step: { question, choices, right }, guess, onGuess }: StepCardProps) {
  const answered = guess !== undefined;
  return (
    <fieldset className="guide-prediction">
      <legend>Predict</legend>
      <p>{question}</p>
      <div className="guide-choices">
        {choices.map((choice, index) => (
          <button
            key={choice}
            type="button"
            aria-pressed={guess === index}
            disabled={answered && guess !== index && index !== right}
            className={answered && index === right ? 'guide-right' : undefined}
            onClick={() => {
              if (!answered) onGuess(index);
            }}
          >
            <span>{choice}</span>
            {answered && index === right && <b>This is what happens</b>}
            {guess === index && index !== right && <b>Your guess</b>}
          </button>
        ))}
        {!answered && (
          <button type="button" className="guide-skip" onClick={() => onGuess(null)}>
            Tell me without a guess
          </button>
        )}
      </div>
      <p role="status" className="visually-hidden">
        {answered && guess !== null && (guess === right ? 'You were right.' : 'It turns out otherwise.')}
      </p>
    </fieldset>
  );
}
