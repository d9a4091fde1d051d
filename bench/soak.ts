/**
 * Whether the page stays as it is for a long time: npx tsx bench/soak.ts ['<link>' [minutes [resets [shapes]]]]. Plays the link in
 * Chromium with the view of the network's inside open, then resets and changes the shape again and again. Prints JSON lines: JavaScript
 * heaps of page and worker after a collection, GPU buffers and their bytes, how long the main thread lets a timer wait, and the step;
 * at the end the first and the last of each part as a table in Markdown. Exits 1 where something grew: see `growth`.
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
    if (data !== 'count') return;
    const bytes = [...live.values()].reduce((sum, size) => sum + size, 0);
    channel.postMessage({ buffers: live.size, bytes });
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

/** The session of the worker that trains, which lives as long as the page. */
let workerSession: string | null = null;
session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
  if (targetInfo.type === 'worker' && /\/worker-/.test(targetInfo.url)) workerSession = sessionId;
});
await session.send('Target.setAutoAttach', {
  autoAttach: true,
  waitForDebuggerOnStart: false,
  flatten: false,
});

let asked = 0;
/** Asks the worker by the protocol of the developer tools: its page's own metrics leave it out. */
async function askWorker(method: string): Promise<Readonly<Record<string, unknown>>> {
  if (workerSession === null) throw new Error('The worker that trains was not found.');
  const id = ++asked;
  const sessionId = workerSession;
  const answer = new Promise<Readonly<Record<string, unknown>>>((resolve) => {
    const listen = ({ message }: { message: string }): void => {
      const received = JSON.parse(message) as { id?: number; result?: Readonly<Record<string, unknown>> };
      if (received.id !== id) return;
      session.off('Target.receivedMessageFromTarget', listen);
      resolve(received.result ?? {});
    };
    session.on('Target.receivedMessageFromTarget', listen);
  });
  await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  return answer;
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const isReady = () => page.locator('.status-idle').waitFor({ timeout: 120_000 });
await page.goto(`${site.address}#${link}`);
await isReady();

interface Sample {
  readonly phase: string;
  readonly minutes: number;
  readonly step: number;
  /** JavaScript heap of the page, megabytes. */
  readonly heapMB: number;
  /** JavaScript heap of the worker that trains, megabytes. */
  readonly workerHeapMB: number;
  readonly buffers: number;
  readonly bufferMB: number;
  /** The longest wait of a timer, milliseconds. */
  readonly lag: number;
  /** Elements of the page. */
  readonly elements: number;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
const samples: Sample[] = [];

async function sample(phase: string): Promise<void> {
  const seen = await page.evaluate(async () => {
    const channel = new BroadcastChannel('soak');
    const counted = new Promise<{ buffers: number; bytes: number }>((resolve) => {
      channel.onmessage = ({ data }) => {
        if (typeof data === 'object') resolve(data);
      };
    });
    channel.postMessage('count');
    const counts = await counted;
    channel.close();
    // A timer of 0 ms, again and again: what comes on top is what others made it wait.
    let lag = 0;
    for (let turn = 0; turn < 50; turn++) {
      const started = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 0));
      lag = Math.max(lag, performance.now() - started);
    }
    (globalThis as unknown as { gc: () => void }).gc();
    return { ...counts, lag: Math.round(lag), elements: document.querySelectorAll('*').length };
  });
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
  await askWorker('HeapProfiler.collectGarbage');
  const { usedSize } = await askWorker('Runtime.getHeapUsage');
  const step = Number((await page.getByTestId('step').textContent())?.replaceAll(',', ''));
  const line: Sample = {
    phase,
    minutes: Math.round(performance.now() / 600) / 100,
    step,
    heapMB: megabytes(heap),
    workerHeapMB: megabytes(Number(usedSize)),
    buffers: seen.buffers,
    bufferMB: megabytes(seen.bytes),
    lag: seen.lag,
    elements: seen.elements,
  };
  samples.push(line);
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await button('Inside the network').click();
await button('Play').click();
await page.waitForTimeout(5000);
await sample('training');
for (let index = 0; minutes > 0 && index < SAMPLES; index++) {
  await page.waitForTimeout((minutes * 60_000) / SAMPLES);
  await sample('training');
}

/** Does something again and again, with a sample before and now and then. */
async function repeat(phase: string, times: number, act: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 1; turn <= times; turn++) {
    await act(turn);
    if (turn === 1 || turn % Math.ceil(times / 5) === 0) await sample(phase);
  }
}

/** Does something that makes another engine, and waits until that stands ready: seen from within, for it may not take long. */
async function madeAnew(act: () => Promise<void>): Promise<void> {
  const ready = await page.evaluateHandle(() => {
    let preparing = false;
    const made = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector('.status-preparing') !== null) preparing = true;
        else if (preparing && document.querySelector('.status-idle') !== null) {
          observer.disconnect();
          resolve();
        }
      });
      observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] });
    });
    return { made };
  });
  await act();
  await ready.evaluate(({ made }) => made);
  await ready.dispose();
}

await repeat('resets', resets, () => madeAnew(() => button('Reset').click()));
await repeat('shapes', shapes, (shape) =>
  madeAnew(() => page.getByLabel('Hidden', { exact: true }).fill(String(4 + (shape % 13)))),
);
await browser.close();
await site.close();

/** Parts of the run with the samples that begin and end each. */
const parts = ['training', 'resets', 'shapes'].flatMap((phase) => {
  const [first, ...others] = samples.filter((each) => each.phase === phase);
  const last = others.at(-1);
  return first && last ? [{ phase, first, last }] : [];
});
const columns = ['step', 'heapMB', 'workerHeapMB', 'buffers', 'bufferMB', 'lag', 'elements'] as const;
const lines = parts.map(({ phase, first, last }) => {
  const time = (last.minutes - first.minutes).toFixed(1);
  const cells = columns.map((key) => `${first[key]} → ${last[key]}`);
  return `| ${phase}, ${time} minutes | ${cells.join(' | ')} |`;
});
const heads = [
  ...['part', 'step', 'heap of the page, MB', 'heap of the worker, MB', 'GPU buffers', 'their MB'],
  ...['longest wait of a timer, ms', 'elements'],
];
console.error([`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...lines].join('\n'));

/** Buffers that stand by for reading come and go. */
const STANDING_BY = 3;
/** What grew by more than noise: heaps by half and 10 MB. */
const growth = parts.flatMap(({ phase, first, last }) => {
  const heaps = (['heapMB', 'workerHeapMB'] as const).filter((key) => last[key] > 1.5 * first[key] + 10);
  const grown = [...heaps, ...(last.buffers > first.buffers + STANDING_BY ? ['buffers'] : [])];
  return grown.map((key) => `${phase}: ${key} grew`);
});
if (growth.length > 0) {
  console.error(growth.join('\n'));
  process.exitCode = 1;
}
