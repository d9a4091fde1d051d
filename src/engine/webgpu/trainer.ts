import type { DispatchBudget } from './dispatchBudget.ts';
import type { Command, Submitter } from './submitter.ts';

/** Runs training steps in dispatches that are as long as this device was measured to allow. */
export class Trainer {
  readonly #submitter: Submitter;
  readonly #budget: DispatchBudget;
  readonly #plan: () => Promise<readonly Command[]>;
  #commands: readonly Command[];

  private constructor(
    submitter: Submitter,
    budget: DispatchBudget,
    plan: () => Promise<readonly Command[]>,
    commands: readonly Command[],
  ) {
    this.#submitter = submitter;
    this.#budget = budget;
    this.#plan = plan;
    this.#commands = commands;
  }

  /**
   * @param plan gives the commands of a step, within the budget as it is
   */
  static async create(
    submitter: Submitter,
    budget: DispatchBudget,
    plan: () => Promise<readonly Command[]>,
  ): Promise<Trainer> {
    return new Trainer(submitter, budget, plan, await plan());
  }

  /** Trains that many steps. Resolves when those that were measured are done, or else the training before. */
  async train(steps: number): Promise<void> {
    let left = steps;
    for (; left > 0 && this.#commands.some(this.#budget.measures); left--) {
      await this.#submitter.measure(this.#commands);
      if (this.#budget.endStep()) this.#commands = await this.#plan();
    }
    if (left > 0) await this.#submitter.train(this.#commands, left);
  }
}
