import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  curves,
  engine,
  faults,
  hash,
  isReady,
  movedCurves,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  pasteLink,
  READY_TIMEOUT,
  reaches,
  SMALL,
  standsStill,
  step,
} from './support.ts';

const LINK = `length=8&hidden=8&layers=2&batch=4&seed=7&lane=path2,rate:0.02,init:orthogonal,momentum:0.5&lane=sgd,clip:2&lane=path`;

const isRestored = async (link = LINK): Promise<void> => {
  await expect.poll(() => page.getByLabel('Layers').inputValue()).toBe('2');
  expect(await page.getByLabel('Length', { exact: true }).inputValue()).toBe('8');
  expect(await page.getByLabel('Hidden', { exact: true }).inputValue()).toBe('8');
  expect(await page.getByLabel('Batch', { exact: true }).inputValue()).toBe('4');
  expect(await page.getByLabel('Seed', { exact: true }).inputValue()).toBe('7');
  expect(await page.locator('.lane').count()).toBe(3);
  expect(await page.getByLabel('Optimizer of lane 1').inputValue()).toBe('path2');
  expect(await page.getByLabel('Rate of lane 1').inputValue()).toBe('0.02');
  expect(await page.getByLabel('Start of lane 1').inputValue()).toBe('orthogonal');
  await button('More settings of lane 1').click();
  expect(await page.getByLabel('Momentum of lane 1').inputValue()).toBe('0.5');
  await button('More settings of lane 2').click();
  expect(await page.getByLabel('Gradient clip of lane 2').inputValue()).toBe('2');
  expect(hash()).toBe(`#${link}`);
};

