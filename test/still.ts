import { expect } from 'vitest';

/** In a page: the steps of the runs that its browser keeps. */
export function savedSteps(): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('path-sgd-playground');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const reading = database.transaction('runs').objectStore('runs').getAll();
      reading.onerror = () => reject(reading.error);
      reading.onsuccess = () => {
        database.close();
        // Beside the runs are the entries of their index.
        const kept = reading.result as { readonly checkpoint?: { readonly step: number } }[];
        resolve(kept.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint.step] : [])));
      };
    };
  });
}

/**
 * The step at which a paused run stands, once what was under way is done: on a busy machine a batch of steps takes longer
 * than from one reading to the next.
 * @param step reads the step that the page shows
 */
export async function standsStillAt(step: () => Promise<number>): Promise<number> {
  const seen: number[] = [];
  const stillFor = async (): Promise<number> => {
    const now = await step();
    if (seen.at(-1) !== now) seen.length = 0;
    return seen.push(now);
  };
  await expect.poll(stillFor, { interval: 600 }).toBeGreaterThan(3);
  return seen[0] as number;
}
