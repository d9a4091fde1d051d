import { promisifyRequest } from 'idb-keyval';
import { inTime } from '../../engine/inTime.ts';

/** Milliseconds. Safari has left a page without any answer for good (WebKit bug 226547). */
const OPEN_LIMIT = 10_000;
/** Milliseconds for what is done in one go: a slow phone takes some seconds for a large run. */
const TRANSACTION_LIMIT = 60_000;

const noAnswer = () => new Error('Its storage does not answer.');

/** One object store of the browser's IndexedDB. What went wrong once is opened anew at the next use. */
export class Database {
  readonly #name: string;
  readonly #store: string;
  #opened: Promise<IDBDatabase> | null = null;
  /** What `#opened` gave. */
  #database: IDBDatabase | null = null;

  constructor(name: string, store: string) {
    this.#name = name;
    this.#store = store;
  }

  /**
   * Runs a transaction: all of it happens or nothing, and nothing of another one in between.
   * @param action may await requests of the store only: a transaction ends where it waits for anything else
   * @throws what the action throws, or why the browser keeps nothing
   */
  async transact<Result>(
    mode: IDBTransactionMode,
    action: (store: IDBObjectStore) => Promise<Result>,
  ): Promise<Result> {
    const transaction = await this.#begin(mode);
    try {
      return await inTime(this.#run(transaction, action), TRANSACTION_LIMIT, noAnswer);
    } catch (error) {
      abort(transaction);
      this.#close(transaction.db);
      throw error;
    }
  }

  async #run<Result>(
    transaction: IDBTransaction,
    action: (store: IDBObjectStore) => Promise<Result>,
  ): Promise<Result> {
    const done = promisifyRequest(transaction);
    done.catch(() => {});
    const result = await action(transaction.objectStore(this.#store)).catch((error: unknown) => {
      // Requests of a transaction that the browser ended say no more than that; the transaction says why.
      throw transaction.error ?? error;
    });
    // A page that is closed right after this has still written.
    transaction.commit?.();
    await done;
    return result;
  }

  /** A handle that the browser has closed without a word throws here. */
  async #begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
    const database = await this.#open();
    try {
      return database.transaction(this.#store, mode);
    } catch {
      this.#close(database);
      return (await this.#open()).transaction(this.#store, mode);
    }
  }

  #open(): Promise<IDBDatabase> {
    if (this.#opened) return this.#opened;
    this.#opened = this.#openNow().then(
      (database) => {
        this.#database = database;
        database.onclose = () => this.#close(database);
        // Whoever wants to delete or change the database would wait for as long as it is open here.
        database.onversionchange = () => this.#close(database);
        return database;
      },
      (error: unknown) => {
        this.#opened = null;
        throw error;
      },
    );
    return this.#opened;
  }

  async #openNow(): Promise<IDBDatabase> {
    const database = await this.#request();
    if (database.objectStoreNames.contains(this.#store)) return database;
    // One that was left without its store can only be mended by a new version.
    const { version } = database;
    database.close();
    return this.#request(version + 1);
  }

  #request(version?: number): Promise<IDBDatabase> {
    const request = indexedDB.open(this.#name, version);
    request.onupgradeneeded = () => {
      const { result } = request;
      if (!result.objectStoreNames.contains(this.#store)) result.createObjectStore(this.#store);
    };
    return inTime(promisifyRequest(request), OPEN_LIMIT, noAnswer, (database) => database.close());
  }

  #close(database: IDBDatabase): void {
    database.close();
    if (this.#database !== database) return;
    this.#database = null;
    this.#opened = null;
  }
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}
