import { closeSync, writeFileSync } from 'node:fs';
import { messageOf } from '../engine/engine.ts';
import { BadInputError } from './arguments.ts';
import {
  isFile,
  isStream,
  openOutput,
  type Replacement,
  replaceFile,
  takesFile,
  writeObstacle,
} from './files.ts';

/** The form of what is written. */
interface Form {
  /** Whether standard output gets the same as the file. */
  readonly toStandardOutput: boolean;
  /** Whether the file is of use only when it is whole: then it takes its place at the end. */
  readonly whole: boolean;
}

/** Lines that mean something each: they appear as they come, on standard output too. */
export const LINES: Form = { toStandardOutput: true, whole: false };
/** One text, which goes to the file or, where there is none, to standard output. */
export const ONE_TEXT: Form = { toStandardOutput: false, whole: true };

/**
 * Where a command's JSON goes: standard output, a file, or both. The file is opened when there is something to write, so that
 * a command that fails before leaves it as it was. A reader that closes its pipe (`| head`) is no error: from then
 * on nothing goes there.
 */
export class Output {
  readonly #path: string | null;
  readonly #whole: boolean;
  #file: number | null = null;
  #replacement: Replacement | null = null;
  #fileOpen: boolean;
  #pipeOpen: boolean;
  #opening = '';
  #failure: Error | null = null;

  /**
   * Says on standard error where a file is there that will be replaced.
   * @param path the file to write, or undefined for none
   * @throws BadInputError where it can be seen that the path cannot be written
   */
  constructor(path: string | undefined, { toStandardOutput, whole }: Form) {
    // As --out /dev/stdout, or > file with the same as --out: opened a second time, one would overwrite the other.
    const same = path !== undefined && isStream(path, 1);
    this.#path = path === undefined || same ? null : path;
    this.#fileOpen = this.#path !== null;
    this.#pipeOpen = toStandardOutput || this.#path === null;
    this.#whole = whole;
    // Without a listener the error of a closed pipe would end the process.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#pipeOpen = false;
      if (error.code !== 'EPIPE') this.#failure = error;
    });
    if (this.#path === null) return;
    const obstacle = writeObstacle(this.#path);
    if (obstacle !== null) throw refusal(this.#path, `it ${obstacle}`);
    if (!isFile(this.#path)) return;
    if (isStream(this.#path, 2)) throw refusal(this.#path, 'standard error goes there');
    process.stderr.write(`${this.#path} exists and will be replaced.\n`);
  }

  /** False once nobody is left to read. */
  get wanted(): boolean {
    return this.#fileOpen || this.#pipeOpen;
  }

  /** Keeps a text back until there is something to write after it. */
  open(text: string): void {
    this.#opening += text;
  }

  /**
   * Resolves when the text has been handed over.
   * @throws BadInputError where the file cannot be opened
   * @throws Error where the disk is full, or standard output fails otherwise than by being closed
   */
  async write(text: string): Promise<void> {
    if (text === '') return;
    const all = this.#opening + text;
    this.#opening = '';
    if (this.#fileOpen) await this.#writeToFile(all);
    if (this.#pipeOpen) await new Promise<void>((resolve) => process.stdout.write(all, () => resolve()));
    if (this.#failure) throw new Error(`Standard output cannot be written: ${this.#failure.message}`);
  }

  async #writeToFile(text: string): Promise<void> {
    const path = this.#path as string;
    this.#file ??= await this.#openFile(path);
    try {
      writeFileSync(this.#file, text);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') {
        this.#fileOpen = false;
        return;
      }
      this.abandon();
      throw new Error(`${path} could not be written: ${messageOf(error)}`);
    }
  }

  async #openFile(path: string): Promise<number> {
    try {
      if (this.#whole && takesFile(path)) {
        this.#replacement = replaceFile(path);
        return this.#replacement.file;
      }
    } catch {
      // A folder that takes no new file may hold one that can be written.
    }
    try {
      return await openOutput(path);
    } catch (error) {
      throw refusal(path, messageOf(error));
    }
  }

  /**
   * Ends the output: what is to be whole is in its place then.
   * @throws Error where it cannot be put there
   */
  async close(): Promise<void> {
    if (this.#opening !== '') {
      const opening = this.#opening;
      this.#opening = '';
      await this.write(opening);
    }
    if (this.#file === null) return;
    const [file, replacement] = [this.#file, this.#replacement];
    this.#file = null;
    this.#replacement = null;
    if (replacement) replacement.finish();
    else closeSync(file);
  }

  /** Gives up: a file that was to be whole leaves no trace. */
  abandon(): void {
    this.#fileOpen = false;
    this.#replacement?.abandon();
    this.#replacement = null;
    this.#file = null;
  }

  /**
   * Makes an output for some work, and ends it with the work.
   * @throws what the constructor, the work and `close` throw
   */
  static async during(
    path: string | undefined,
    form: Form,
    work: (output: Output) => Promise<void>,
  ): Promise<void> {
    const output = new Output(path, form);
    try {
      await work(output);
      await output.close();
    } catch (error) {
      output.abandon();
      throw error;
    }
  }
}

const refusal = (path: string, why: string): BadInputError =>
  new BadInputError(`--out is "${path}": it must be a file that can be written, but ${why}`);
