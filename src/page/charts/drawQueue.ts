/** Milliseconds between two drawings of the same thing, at least. */
const DRAW_INTERVAL = 100;
/** Share of the time that all drawing together, with what the browser does for it, may take as long as numbers come in. */
const DRAW_SHARE = 0.2;
/** Milliseconds that new numbers wait at most: one slow drawing says little about the next. */
const LONGEST_WAIT = 1000;

/** What the queue needs of a browser. */
export interface DrawTimer {
  now(): number;
  /** Calls back at the next frame that is shown. */
  frame(callback: () => void): void;
  /** Calls back after some milliseconds. */
  wait(callback: () => void, milliseconds: number): void;
}

/** One thing to draw, in its place in the queue. */
export interface DrawTurn {
  /**
   * Asks for a drawing, soon.
   * @param asked whether somebody waits for it, who has just made a choice
   */
  request(asked?: boolean): void;
  /** Leaves the queue. */
  leave(): void;
}

interface Entry {
  readonly draw: () => void;
  wanted: boolean;
  asked: boolean;
  /** When it was last drawn, and how long that took. */
  drawn: number;
  cost: number;
}

/** Draws one thing a frame, the one that has waited longest, and each at most ten times a second. */
export class DrawQueue {
  readonly #timer: DrawTimer;
  readonly #entries = new Set<Entry>();
  /** When the planned drawing is due; null: none is planned. */
  #planned: { readonly due: number } | null = null;

  constructor(timer: DrawTimer) {
    this.#timer = timer;
  }

  /** @param draw draws at once, so that its cost can be measured */
  join(draw: () => void): DrawTurn {
    const entry: Entry = { draw, wanted: false, asked: false, drawn: Number.NEGATIVE_INFINITY, cost: 0 };
    this.#entries.add(entry);
    return {
      request: (asked = false) => {
        entry.wanted = true;
        entry.asked ||= asked;
        this.#schedule();
      },
      leave: () => {
        this.#entries.delete(entry);
      },
    };
  }

  /** The one that is due first. */
  #next(): Entry | null {
    const wanted = [...this.#entries].filter((entry) => entry.wanted);
    return wanted.sort((one, other) => this.#due(one) - this.#due(other))[0] ?? null;
  }

  #due(entry: Entry): number {
    const cost = [...this.#entries].reduce((sum, each) => sum + each.cost, 0);
    const share = entry.asked ? 0 : Math.min(LONGEST_WAIT, cost / DRAW_SHARE);
    return entry.drawn + Math.max(DRAW_INTERVAL, share);
  }

  #schedule(): void {
    const entry = this.#next();
    if (entry === null) return;
    const now = this.#timer.now();
    const due = Math.max(now, this.#due(entry));
    // What somebody waits for comes before what was planned for later.
    if (this.#planned && this.#planned.due <= due) return;
    const plan = { due };
    this.#planned = plan;
    const onFrame = (): void =>
      this.#timer.frame(() => {
        if (this.#planned === plan) this.#draw();
      });
    if (due > now) this.#timer.wait(onFrame, due - now);
    else onFrame();
  }

  #draw(): void {
    this.#planned = null;
    const entry = this.#next();
    const started = this.#timer.now();
    // The one that this frame was meant for may have left.
    if (entry && this.#due(entry) <= started) {
      entry.wanted = false;
      entry.asked = false;
      entry.drawn = started;
      entry.draw();
      const measure = (): void => {
        entry.cost = this.#timer.now() - started;
      };
      measure();
      // Layout and paint of the frame come before the next task.
      this.#timer.wait(measure, 0);
    }
    this.#schedule();
  }
}
