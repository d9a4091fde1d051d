import type { Engine } from '../../engine/engine.ts';
import { unlessAborted } from '../../engine/inTime.ts';
import type { TaskData } from '../../experiment/tasks/index.ts';
import type { GenerationSettings, SessionEvent, Watched } from '../protocol.ts';
import type { Clock } from './clock.ts';
import { lookAtExamples, lookAtTexts, lookInside } from './look.ts';
import { type EvaluationClock, generationDue, timed, watchDue } from './pacing.ts';

/** When something was last done, how long it took, and at which step. */
type Done = EvaluationClock & { readonly step: number };

interface OnlookerParts {
  readonly run: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly post: (event: SessionEvent) => void;
}

/** What a visitor watches of a run beside its metrics: the inside of the step to come, examples, and texts. */
export class Onlooker {
  readonly #parts: OnlookerParts;
  #watched: Watched = { inside: false, examples: false };
  /** How text is to be generated; null: not at all. */
  #settings: GenerationSettings | null = null;
  #looked: Done | null = null;
  #wrote: Done | null = null;

  constructor(parts: OnlookerParts) {
    this.#parts = parts;
  }

  watch(watched: Watched): void {
    this.#watched = watched;
    this.#looked = null;
  }

  generate(settings: GenerationSettings | null): void {
    this.#settings = settings;
    this.#wrote = null;
  }

  /** What was seen was another engine's. */
  forget(): void {
    this.#looked = null;
    this.#wrote = null;
  }

  get #isWatching(): boolean {
    return this.#watched.inside || this.#watched.examples;
  }

  /** Whether a paused run at that step is still to be looked at. */
  wantsLook(step: number): boolean {
    return this.#isWatching && this.#looked?.step !== step;
  }

  /** Whether it is time for a look while the run trains. */
  get isLookDue(): boolean {
    return this.#isWatching && watchDue(this.#looked, this.#parts.clock.now());
  }

  #writes(data: TaskData | null): boolean {
    return this.#settings !== null && data?.kind === 'text';
  }

  /** Whether a paused run at that step is still to write a text. */
  wantsText(step: number, data: TaskData | null): boolean {
    return this.#writes(data) && this.#wrote?.step !== step;
  }

  /** Whether it is time for a text while the run trains. */
  isTextDue(data: TaskData | null): boolean {
    return this.#writes(data) && generationDue(this.#wrote, this.#parts.clock.now());
  }

  /** Posts what is watched. The engine then has its step and its state, but not the metrics that were not read. */
  async look(engine: Engine, data: TaskData | null): Promise<void> {
    const { run, clock, signal, post } = this.#parts;
    const { inside, examples } = this.#watched;
    const { step } = engine;
    const done = await timed(clock, async () => {
      if (inside) post({ type: 'inside', run, ...(await unlessAborted(lookInside(engine, data), signal)) });
      if (examples) {
        const seen = await unlessAborted(lookAtExamples(engine, data), signal);
        post({ type: 'examples', run, step, ...seen });
      }
    });
    this.#looked = { ...done, step };
  }

  /**
   * Has every lane write a text and posts the texts.
   * @param goOn asked after every lane; false: nothing is posted
   */
  async write(engine: Engine, data: TaskData | null, goOn: () => Promise<boolean>): Promise<void> {
    const { run, clock, signal, post } = this.#parts;
    const settings = this.#settings;
    if (data?.kind !== 'text' || settings === null) return;
    const { step } = engine;
    let texts: readonly string[] | null = null;
    const done = await timed(clock, async () => {
      texts = await unlessAborted(lookAtTexts(engine, data, settings, goOn), signal);
    });
    if (texts === null) return;
    this.#wrote = { ...done, step };
    post({ type: 'generated', run, step, settings, texts });
  }
}
