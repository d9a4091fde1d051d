/** Milliseconds between two lines where standard error is no terminal. */
const QUIET_INTERVAL = 10_000;
const LIVE_INTERVAL = 100;

/** A duration as "12 s", "3 min 20 s" or "2 h 5 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** Progress on standard error: one live line on a terminal, else a line now and then. */
export class Progress {
  readonly #total: number;
  readonly #live = process.stderr.isTTY === true;
  #start: { readonly step: number; readonly at: number } | null = null;
  #shownAt = Number.NEGATIVE_INFINITY;
  #shownStep = -1;

  /** @param total steps of the whole run */
  constructor(total: number) {
    this.#total = total;
  }

  /**
   * @param step steps done
   * @param losses of the lanes that still train, at that step
   */
  show(step: number, losses: readonly number[]): void {
    const now = performance.now();
    // The first steps compile and warm up: they say nothing about the time left.
    this.#start ??= { step, at: now };
    const last = step >= this.#total;
    const due = now - this.#shownAt >= (this.#live ? LIVE_INTERVAL : QUIET_INTERVAL);
    if (!(due || last) || step === this.#shownStep) return;
    this.#shownAt = now;
    this.#shownStep = step;
    const elapsed = (now - this.#start.at) / 1000;
    const speed = elapsed > 0 ? (step - this.#start.step) / elapsed : 0;
    const parts = [`step ${step} of ${this.#total}`];
    if (losses.length > 0) parts.push(`loss ${losses.map((loss) => loss.toPrecision(3)).join(' ')}`);
    if (speed > 0) parts.push(`${speed.toPrecision(3)} steps/s`);
    if (speed > 0 && !last) parts.push(`${formatDuration((this.#total - step) / speed)} left`);
    const line = parts.join(', ');
    if (!this.#live) {
      process.stderr.write(`${line}\n`);
      return;
    }
    const width = Math.max(20, (process.stderr.columns || 80) - 1);
    process.stderr.write(`\r\u001b[K${line.length > width ? `${line.slice(0, width - 1)}…` : line}`);
  }

  /** Leaves the live line, so that what follows starts on a line of its own. */
  end(): void {
    if (this.#live && this.#shownStep >= 0) process.stderr.write('\n');
    this.#shownStep = -1;
  }
}
