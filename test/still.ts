import { expect } from 'vitest';

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
