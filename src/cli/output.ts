import { closeSync, openSync, writeSync } from 'node:fs';
import { BadInputError } from './arguments.ts';

/**
 * Where a command's JSON goes: standard output, a file, or both. A reader that closes the pipe (`| head`) is no
 * error: from then on nothing goes there.
 */
export class Output {
  readonly #file: number | null;
  #pipeOpen: boolean;
  #failure: Error | null = null;

  /**
   * @param path the file to write, or undefined for none
   * @param toStandardOutput whether standard output gets the same
   * @throws BadInputError where the file cannot be written
   */
  constructor(path: string | undefined, toStandardOutput: boolean) {
    this.#pipeOpen = toStandardOutput;
    try {
      this.#file = path === undefined ? null : openSync(path, 'w');
    } catch (error) {
      throw new BadInputError(
        `--out is "${path}": it must be a file that can be written (${error instanceof Error ? error.message : error})`,
      );
    }
    // Without a listener the error of a closed pipe would end the process.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#pipeOpen = false;
      if (error.code !== 'EPIPE') this.#failure = error;
    });
  }

  /** False once nobody is left to read. */
  get wanted(): boolean {
    return this.#file !== null || this.#pipeOpen;
  }

  /**
   * Resolves when the text has been handed over.
   * @throws Error where the disk is full, or standard output fails otherwise than by being closed
   */
  async write(text: string): Promise<void> {
    if (this.#file !== null) writeSync(this.#file, text);
    if (this.#pipeOpen) await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
  }
}
