import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  curves,
  isReady,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  reaches,
  SMALL,
  standsStill,
  step,
} from './support.ts';

const chart = (quantity: string) => page.locator(`.chart[data-quantity=${quantity}]`);
const rows = (quantity: string): Promise<number> =>
  chart(quantity)
    .locator('.chart-area')
    .getAttribute('data-rows')
    .then((count) => Number(count));
const paths = (quantity: string) => chart(quantity).locator('path.curve');
/** Curves of earlier runs that are drawn. */
const faint = (quantity: string): Promise<number> => chart(quantity).locator('path.curve-earlier').count();

/** Trains to a step and pauses; the first chart has then drawn the last step. */
async function train(steps: number): Promise<void> {
  await button('Play').click();
  await reaches(steps);
  await button('Pause').click();
  const done = (await standsStill()).toLocaleString('en');
  await expect.poll(() => page.locator('.reading-head b').first().textContent()).toBe(`step ${done}`);
}

/** What a button saves, with the name of the file. */
async function saved(click: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

describe('charts', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('loss and measure are open at first; norms are drawn once they are chosen, and no longer than that', async () => {
    await openLink(`#${SMALL}&lane=sgd&lane=path&lane=adam`);
    await isReady();
    expect(await page.locator('.chart').count()).toBe(2);
    await page.getByRole('checkbox', { name: 'Path norm' }).check();
    await page.getByRole('checkbox', { name: 'Gradient norm' }).check();
    await train(60);
    for (const quantity of ['loss', 'metric', 'gradientNorm', 'pathNormLog2']) {
      await expect.poll(() => paths(quantity).count()).toBe(3);
    }
    const log = await paths('pathNormLog2').first().getAttribute('d');
    await chart('pathNormLog2').getByRole('radio', { name: 'Linear' }).check();
    await expect.poll(() => paths('pathNormLog2').first().getAttribute('d')).not.toBe(log);
    expect(await chart('pathNormLog2').locator('.reading b').allTextContents()).not.toContain('–');
    await page.getByRole('checkbox', { name: 'Path norm' }).uncheck();
    expect(await page.locator('.chart').count()).toBe(3);
  });

  test('a link leaves charts out by name', async () => {
    await openLink(`#${SMALL}&hide=loss&hide=gradient&hide=path`);
    await isReady();
    expect(await page.locator('.chart').count()).toBe(1);
    expect(await page.getByRole('checkbox', { name: 'Loss' }).count()).toBe(0);
  });

  test('a lane is left out of all charts by its legend, and comes back', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await train(60);
    const entry = page.locator('.legend').getByRole('button', { name: /^SGD/ });
    expect(await entry.getAttribute('aria-pressed')).toBe('true');
    await entry.press('Enter');
    expect(await entry.getAttribute('aria-pressed')).toBe('false');
    for (const quantity of ['loss', 'metric'] as const) {
      await expect.poll(() => curves(quantity).then(({ length }) => length)).toBe(1);
      expect(await chart(quantity).locator('.reading li').count()).toBe(1);
    }
    await entry.press('Enter');
    await expect.poll(() => curves('loss').then(({ length }) => length)).toBe(2);
  });

  test('steps, examples and seconds, linear and logarithmic', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await train(200);
    const head = chart('loss').locator('.reading-head b');
    const axis = chart('loss').locator('.axis-label');
    const done = await step();
    const seen = [await curves('loss')];
    await page.getByLabel('Against').selectOption('examples');
    await expect.poll(() => axis.textContent()).toBe('examples seen');
    expect(await head.textContent()).toContain(`${(4 * done).toLocaleString('en')} examples`);
    await page.getByLabel('Against').selectOption('seconds');
    await expect.poll(() => axis.textContent()).toBe('seconds of training');
    expect(await head.textContent()).toMatch(/^[\d.,]+ s, step/);
    expect(await page.locator('.chart-note').first().textContent()).toMatch(
      /all lanes together.*a step of Path-SGD takes some 5 to 10 % longer/,
    );
    // Where one chart is read, by pointer or keys, the other is too.
    await page.getByLabel('Against').selectOption('steps');
    const heads = () => page.locator('.reading-head b').allTextContents();
    const latest = `step ${done.toLocaleString('en')}`;
    await expect.poll(heads).toEqual([latest, latest]);
    await chart('metric').locator('.chart-area').hover();
    await expect.poll(async () => (await heads())[0]).not.toBe(latest);
    const [first, second] = await heads();
    expect(second).toBe(first);
    expect(await page.locator('circle.chart-cursor').count()).toBe(4);
    await page.mouse.move(0, 0);
    await expect.poll(heads).toEqual([latest, latest]);
    await chart('loss').locator('svg.recharts-surface').focus();
    const reads = async (key: string, is: (step: number) => boolean): Promise<number> => {
      await page.keyboard.press(key);
      const steps = async () => (await heads()).map((head) => Number(head.replace(/\D/g, '')));
      await expect.poll(async () => (await steps()).every(is)).toBe(true);
      return (await steps())[0] as number;
    };
    const start = await reads('Home', (at) => at < done / 10);
    await reads('ArrowRight', (at) => at > start && at < done / 5);
    await reads('ArrowLeft', (at) => at === start);
    await reads('End', (at) => at === done);
    await page.getByLabel('Against').selectOption('seconds');
    for (const change of [
      () => page.getByRole('checkbox', { name: 'Log horizontal axis' }).check(),
      // A longer mean is the usual one until some 500 steps.
      () => page.getByLabel('Smooth').fill('1'),
      () => page.getByLabel('Smooth').fill('0'),
    ]) {
      const before = await curves('loss');
      await change();
      await expect.poll(() => curves('loss')).not.toEqual(before);
      seen.push(await curves('loss'));
    }
    expect(new Set(seen.map((each) => each.join())).size).toBe(seen.length);
  });

  test('earlier runs stay as faint curves: they are hovered, hidden, named, kept and removed', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    expect(await page.locator('.earlier-runs').count()).toBe(0);
    await train(100);
    await page.getByLabel('Hidden', { exact: true }).fill('12');
    await isReady();
    await expect.poll(() => faint('loss')).toBe(2);
    await train(30);
    const list = page.getByRole('list', { name: 'Earlier runs' });
    const name = list.getByLabel('Name of run 1');
    expect(await name.inputValue()).toBe('hidden 8');

    // Somewhere along a column of the chart the pointer meets one of the two.
    const area = chart('loss').locator('.chart-area');
    const { height = 0, width = 0 } = (await area.boundingBox()) ?? {};
    const reading = chart('loss').locator('.reading-earlier');
    let read = '';
    for (let y = 20; y < height - 40 && !read.startsWith(' earlier'); y += 15) {
      await area.hover({ position: { x: width / 3, y } });
      // A busy browser draws what is pointed at a little later.
      await page.waitForTimeout(100);
      read = (await reading.textContent()) ?? '';
    }
    expect(read).toMatch(/^ earlier: hidden 8, .*: [\d.e-]+$/);

    await name.fill('the small one');
    await name.press('Enter');
    await list.getByRole('checkbox', { name: 'Keep run 1' }).check();
    await list.getByRole('checkbox', { name: 'Show run 1' }).uncheck();
    await expect.poll(() => faint('loss')).toBe(0);
    await list.getByRole('checkbox', { name: 'Show run 1' }).check();
    await expect.poll(() => faint('loss')).toBe(2);

    // Its loss means something else in another task.
    await page.getByLabel('Terms').fill('3');
    await isReady();
    expect(await name.inputValue()).toBe('the small one');
    await expect.poll(() => faint('loss')).toBe(0);
    expect(await list.textContent()).toContain('cannot be compared');
    await list.getByRole('button', { name: 'Remove run 1' }).click();
    expect(await page.getByLabel('Name of run 1').count()).toBe(0);
  });

  test('the numbers stand in a table that scrolls inside itself', async () => {
    await closePage();
    await openPage({ width: 360, height: 800 });
    await openLink(`#${SMALL}&lane=sgd&lane=path&lane=adam&lane=path2&lane=rmsprop`);
    await isReady();
    await train(300);
    await chart('loss').locator('summary', { hasText: 'Table' }).click();
    const table = page.getByRole('region', { name: /^Loss, mean squared error/ });
    await table.waitFor();
    const count = await table.locator('tbody tr').count();
    expect(count).toBeGreaterThan(20);
    expect(count).toBeLessThanOrEqual(50);
    const last = await table.locator('tbody tr').last().locator('th').textContent();
    expect(last).toBe((await step()).toLocaleString('en'));
    // The last numbers are those that the chart reads.
    const cells = await table.locator('tbody tr').last().locator('td').allTextContents();
    const read = await chart('loss').locator('.reading li b').allTextContents();
    expect(cells.filter((_, index) => index >= 2 && index % 2 === 0)).toEqual(read);
    expect(read).toHaveLength(5);
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  test('charts and the run are saved as pictures and numbers', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await train(150);
    const done = await step();
    const save = chart('loss').locator('.chart-more', { hasText: 'Save' });
    await save.locator('summary').click();
    const press = (name: string) => saved(() => save.getByRole('button', { name, exact: true }).click());

    const svg = await press('SVG');
    expect(svg.name).toBe(`path-sgd-adding-loss-step-${done}.svg`);
    const text = svg.bytes.toString();
    expect(text).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(text).not.toMatch(/var\(|class=|NaN/);
    for (const name of [
      'Loss',
      'mean squared error',
      'SGD, rate 0.03',
      'Path-SGD, rate 0.003',
      'training steps',
    ])
      expect(text).toContain(`>${name}<`);
    expect(text).toMatch(/<rect [^>]*fill="#fff(fff)?"/);
    for (const [, id] of text.matchAll(/url\(#([^)]+)\)/g)) expect(text).toContain(`id="${id}"`);
    // Both lanes with their bands, and the circles of what is held out.
    expect(text.match(/<path [^>]*fill-opacity="0.13"/g)).toHaveLength(2);
    expect(text.match(/<path [^>]*stroke-width="2px"/g)).toHaveLength(2);
    expect(text.match(/<path [^>]*d="[^"]*a2.6,2.6 [^"]*"/g)).toHaveLength(2);
    await save.getByLabel('Background of pictures of Loss').selectOption('dark');
    expect((await press('SVG')).bytes.toString()).toContain('fill="#1a1e25"');
    const png = await press('PNG');
    expect([...png.bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(600);
    expect(png.bytes.length).toBeGreaterThan(10_000);

    const csv = (await press('CSV')).bytes.toString().trimEnd().split('\n');
    expect(csv[0]).toMatch(/^lane,name,set,first_step,step,examples,seconds,loss,/);
    // 1,024 groups of steps at most, each of a power of two of them.
    const group = 2 ** Math.max(0, Math.ceil(Math.log2(done / 1024)));
    expect(csv.filter((line) => line.includes('training'))).toHaveLength(2 * Math.ceil(done / group));
    const json = JSON.parse((await press('JSON')).bytes.toString());
    expect([json.format, json.version, json.quantity]).toEqual(['path-sgd-playground chart', 1, 'loss']);
    expect(json.lanes).toHaveLength(2);

    const run = await saved(() => button('Run as JSON').click());
    expect(run.name).toBe(`path-sgd-adding-run-step-${done}.json`);
    const record = JSON.parse(run.bytes.toString());
    expect([record.format, record.version, record.step]).toEqual(['path-sgd-playground run', 1, done]);
    expect(record.link).toBe(`#${SMALL}`);
    expect(record.engine.kind).toBe('cpu');
    expect(Object.keys(record.lanes[1])).toEqual(['loss', 'metric', 'gradientNorm', 'pathNormLog2']);
    const table = await saved(() => button('Run as CSV').click());
    expect(table.bytes.toString().split('\n')[0]).toContain('pathNormLog2');
  });

  test('a chart out of view is not drawn until it comes into view', async () => {
    await closePage();
    await openPage({ width: 360, height: 500 });
    await openLink(`#${SMALL}`);
    await isReady();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(300);
    const before = await rows('loss');
    await button('Play').click();
    await reaches((await step()) + 50);
    expect(await rows('loss')).toBe(before);
    await chart('loss').scrollIntoViewIfNeeded();
    await expect.poll(() => rows('loss')).toBeGreaterThan(before);
  });
});
