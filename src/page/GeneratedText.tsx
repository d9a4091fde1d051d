import { useEffect, useId, useState } from 'react';
import { TEMPERATURE } from '../engine/generate.ts';
import type { Experiment } from '../experiment/schema.ts';
import { generate, useRun } from '../session/page/runStore.ts';
import { laneStyles } from './laneStyle.ts';
import { formatCount } from './numbers.ts';
import { Swatch } from './Swatch.tsx';
import './styles/generated-text.css';

/** Characters that each lane writes. */
const CHARACTERS = 400;
/** Milliseconds that a change of the settings waits for the next one. */
const SETTINGS_DELAY = 150;
const FIRST_TEMPERATURE = 0.7;
const LONGEST_PROMPT = 200;

/** What each lane writes, again and again while it trains. Only an open panel costs time. */
export function GeneratedText({ experiment }: { readonly experiment: Experiment }) {
  const [open, setOpen] = useState(true);
  return (
    <details
      className="panel generated"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      aria-label="Generated text"
    >
      <summary>
        <h2>Generated text</h2>
      </summary>
      {open && <Texts experiment={experiment} />}
    </details>
  );
}

function Texts({ experiment }: { readonly experiment: Experiment }) {
  const [temperature, setTemperature] = useState(FIRST_TEMPERATURE);
  const [prompt, setPrompt] = useState('');
  const [sample, setSample] = useState(0);
  const generated = useRun((state) => state.generated);
  const temperatureId = useId();
  const promptId = useId();
  const styles = laneStyles(experiment);

  useEffect(() => {
    const settings = { temperature, prompt, sample, characters: CHARACTERS };
    const timer = setTimeout(() => generate(settings), SETTINGS_DELAY);
    return () => clearTimeout(timer);
  }, [temperature, prompt, sample]);
  useEffect(() => () => generate(null), []);

  return (
    <>
      <div className="generated-settings">
        <div className="field">
          <label htmlFor={temperatureId}>Temperature</label>
          <div className="field-row">
            <input
              id={temperatureId}
              type="range"
              min={TEMPERATURE.min}
              max={TEMPERATURE.max}
              step={0.05}
              value={temperature}
              onChange={(event) => setTemperature(Number(event.target.value))}
            />
            <output htmlFor={temperatureId}>{temperature.toFixed(2)}</output>
          </div>
        </div>
        <div className="field">
          <label htmlFor={promptId}>Begins with</label>
          <input
            id={promptId}
            type="text"
            value={prompt}
            maxLength={LONGEST_PROMPT}
            autoComplete="off"
            spellCheck={false}
            placeholder="a new line"
            onChange={(event) => setPrompt(event.target.value)}
          />
        </div>
        <button type="button" onClick={() => setSample(sample + 1)}>
          Another one
        </button>
      </div>
      <p className="panel-note">
        Each lane continues with characters drawn from its own answers, the same draws for all
        {generated ? `; after step ${formatCount(generated.step)}` : ''}. At temperature 0 it takes the
        likeliest character every time.
      </p>
      <div className="generated-texts">
        {styles.map((style, lane) => (
          <article key={style.name} aria-label={style.name}>
            <h3>
              <Swatch style={style} /> {style.name}
            </h3>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard. */}
            <p className="generated-text" tabIndex={0} style={{ borderColor: style.colour }}>
              {generated?.texts[lane] !== undefined && (
                <>
                  <b>{generated.settings.prompt}</b>
                  {generated.texts[lane]}
                </>
              )}
            </p>
          </article>
        ))}
      </div>
    </>
  );
}
