const PREFIX = 'path-sgd-playground run ';

/**
 * Locks on the names of runs: a tab holds that of its own run for as long as it is open. Browsers give locks to pages from https and
 * localhost only; without them every name is free, and what runs say of themselves tells which tabs are open.
 */
export class NameLocks {
  readonly #manager: LockManager | undefined;

  constructor(manager: LockManager | undefined) {
    this.#manager = manager;
  }

  /** Whether the browser tells which tabs are open. */
  get available(): boolean {
    return this.#manager !== undefined;
  }

  /** The names that tabs hold, this one's too. */
  async held(): Promise<ReadonlySet<string>> {
    const held = (await this.#manager?.query())?.held ?? [];
    return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
  }

  /**
   * Holds a name until it is released, or until the tab ends.
   * @returns what releases it; null where another tab holds the name
   */
  async hold(name: string): Promise<(() => void) | null> {
    const manager = this.#manager;
    if (!manager) return () => {};
    return new Promise((resolve, reject) => {
      manager
        .request(
          PREFIX + name,
          { ifAvailable: true },
          (lock) =>
            new Promise<void>((release) => {
              resolve(lock && release);
              if (lock === null) release();
            }),
        )
        .catch(reject);
    });
  }
}