describe('with WebGPU', () => {
  beforeAll(() => openBrowser(true));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('Play moves both curves, Pause stops, Step makes one step, Reset goes back to 0', async () => {
    await openLink(`#${SMALL}&engine=webgpu`);
    await isReady();
    expect(await step()).toBe(0);
    expect(await engine().textContent()).toMatch(/^WebGPU, .*swiftshader/i);
    expect(await page.getByText('0.1667').count()).toBe(1);

    await button('Play').click();
    await reaches(20);
    const after = await movedCurves(await movedCurves([]));
    expect(after[0]).not.toBe(after[1]);
    expect(await curves('metric')).toHaveLength(2);
    expect(await page.locator('.status').textContent()).toMatch(/steps\/s/);
    await expect
      .poll(() => page.locator('.lane .number').allInnerTexts(), { timeout: 60_000 })
      .not.toContain('–');

    await button('Pause').click();
    const paused = await standsStill();

    await button('Step').click();
    await expect.poll(step).toBe(paused + 1);
    await page.waitForTimeout(300);
    expect(await step()).toBe(paused + 1);

    await button('Reset').click();
    await isReady();
    expect(await step()).toBe(0);
    expect(await page.locator('.lane .number').allInnerTexts()).toEqual(Array(8).fill('–'));
  });

  test('a link pasted into an open page restores the experiment, and its run is the same to the last digit', async () => {
    const oneStep = async (): Promise<string[]> => {
      await isReady();
      await button('Step').click();
      await expect.poll(step).toBe(1);
      await expect.poll(() => page.locator('.lane .number').nth(0).textContent()).not.toBe('–');
      return page.locator('.lane .number').allInnerTexts();
    };
    const link = `${LINK}&engine=webgpu`;
    await openLink(`#${SMALL}`);
    await isReady();
    await pasteLink(link);
    await isRestored(link);
    const first = await oneStep();
    expect(first).toHaveLength(12);
    await openLink(`#${link}`);
    expect(await oneStep()).toEqual(first);
  });

  test('a lane that stops says why in its row and in the legend; the other goes on', async () => {
    await openLink(`#${SMALL}&lane=sgd,rate:100,clip:0&lane=path&engine=webgpu`);
    await isReady();
    await button('Play').click();
    const reason = page.locator('.lane').nth(0).locator('.lane-stop');
    await reason.waitFor({ timeout: 60_000 });
    expect(await reason.textContent()).toMatch(/^Stopped: the .* is not finite .* at step \d+/);
    expect(await page.locator('.legend li').nth(0).textContent()).toMatch(/stopped, the .* is not finite/);
    expect(await page.locator('.stop-mark').count()).toBeGreaterThan(0);
    await reaches((await step()) + 50);
    expect(await page.locator('.lane').nth(1).locator('.lane-stop').count()).toBe(0);
  });

  test('a shape that the adapter cannot hold is refused with what fits, and the page works on', async () => {
    const lanes = 'lane=path&'.repeat(16);
    await openLink(`#length=1000&hidden=256&batch=256&layers=3&${lanes}engine=webgpu`);
    const alert = page.getByRole('alert').filter({ hasText: 'This run cannot go on' });
    await alert.waitFor({ timeout: READY_TIMEOUT });
    expect(await alert.textContent()).toMatch(/\d/);
    expect(await button('Play').isDisabled()).toBe(true);
    await pasteLink(SMALL);
    await isReady();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('where workers have no WebGPU, the page itself trains on it', async () => {
    await page.route('**/worker-*.js', async (route) => {
      const response = await route.fetch();
      const body = `Object.defineProperty(navigator, 'gpu', { value: undefined });${await response.text()}`;
      await route.fulfill({ response, body });
    });
    await openLink(`#${SMALL}&engine=webgpu`);
    await button('Play').click();
    await reaches(20);
    expect(await engine().textContent()).toMatch(/^WebGPU, /);
    await button('Reset').click();
    await isReady();
    expect(await step()).toBe(0);
    // There even one lane of the CPU engine has a worker, so that the page stays free.
    await openLink(`#${SMALL}&lane=sgd&engine=webgpu`);
    await isReady();
    await page.getByLabel('Engine').selectOption('cpu');
    await expect.poll(() => engine().textContent()).toBe('CPU, float32, WebAssembly, a worker');
    await button('Play').click();
    await reaches(20);
  });

  test('an emulated GPU is left alone unless chosen: the CPU engine trains and says why', async () => {
    await openLink(`#${SMALL}`);
    const notice = page.getByRole('status').filter({ hasText: 'Training on the CPU' });
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(/only emulates a GPU \(.*swiftshader.*\)/i);
    await isReady();
    expect(await engine().textContent()).toMatch(/^CPU, float32, WebAssembly, \d+ workers$/);
    await button('Step').click();
    await expect.poll(step).toBe(1);

    const choice = page.getByLabel('Engine');
    expect(await choice.inputValue()).toBe('auto');
    await choice.selectOption('webgpu');
    await expect.poll(() => engine().textContent(), { timeout: READY_TIMEOUT }).toMatch(/^WebGPU, /);
    await isReady();
    expect(await step()).toBe(0);
    expect(hash()).toBe(`#${SMALL}&engine=webgpu`);
    expect(await notice.count()).toBe(0);
    expect(await page.getByText('The engine changed: the run starts again at step 0.').count()).toBe(1);
    await choice.selectOption('cpu');
    await expect.poll(() => engine().textContent()).toMatch(/^CPU, /);
    expect(hash()).toBe(`#${SMALL}&engine=cpu`);
    expect(await notice.count()).toBe(0);
  });
});

// Kernels take long to compile on a software adapter: all that does not depend on the engine is tested without it.
describe('without WebGPU', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('says so and trains on the CPU engine', async () => {
    await openLink(`#${SMALL}`);
    await page.getByText('Training on the CPU').waitFor();
    await isReady();
    expect(await engine().textContent()).toMatch(/^CPU, /);
    await button('Play').click();
    await reaches(20);
    await movedCurves(await movedCurves([]));
    await button('Pause').click();
  });

  test('an explicit engine=webgpu is refused with the reason', async () => {
    await openLink(`#${SMALL}&engine=webgpu`);
    const alert = page.getByRole('alert').filter({ hasText: 'This run cannot go on' });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/WebGPU/);
  });

  test('the check page says that there is nothing to check', async () => {
    await page.goto(`${inject('site')}check.html`);
    await page.locator('html[data-checks="unavailable"]').waitFor();
    expect(await page.getByRole('status').textContent()).toMatch(/WebGPU/);
    expect(await page.locator('[data-passed]').count()).toBe(0);
  });

  test('the space bar plays and pauses, s steps, r resets', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await page.keyboard.press('s');
    await expect.poll(step).toBe(1);
    await page.keyboard.press('Space');
    await reaches(20);
    await page.keyboard.press('Space');
    await button('Play').waitFor();
    await standsStill();
    await page.keyboard.press('r');
    await isReady();
    expect(await step()).toBe(0);
  });

  test('a key that is typed into a field is no shortcut', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await page.getByLabel('Seed', { exact: true }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('s');
    await page.waitForTimeout(300);
    expect(await step()).toBe(0);
    await page.keyboard.press('Escape');
  });

  test('every edit is in the address bar at once, and starts the run again', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);

    await page.getByLabel('Length', { exact: true }).fill('12');
    expect(hash()).toBe('#length=12&hidden=8&batch=4');
    await expect.poll(step).toBe(0);
    await page.getByText('The experiment changed').waitFor();

    await button('Add lane').click();
    expect(hash()).toBe('#length=12&hidden=8&batch=4&lane=sgd,rate:0.1&lane=path,rate:0.01&lane=path');
    await page.getByLabel('Rate of lane 3').fill('0.5');
    await page.getByLabel('Start of lane 3').selectOption('identity');
    await page.getByLabel('Optimizer of lane 1').selectOption('path2');
    expect(hash()).toBe(
      '#length=12&hidden=8&batch=4&lane=path2&lane=path,rate:0.01&lane=path,rate:0.5,init:identity',
    );
    await button('Remove lane 2').click();
    await button('Duplicate lane 2').click();
    await button('More settings of lane 3').click();
    await page.getByLabel('Unbalance of lane 3').fill('3');
    expect(hash()).toBe(
      '#length=12&hidden=8&batch=4&lane=path2&lane=path,rate:0.5,init:identity&lane=path,rate:0.5,init:identity,unbalance:3',
    );
    await page.getByRole('link', { name: 'Reset to defaults' }).click();
    expect(page.url()).not.toContain('#');
    expect(await page.getByLabel('Length', { exact: true }).inputValue()).toBe('20');
  });

  test('a value out of range is explained, and the one before it stays in use', async () => {
    await openLink(`#${SMALL}`);
    await page.getByLabel('Hidden', { exact: true }).fill('1000');
    await page.getByText('Allowed: a whole number from 4 to 256. In use: 8.').waitFor();
    expect(hash()).toBe(`#${SMALL}`);
    await page.getByLabel('Hidden', { exact: true }).fill('16');
    expect(hash()).toBe('#length=8&hidden=16&batch=4');
    expect(await page.getByText('Allowed:').count()).toBe(0);
  });

  test('a link restores the experiment', async () => {
    await openLink(`#${LINK}`);
    await isRestored();
  });

  test('a shared address is the link of what is shown', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openLink(`#${LINK}`);
    await button('Share').click();
    await page.getByText('Link copied').waitFor();
    expect(decodeURIComponent(await page.evaluate(() => navigator.clipboard.readText()))).toBe(
      `${inject('site')}#${LINK}`,
    );
  });

  const HOSTILE: readonly (readonly [string, string, RegExp])[] = [
    ['wrong types', 'length=abc&hidden=[object Object]&batch=&seed=true', /length is "abc".*from 4 to 1000/],
    [
      'huge numbers',
      'hidden=1e308&batch=99999999999999999999&length=-1e400',
      /hidden is "1e308".*from 4 to 256/,
    ],
    ['100 kB', `lane=${'sgd,rate:0.1&lane='.repeat(6000)}`, /at most/],
    ['100 kB in one value', `hide=${'x'.repeat(100_000)}`, /link has 10\d{4} characters/],
    ['broken escapes', 'length=%E0%A4%A&%=%&hidden=%', /%/],
    [
      'markup',
      'task=<img src=x onerror=alert(1)>&<script>alert(2)</script>=1',
      /task is "<img src=x onerror=alert/,
    ],
    [
      'encoded markup',
      'lane=%3Cimg%20src%3Dx%20onerror%3Dalert(3)%3E&preset=%3Csvg%20onload%3Dalert(4)%3E',
      /<svg onload/,
    ],
    [
      'names of every object',
      '__proto__=1&constructor=2&lane=__proto__,toString:1&preset=__proto__',
      /__proto__/,
    ],
  ];

  test.each(HOSTILE)('a hostile link (%s) leaves a working page with a message', async (_, link, message) => {
    await openLink(`#${link}`);
    const notice = page.getByRole('alert');
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(message);
    expect(await page.locator('img, main script, main svg[onload]').count()).toBe(0);

    // What was used instead is a link without faults.
    const used = hash();
    await pasteLink(SMALL);
    await expect.poll(hash).toBe(`#${SMALL}`);
    expect(await notice.count()).toBe(0);
    await openLink(used);
    await button('Play').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a page that a hostile link has opened trains', async () => {
    await openLink(`#${SMALL}&lane=<img src=x onerror=alert(1)>&layers=1e9&layers=%`);
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Layers').selectOption('1');
    await isReady();
    await button('Play').click();
    await reaches(10);
    await button('Dismiss this message').first().click();
  });

  test('axis and smoothing change what is drawn', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await button('Play').click();
    await reaches(100);
    await button('Pause').click();
    await standsStill();
    const log = await curves('loss');
    await page.getByRole('radio', { name: 'Linear' }).check();
    await expect.poll(() => curves('loss')).not.toEqual(log);
    const linear = await curves('loss');
    await page.getByLabel('Smooth').uncheck();
    await expect.poll(() => curves('loss')).not.toEqual(linear);
  });

  test('a hover reads every lane at one step, in both charts', async () => {
    await openLink(`#${SMALL}&lane=sgd&lane=path&lane=path2`);
    await isReady();
    await button('Play').click();
    await reaches(60);
    await button('Pause').click();
    await page.locator('.chart[data-quantity=loss] .chart-area').hover();
    const readings = page.locator('.reading');
    await expect.poll(() => readings.count()).toBe(2);
    expect(await readings.nth(0).locator('tbody tr').count()).toBe(3);
    const heads = await readings.locator('th:first-child').allTextContents();
    expect(heads[0]).toMatch(/^step [\d,]+$/);
    expect(heads[1]).toBe(heads[0]);
  });

  test('a preset is opened by name, and says what to look for', async () => {
    await openLink(`#${SMALL}`);
    await button('An unbalanced network').click();
    expect(hash()).toBe('#preset=unbalanced');
    expect(await page.locator('.lane').count()).toBe(4);
    await page.getByText('SGD takes another course').waitFor();
    await page.getByLabel('Hidden', { exact: true }).fill('8');
    expect(hash()).not.toContain('preset');
    expect(hash()).toContain('unbalance:3');
  });

  test('autoplay plays, embed and hide leave parts out', async () => {
    await openLink(`#${SMALL}&autoplay=1&embed=1&hide=lanes&hide=presets`);
    await reaches(10);
    expect(await page.locator('header, footer, .lanes, .presets').count()).toBe(0);
    expect(await page.locator('.experiment').count()).toBe(1);
  });

  test('MNIST row by row loads its images and trains', async () => {
    await openLink('#task=mnist-rows&hidden=8&batch=4');
    await isReady();
    await button('Play').click();
    await reaches(20);
    expect(await page.getByText('guessing all ten digits alike: 2.303').count()).toBe(1);
  });

  const TEXT = 'task=text&length=5&hidden=8&batch=4';
  const SENTENCE = 'the quick brown fox jumps over the lazy dog\n';

  /** Drops files on the experiment's panel, as from the desktop. */
  const drop = (files: readonly { readonly name: string; readonly bytes: readonly number[] | string }[]) =>
    page.evaluate((contents) => {
      const dataTransfer = new DataTransfer();
      for (const { name, bytes } of contents) {
        const part = typeof bytes === 'string' ? bytes : Uint8Array.from(bytes);
        dataTransfer.items.add(new File([part], name));
      }
      const panel = document.querySelector('.experiment .field');
      for (const type of ['dragenter', 'dragover', 'drop']) {
        panel?.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    }, files);

  const dropProblem = (): Locator => page.locator('.drop-zone [role=alert]');
  const texts = (): Promise<string[]> => page.locator('.generated-text').allTextContents();

  test('a text of the visitor is dropped and trained on, and stays through reset, edits and links', async () => {
    await openLink(`#${TEXT}`);
    await page.getByText('Moby Dick: 79 different characters').waitFor();
    await isReady();
    await drop([{ name: '<b>own</b>.txt', bytes: SENTENCE.repeat(100) }]);
    await page.getByText('<b>own</b>.txt: 28 different characters, 3,960 to train on').waitFor();
    expect(hash()).toBe(`#${TEXT}&data=own`);
    await isReady();
    await button('Play').click();
    await reaches(20);
    await button('Reset').click();
    await isReady();
    await page.getByLabel('Hidden', { exact: true }).fill('9');
    await expect.poll(hash).toBe('#task=text&length=5&hidden=9&batch=4&data=own');
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
    await pasteLink(SMALL);
    await expect.poll(hash).toBe(`#${SMALL}`);
    await pasteLink(`${TEXT}&data=own`);
    await page.getByText('<b>own</b>.txt: 28 different').waitFor();
    await page.getByLabel('Data').selectOption('moby-dick');
    await page.getByText('Moby Dick: 79 different characters').waitFor();
    await page.getByLabel('Data').selectOption('own');
    await page.getByText('<b>own</b>.txt: 28 different').waitFor();
    expect(await page.locator('main b b, .drop-zone b').count()).toBe(0);
  });

  test('a file that does not do is explained, and the run goes on', async () => {
    await openLink(`#${TEXT}`);
    await isReady();
    await button('Play').click();
    await reaches(5);
    const bad: readonly (readonly [Parameters<typeof drop>[0], RegExp])[] = [
      [[{ name: 'empty.txt', bytes: '' }], /"empty\.txt" is empty/],
      [[{ name: 'tiny.txt', bytes: 'tiny' }], /"tiny\.txt" is too small, with 4 bytes/],
      [[{ name: 'cat.jpg', bytes: Array(2000).fill(0xff) }], /"cat\.jpg" is not a UTF-8 text: at byte 0/],
      [[{ name: 'a.txt', bytes: 'a'.repeat(2000) }], /"a\.txt" leaves nothing to predict/],
      [
        [
          { name: 'a.txt', bytes: SENTENCE },
          { name: 'b.txt', bytes: SENTENCE },
        ],
        /2 files came: it must be one/,
      ],
    ];
    for (const [files, message] of bad) {
      await drop(files);
      await expect.poll(() => dropProblem().textContent()).toMatch(message);
    }
    expect(await page.getByText('Moby Dick: 79 different characters').count()).toBe(1);
    expect(hash()).toBe(`#${TEXT}`);
    expect(await button('Pause').count()).toBe(1);
    await reaches((await step()) + 5);
    await drop([{ name: 'good.txt', bytes: SENTENCE.repeat(100) }]);
    await page.getByText('good.txt: 28 different').waitFor();
    expect(await dropProblem().count()).toBe(0);
  });

  test('a text too short for the batch names what fits', async () => {
    await openLink('#task=text&hidden=8&batch=256');
    await isReady();
    await drop([{ name: 'short.txt', bytes: SENTENCE.repeat(100) }]);
    await dropProblem().waitFor();
    expect(await dropProblem().textContent()).toMatch(/too short for batch 256 and length 50.*at most/);
    expect(hash()).not.toContain('own');
  });

  test('a link to a text that is not here asks for it; the button chooses one by keyboard', async () => {
    await openLink(`#${TEXT}&data=own&autoplay=1`);
    await page.getByText('This experiment trains on a text file of your own.').waitFor();
    expect(await page.locator('.status').textContent()).toContain('Waiting for your text');
    expect(await button('Play').isDisabled()).toBe(true);
    const chooser = page.waitForEvent('filechooser');
    await button('Choose a file').focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({
      name: 'mine.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(SENTENCE.repeat(100)),
    });
    await page.getByText('mine.txt: 28 different').waitFor();
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
  });

  test('every lane writes text, at once, while it trains and as asked', async () => {
    await openLink(`#${TEXT}`);
    await isReady();
    // The numbers leave something to chance, however well the lanes have learnt the rest.
    const lines = Array.from(
      { length: 300 },
      (_, index) => `<img src=x onerror=alert(1)>${(index * 7919) % 10_007} ${(index * 7907) % 10_009}`,
    );
    await drop([{ name: 'markup.txt', bytes: lines.join('\n') }]);
    await page.getByText('markup.txt: ').waitFor();
    const written = async (before: readonly string[]): Promise<string[]> => {
      await expect
        .poll(async () => {
          const now = await texts();
          return now.length === 2 && now.every((text, lane) => text.length > 100 && text !== before[lane]);
        })
        .toBe(true);
      return texts();
    };
    const first = await written([]);
    await button('Play').click();
    const running = await written(first);
    await button('Pause').click();
    await standsStill();
    await button('Another one').click();
    const other = await written(running);
    await page.getByLabel('Begins with').fill('<img');
    const prompted = await written(other);
    for (const text of prompted) expect(text.startsWith('<img')).toBe(true);
    await page.getByLabel('Temperature').fill('0');
    await written(prompted);
    expect(await page.locator('main img').count()).toBe(0);
    // What stands in a closed panel is not made.
    await page.getByText('Generated text').click();
    await expect.poll(() => page.locator('.generated-text').count()).toBe(0);
  });

  test('bits have an axis of their own, and their baseline', async () => {
    await openLink(`#${TEXT}`);
    await isReady();
    await button('Play').click();
    await reaches(20);
    const chart = page.locator('.chart[data-quantity=metric]');
    expect(await chart.locator('figcaption').textContent()).toBe('Bits per character less is better');
    await expect.poll(() => chart.getByText('character frequencies alone: 4.471').count()).toBe(1);
    expect(await page.getByText('character frequencies alone: 3.099').count()).toBe(1);
    expect(await chart.textContent()).not.toContain('%');
    expect(await page.locator('.lanes').textContent()).not.toContain('%');
  });

  test('marked numbers, optimizers and activations have their controls where they apply', async () => {
    await openLink(`#${SMALL}&engine=cpu`);
    await page.getByLabel('Terms').fill('4');
    expect(hash()).toBe('#length=8&hidden=8&batch=4&terms=4&engine=cpu');
    await page.getByText('always answering 2: 0.3333').waitFor();
    await page.getByLabel('Optimizer of lane 1').selectOption('adam');
    await button('More settings of lane 1').click();
    await button('More settings of lane 2').click();
    expect(await page.getByLabel('Beta 1 (momentum) of lane 1').inputValue()).toBe('0.9');
    await page.getByLabel('Beta 2 (decay) of lane 1').fill('0.99');
    expect(await page.getByLabel(/decay.* of lane 2/i).count()).toBe(0);
    await page.getByLabel('Activation of lane 1').selectOption('tanh');
    expect(hash()).toContain('lane=adam,decay:0.99,activation:tanh&lane=path,rate:0.01');
    expect(await page.getByLabel('Unbalance of lane 1').count()).toBe(0);
    expect(await page.getByLabel('Activation of lane 2').isDisabled()).toBe(true);
    await isReady();
    await button('Play').click();
    await reaches(20);
    await page.getByLabel('Optimizer of lane 1').selectOption('path2');
    expect(hash()).toContain('lane=path2&lane=path,rate:0.01');
  });

  test('a feedforward network offers only what it has; a delay is called one', async () => {
    await openLink('#task=mnist-flat&hidden=8&batch=4&engine=cpu');
    expect(await page.getByLabel('Start of lane 1').locator('option').allTextContents()).toEqual([
      'Gaussian',
      'Uniform',
    ]);
    expect(await page.getByLabel('Length', { exact: true }).count()).toBe(0);
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
    await page.getByLabel('Task').selectOption('copying');
    expect(await page.getByLabel('Delay', { exact: true }).inputValue()).toBe('20');
    await page.getByText('40 steps in all').waitFor();
    expect(await page.getByRole('link', { name: 'arXiv:1511.06464' }).getAttribute('href')).toBe(
      'https://arxiv.org/abs/1511.06464',
    );
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);
  });

  test('engine=cpu trains on the CPU engine without a notice', async () => {
    await openLink(`#${SMALL}&engine=cpu`);
    await isReady();
    expect(await engine().textContent()).toMatch(/^CPU, /);
    expect(await page.getByText('Training on the CPU').count()).toBe(0);
  });

  test('lanes of the CPU engine train in workers, to the losses of one engine', async () => {
    const link = `#${SMALL}&engine=cpu&lane=path2&lane=sgd&lane=path`;
    const lossesAt = async (last: number): Promise<string[]> => {
      for (let done = await step(); done < last; done++) {
        await button('Step').click();
        await expect.poll(step).toBe(done + 1);
      }
      return page.locator('.lane').allInnerTexts();
    };
    await openLink(link);
    await isReady();
    expect(await engine().textContent()).toMatch(/^CPU, float32, WebAssembly, [23] workers$/);
    const inWorkers = await lossesAt(5);
    expect(inWorkers.join()).toMatch(/\d\.\d/);
    await button('Play').click();
    await reaches(200);
    // A policy may keep a worker from starting others: here the script that they ask for is missing.
    await page.route('**/worker-*.js', async (route) => {
      const response = await route.fetch();
      const body =
        'const Whole = Worker; self.Worker = class extends Whole {' +
        `constructor(url, options) { super(new URL('missing.js', url), options); } };${await response.text()}`;
      await route.fulfill({ response, body });
    });
    await openLink(link);
    await isReady();
    expect(await engine().textContent()).toBe('CPU, float32, WebAssembly');
    expect(await lossesAt(5)).toEqual(inWorkers);
    expect(faults.every((fault) => /missing\.js|404/.test(fault))).toBe(true);
    faults.length = 0;
  });

  test.each([360, 768, 1280])('at %i pixels nothing scrolls sideways', async (width) => {
    await page.context().close();
    await openPage({ width, height: 800 });
    await openLink(
      `#${SMALL}&lane=sgd,rate:100,clip:0&lane=path,momentum:0.123456789&lane=path2&hidden=8&x=${'y'.repeat(90)}`,
    );
    await button('More settings of lane 2').click();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await isReady();
    await button('Play').click();
    await page.locator('.lane-stop').waitFor({ timeout: 60_000 });
    expect(await overflow()).toBeLessThanOrEqual(0);
    // In reach without scrolling, wherever the page is.
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const box = await button('Pause').boundingBox();
    expect(box && box.y >= 0 && box.y + box.height <= 800).toBe(true);
  });

  test('a page out of sight draws nothing', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    });
    await button('Play').click();
    await page.waitForTimeout(1500);
    expect(await curves('loss')).toEqual([]);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: false, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expect.poll(() => curves('loss').then(({ length }) => length)).toBe(2);
  });

  test('a worker that cannot be loaded is a message, not a page that waits for ever', async () => {
    await page.route('**/worker-*.js', (route) => route.abort());
    await openLink(`#${SMALL}`);
    const alert = page.getByRole('alert').filter({ hasText: 'This run cannot go on' });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/The training worker stopped.*Reload the page/);
    expect(faults.every((fault) => fault.includes('ERR_FAILED'))).toBe(true);
    faults.length = 0;
  });
});
