/**
 * How smooth the page stays while it trains: npx tsx bench/smoothness.ts ['<link>' [seconds]]. Opens the built page in Chromium,
 * plays, clicks the title of a chart every half second, and prints percentiles of three things as JSON lines: tasks of the main thread over
 * 50 ms, time between frames, and time from an input to the next paint (Event Timing). Where the machine has no GPU, its cores
 * play one too: `engine=cpu` in the link leaves the choice to the page's own engine.
 */
import { chromium } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '../scripts/browsers.mjs';
import { buildSite, serveSite } from '../scripts/site.ts';
import { percentile } from './percentile.ts';

/** What the page notes down of itself, in milliseconds. */
interface Notes {
  readonly tasks: number[];
  readonly frames: number[];
  readonly inputs: number[];
}

declare global {
  interface Window {
    notes: Notes;
  }
}

/** The largest bundled experiment by time of a training step. */
const LARGEST = 'preset=all-pixels';
/** Milliseconds after Play that loading and first drawings may take. */
const WARM_UP = 5000;
const CLICK_INTERVAL = 500;

const [link = LARGEST, wanted = '30'] = process.argv.slice(2);
const seconds = Number(wanted);
if (!(seconds > 0)) throw new Error(`seconds is ${wanted}: it must be a number above 0`);

await buildSite();
const site = await serveSite();
const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_ARGS] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
// tsx names functions by a helper of its own, which pages do not have.
await page.addInitScript('globalThis.__name = (named) => named');
await page.goto(`${site.address}#${link}`);
await page.locator('.status-idle').waitFor({ timeout: 120_000 });
await page.getByRole('button', { name: 'Play', exact: true }).click();
await page.waitForTimeout(WARM_UP);

await page.evaluate(() => {
  const notes: Notes = { tasks: [], frames: [], inputs: [] };
  window.notes = notes;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) notes.tasks.push(duration);
  }).observe({ type: 'longtask' });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) notes.inputs.push(duration);
    // Entries below the threshold are not told: 16 ms is the least that can be asked for.
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  let last = performance.now();
  const frame = (now: number): void => {
    notes.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
const step = async (): Promise<number> =>
  Number((await page.getByTestId('step').textContent())?.replaceAll(',', ''));
const before = await step();
const heading = page.getByRole('heading', { level: 2 }).first();
let clicks = 0;
for (const started = performance.now(); performance.now() - started < seconds * 1000; clicks++) {
  await heading.click();
  await page.waitForTimeout(CLICK_INTERVAL);
}
const after = await step();
const { tasks, frames, inputs } = await page.evaluate(() => window.notes);
await browser.close();
await site.close();

const print = (line: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const rounded = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(10 * value) / 10;

/** @param values in milliseconds */
function percentiles(name: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(percentile(sorted, share));
  print({ name, count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), largest: at(1) });
}

print({ link, seconds, clicks, stepsPerSecond: rounded((after - before) / seconds) });
percentiles('tasks over 50 ms', tasks);
percentiles('time between frames', frames);
percentiles('inputs, those of 16 ms or more', inputs);
