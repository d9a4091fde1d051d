import type { KernelName } from './kernels.ts';
import { SpeedMeter } from './speedMeter.ts';

/**
 * Operations of a dispatch before anything is measured, a time step of the largest network: 7 ms at 5 GFLOP/s, 10 to 40 ms where a
 * processor emulates the GPU (docs/performance.md).
 */
export const FIRST_DISPATCH = 36e6;
/** Kernels with shorter dispatches are not measured: they cannot be too long anywhere. */
const SHORT = FIRST_DISPATCH / 8;
const LEAST = FIRST_DISPATCH / 2 ** 9;
const MOST = 2 ** 36;
/** How many times as long as what was measured a dispatch may become. */
const GROWTH = 4;
/** Milliseconds that a dispatch is planned to take at most, on a GPU and where one is emulated. */
const LONGEST = 50;
const LONGEST_EMULATED = 100;
/** Milliseconds below which a clock tells nothing. */
const RESOLUTION = 2;
/** Milliseconds that news of finished work may come late (Firefox, bug 1870699). */
const LATENESS = 100;
/** Measurements of a kernel of which the fastest counts: the others may have come late. */
const REMEMBERED = 3;
/** Measured steps in a row, at most. */
const MOST_STEPS = 12;
/** Milliseconds of work over which a speed is taken, and the share of the best one below which a device has become slow. */
const WINDOW = 500;
const SLOW = 1 / 3;

/** Dispatches of one kernel that were submitted together, alone. */
interface Measured {
  readonly kernel: KernelName;
  readonly dispatches: number;
  /** Of all of them. */
  readonly operations: number;
  /** Whether they are parts of what could be one dispatch. */
  readonly isCut: boolean;
}

/** In powers of two, so that not every measurement changes the plan. */
const rounded = (operations: number): number =>
  FIRST_DISPATCH * 2 ** Math.floor(Math.log2(operations / FIRST_DISPATCH));

/**
 * How many operations a dispatch of each kernel may have on this device. It starts small; the first steps are measured, kernel by kernel,
 * and dispatches grow as long as they stay within what a desktop does not feel. A device that becomes much slower is measured anew.
 */
export class DispatchBudget {
  /** Milliseconds that a dispatch is planned to take at most. */
  readonly longest: number;
  readonly #fixed: number | undefined;
  readonly #budgets = new Map<KernelName, number>();
  /** Operations a millisecond of each kernel: the latest measurements. */
  readonly #speeds = new Map<KernelName, number[]>();
  /** Measurements of each kernel since its budget last changed. */
  readonly #unchanged = new Map<KernelName, number>();
  /** Milliseconds until news of no work at all. */
  #wait = Number.POSITIVE_INFINITY;
  #stepsLeft = MOST_STEPS;
  #changed = false;
  readonly #meter = new SpeedMeter(WINDOW);
  /** The best speed of training since dispatches were measured. */
  #best = 0;

  /**
   * @param emulated whether a processor emulates the GPU
   * @param fixed operations of a dispatch of any kernel, where nothing is to be measured
   */
  constructor(emulated: boolean, fixed?: number) {
    this.longest = emulated ? LONGEST_EMULATED : LONGEST;
    this.#fixed = fixed;
  }

  /** Most operations of a dispatch of that kernel, as far as its work can be split. */
  readonly operationsOf = (kernel: KernelName): number =>
    this.#budgets.get(kernel) ?? this.#fixed ?? FIRST_DISPATCH;

  /**
   * Whether a dispatch of the next step is to be measured: each measurement is a wait. A whole one is measured once, a part until the
   * budget has settled.
   */
  readonly measures = ({ kernel, operations, isCut }: Omit<Measured, 'dispatches'>): boolean => {
    if (this.#fixed !== undefined || this.#stepsLeft === 0 || operations < SHORT) return false;
    const enough = isCut ? REMEMBERED : 1;
    return (this.#unchanged.get(kernel) ?? 0) < enough;
  };

  /** Milliseconds that a dispatch takes, at most, by what was measured of its kernel; 0 where nothing was. */
  millisecondsOf(kernel: KernelName, operations: number): number {
    const speeds = this.#speeds.get(kernel);
    return speeds ? operations / Math.max(...speeds) : 0;
  }

  /** Notes the milliseconds until news of no work at all. */
  noteWait(milliseconds: number): void {
    this.#wait = Math.min(this.#wait, milliseconds);
  }

  /** Notes the milliseconds until news that dispatches of one kernel, submitted alone, were done. */
  note({ kernel, dispatches, operations, isCut }: Measured, milliseconds: number): void {
    const net = Math.max(RESOLUTION, milliseconds - Math.min(this.#wait, milliseconds));
    const speed = operations / net;
    // What no late news explains counts at once, and what was faster before does not.
    const isSlow = net > this.longest * dispatches + LATENESS;
    const speeds = isSlow ? [speed] : [...(this.#speeds.get(kernel) ?? []), speed].slice(-REMEMBERED);
    this.#speeds.set(kernel, speeds);
    const before = this.operationsOf(kernel);
    const most = Math.min(MOST, GROWTH * (operations / dispatches));
    const safe = Math.max(...speeds) * this.longest;
    const after = rounded(Math.max(LEAST, Math.min(safe, Math.max(most, before))));
    if (after === before) {
      // Parts that were cut before it last grew do not show how far it can.
      const isLate = isCut && operations / dispatches <= before / 2;
      if (!isLate) this.#unchanged.set(kernel, (this.#unchanged.get(kernel) ?? 0) + 1);
      return;
    }
    this.#unchanged.set(kernel, 0);
    this.#budgets.set(kernel, after);
    this.#changed = true;
  }

  /**
   * Ends a measured step.
   * @returns whether what a dispatch may have has changed, so that the step is to be planned anew
   */
  endStep(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    this.#stepsLeft--;
    return changed;
  }

  /** Notes work that was not measured by kernels. Where it has become slow, the next steps are measured. */
  noteTraining(operations: number, milliseconds: number): void {
    const speed = this.#meter.note(operations, milliseconds);
    if (speed === null) return;
    if (speed < SLOW * this.#best) {
      this.#stepsLeft = MOST_STEPS;
      this.#best = 0;
      this.#speeds.clear();
      this.#unchanged.clear();
    } else this.#best = Math.max(this.#best, speed);
  }
}
