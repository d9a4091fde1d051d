/** A data file that is not what it should be: the message names the file, what is wrong and what to do. */
export class DamagedDataError extends Error {
  override readonly name = 'DamagedDataError';

  constructor(file: string, reason: string) {
    super(
      `${file} is damaged: ${reason}. Load it again; on your own machine, "npm run prepare-data" mends it.`,
    );
  }
}

/** Data that do not do for an experiment, or a text that cannot be read: the message says why, and what would do. */
export class UnfitDataError extends Error {
  override readonly name = 'UnfitDataError';
}
