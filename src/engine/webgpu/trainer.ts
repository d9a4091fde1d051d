import type { DispatchBudget } from './dispatchBudget.ts';
import type { Command, Submitter } from './submitter.ts';

/** Runs training steps in dispatches that are as long as this device was measured to allow. */
export class Trainer {
  readonly #submitter: Submitter;
  readonly #budget: DispatchBudget;
  readonly #commandsNow: () => Promise<readonly Command[]>;
  #commands: readonly Command[] = [];

  /**
   * @param commandsNow gives the commands of a step, within the budget as it is
   */
  constructor(submitter: Submitter, budget: DispatchBudget, commandsNow: () => Promise<readonly Command[]>) {
    this.#submitter = submitter;
    this.#budget = budget;
    this.#commandsNow = commandsNow;
  }

  /** Plans a step; to be called once before training. */
  async plan(): Promise<void> {
    this.#commands = await this.#commandsNow();
  }

  /** Trains that many steps. Resolves when those that were measured are done, or else the training before. */
  async train(steps: number): Promise<void> {
    let left = steps;
    for (; left > 0 && this.#commands.some(this.#budget.measures); left--) {
      await this.#submitter.measure(this.#commands);
      if (this.#budget.endStep()) await this.plan();
    }
    if (left > 0) await this.#submitter.train(this.#commands, left);
  }
}
