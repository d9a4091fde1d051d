import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Of 19, which leaves others nearly everything, to 0, which shares with them alike. */
const NICENESS = 10;
const INTERVAL = 200;

/**
 * Has the threads that train in pages take what the rest leaves of the processor, where the system tells of threads (Linux): a run
 * trains for as long as its test looks at something else, and what a test waits for is mostly not the training.
 */
export function trainAtLowPriority(): void {
  const known = new Set<string>();
  setInterval(() => {
    for (const id of workersOf(process.pid)) {
      if (known.has(id)) continue;
      known.add(id);
      try {
        setPriority(Number(id), NICENESS);
      } catch {
        // It has ended.
      }
    }
  }, INTERVAL).unref();
}

/** Threads of workers in the pages of browsers that a process has started. */
function workersOf(ancestor: number): string[] {
  try {
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const parents = new Map(processes.map((id) => [id, parentOf(id)]));
    const isOurs = (id: string | undefined): boolean =>
      id !== undefined && (Number(id) === ancestor || isOurs(parents.get(id)));
    return processes
      .filter(isOurs)
      .flatMap((id) =>
        readdirSync(`/proc/${id}/task`).filter((thread) =>
          readFileSync(`/proc/${id}/task/${thread}/comm`, 'utf8').startsWith('DedicatedWorker'),
        ),
      );
  } catch {
    // Another system, or a process that has just ended.
    return [];
  }
}

/** The parent of a process; undefined where it has ended. */
function parentOf(id: string): string | undefined {
  try {
    return /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
