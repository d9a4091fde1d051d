/**
 * Whether the page stays as it is for a long time: npx tsx bench/soak.ts ['<link>' [minutes [resets [shapes]]]]. Plays the link in
 * Chromium with the view of the network's inside open, then resets and changes the shape again and again. Prints JSON lines: JavaScript
 * heaps of page and workers after a collection, GPU buffers and their bytes, how long the main thread lets a timer wait, and the step.
 */
import { type CDPSession, chromium } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '../scripts/browsers.mjs';
import { buildSite, serveSite } from '../scripts/site.ts';

const [link = 'engine=webgpu', ...numbers] = process.argv.slice(2);
const [minutes = 30, resets = 1000, shapes = 200] = numbers.map((text) => {
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`"${text}" must be a number, at least 0`);
  return value;
});
const SAMPLES = 30;

/** Runs in the worker that trains, before all else: counts the buffers that are there, and tells by a channel. */
const COUNT_BUFFERS = `{
  const live = new Map();
  const prototype = globalThis.GPUDevice?.prototype;
  if (prototype) {
    const create = prototype.createBuffer;
    prototype.createBuffer = function (descriptor) {
      const buffer = create.call(this, descriptor);
      live.set(buffer, descriptor.size);
      return buffer;
    };
    const destroy = GPUBuffer.prototype.destroy;
    GPUBuffer.prototype.destroy = function () {
      live.delete(this);
      return destroy.call(this);
    };
  }
  const channel = new BroadcastChannel('soak');
  channel.onmessage = ({ data }) => {
    if (data === 'count') {
      channel.postMessage({ buffers: live.size, bytes: [...live.values()].reduce((sum, size) => sum + size, 0) });
    }
  };
}`;

await buildSite();
const site = await serveSite();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: [...CHROMIUM_ARGS, '--js-flags=--expose-gc'],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
const page = await context.newPage();
await page.addInitScript('globalThis.__name = (named) => named');
await page.route('**/worker-*.js', async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, body: COUNT_BUFFERS + (await response.text()) });
});
const session: CDPSession = await context.newCDPSession(page);
await session.send('Performance.enable');

const button = (name: string) => page.getByRole('button', { name, exact: true });
const isReady = () => page.locator('.status-idle').waitFor({ timeout: 120_000 });
await page.goto(`${site.address}#${link}`);
await isReady();

async function sample(phase: string): Promise<void> {
  const seen = await page.evaluate(async () => {
    const channel = new BroadcastChannel('soak');
    const counted = new Promise<{ buffers: number; bytes: number }>((resolve) => {
      channel.onmessage = ({ data }) => {
        if (typeof data === 'object') resolve(data);
      };
    });
    channel.postMessage('count');
    const { buffers, bytes } = await counted;
    channel.close();
    // A timer of 0 ms, again and again: what comes on top is what others made it wait.
    let lag = 0;
    for (let turn = 0; turn < 50; turn++) {
      const started = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 0));
      lag = Math.max(lag, performance.now() - started);
    }
    (globalThis as unknown as { gc: () => void }).gc();
    return { buffers, bytes, lag: Math.round(lag), elements: document.querySelectorAll('*').length };
  });
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
  const step = Number((await page.getByTestId('step').textContent())?.replaceAll(',', ''));
  const line = {
    phase,
    minutes: Math.round(performance.now() / 600) / 100,
    step,
    heapMB: Math.round(heap / 1e5) / 10,
  };
  process.stdout.write(`${JSON.stringify({ ...line, ...seen })}\n`);
}

await button('Inside the network').click();
await button('Play').click();
await page.waitForTimeout(5000);
await sample('training');
for (let index = 0; minutes > 0 && index < SAMPLES; index++) {
  await page.waitForTimeout((minutes * 60_000) / SAMPLES);
  await sample('training');
}

for (let reset = 1; reset <= resets; reset++) {
  await button('Reset').click();
  await isReady();
  if (reset % Math.ceil(resets / 5) === 0) await sample(`${reset} resets`);
}
for (let shape = 1; shape <= shapes; shape++) {
  const hidden = 4 + (shape % 13);
  await page.getByLabel('Hidden', { exact: true }).fill(String(hidden));
  await page.keyboard.press('Enter');
  await page
    .locator(`.status:not(.status-idle)`)
    .waitFor({ timeout: 5000 })
    .catch(() => {});
  await isReady();
  if (shape % Math.ceil(shapes / 5) === 0) await sample(`${shape} shapes`);
}
await browser.close();
await site.close();
