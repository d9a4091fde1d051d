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
  reaches,
  SMALL,
  standsStill,
  step,
  stepTo,
} from './support.ts';

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
    await button('Train on the CPU').click();
    await isReady();
    expect(await engine().textContent()).toMatch(/^CPU, /);
    expect(hash()).toContain('engine=cpu');
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
    await page.getByLabel('Smooth').fill('0');
    await expect.poll(() => curves('loss')).not.toEqual(linear);
  });

  test('a hover reads every lane at one step, in both charts', async () => {
    await openLink(`#${SMALL}&lane=sgd&lane=path&lane=path2`);
    await isReady();
    await button('Play').click();
    await reaches(60);
    await button('Pause').click();
    await expect.poll(() => curves('loss')).toHaveLength(3);
    const readings = page.locator('.reading');
    const heads = async (): Promise<string[]> => {
      // A chart drawn anew under the pointer is read anew only where that moves.
      await page.locator('.chart[data-quantity=loss] .chart-area').hover();
      const all = await readings.locator('.reading-head').allInnerTexts();
      return all.every((text) => !text.includes('the latest'))
        ? readings.locator('.reading-head b').allTextContents()
        : [];
    };
    await expect.poll(async () => (await heads())[0]).toMatch(/^step [\d,]+$/);
    expect(await readings.nth(0).locator('li').count()).toBe(3);
    // The last steps of a run that was paused come to one chart after the other.
    await expect.poll(async () => new Set(await heads()).size).toBe(1);
  });

  test('a preset is opened by name, and says what to look for', async () => {
    await openLink(`#${SMALL}`);
    await button('An unbalanced network').click();
    await expect.poll(hash).toBe('#preset=unbalanced');
    expect(await page.locator('.lane').count()).toBe(4);
    await page.getByText('SGD takes another course').waitFor();
    await expect.poll(() => page.getByLabel('Hidden', { exact: true }).inputValue()).toBe('32');
    await page.getByLabel('Hidden', { exact: true }).fill('8');
    await expect.poll(hash).not.toContain('preset');
    await expect.poll(hash).toContain('unbalance:3');
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

  test('marked numbers, optimizers and activations have their controls where they apply', async () => {
    await openLink(`#${SMALL}&engine=cpu`);
    await page.getByLabel('Terms').fill('4');
    await expect.poll(hash).toBe('#length=8&hidden=8&batch=4&terms=4&engine=cpu');
    await page.getByText('always answering 2: 0.3333').waitFor();
    await page.getByLabel('Optimizer of lane 1').selectOption('adam');
    await button('More settings of lane 1').click();
    await button('More settings of lane 2').click();
    expect(await page.getByLabel('Beta 1 (momentum) of lane 1').inputValue()).toBe('0.9');
    await page.getByLabel('Beta 2 (decay) of lane 1').fill('0.99');
    expect(await page.getByLabel(/decay.* of lane 2/i).count()).toBe(0);
    await page.getByLabel('Activation of lane 1').selectOption('tanh');
    await expect
      .poll(hash)
      .toContain('lane=adam,rate:0.01,decay:0.99,activation:tanh&lane=path,rate:0.003,momentum:0.9');
    expect(await page.getByLabel('Unbalance of lane 1').count()).toBe(0);
    expect(await page.getByLabel('Activation of lane 2').isDisabled()).toBe(true);
    await isReady();
    await button('Play').click();
    await reaches(20);
    await page.getByLabel('Optimizer of lane 1').selectOption('path2');
    await expect.poll(hash).toContain('lane=path2,rate:0.01&lane=path,rate:0.003,momentum:0.9');
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
      await stepTo(last);
      return page.locator('.lane').allInnerTexts();
    };
    await openLink(link);
    await isReady();
    expect(await engine().textContent()).toMatch(/^CPU, float32, WebAssembly, [23] workers$/);
    const inWorkers = await lossesAt(5);
    expect(inWorkers.join()).toMatch(/\d\.\d/);
    await button('Play').click();
    await reaches(200);
    // Their script may be missing, on a host that was given another version in between.
    await page.route('**/laneWorker-*.js', (route) => route.fulfill({ status: 404 }));
    await openLink(link);
    await isReady();
    expect(await engine().textContent()).toBe('CPU, float32, WebAssembly');
    expect(await lossesAt(5)).toEqual(inWorkers);
    expect(faults.every((fault) => /laneWorker|404/.test(fault))).toBe(true);
    faults.length = 0;
  });

  test('at 360, 768 and 1280 pixels nothing scrolls sideways', async () => {
    await openLink(
      `#${SMALL}&lane=sgd,rate:100,clip:0&lane=path,momentum:0.123456789&lane=path2&hidden=8&x=${'y'.repeat(90)}`,
    );
    await button('More settings of lane 2').click();
    const WIDTHS = [360, 768, 1280];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      expect(await overflow()).toBeLessThanOrEqual(0);
    }
    await isReady();
    await button('Play').click();
    await page.locator('.lane-stop').waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      expect(await overflow()).toBeLessThanOrEqual(0);
      // In reach without scrolling, wherever the page is.
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      const box = await button('Pause').boundingBox();
      expect(box && box.y >= 0 && box.y + box.height <= 800).toBe(true);
    }
  });

  test('a lane that stops says why in its row and in the legend; the other goes on', async () => {
    await openLink(`#${SMALL}&lane=sgd,rate:100,clip:0&lane=path`);
    await isReady();
    await button('Play').click();
    const reason = page.locator('.lane').nth(0).locator('.lane-stop');
    await reason.waitFor();
    expect(await reason.textContent()).toMatch(/^Stopped: the .* is not finite .* at step \d+/);
    expect(await page.locator('.legend li').nth(0).textContent()).toMatch(/stopped, the .* is not finite/);
    await page.locator('.stop-mark').first().waitFor({ state: 'attached' });
    await reaches((await step()) + 50);
    expect(await page.locator('.lane').nth(1).locator('.lane-stop').count()).toBe(0);
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

  test('a worker that cannot be loaded leaves the training to the page', async () => {
    await page.route('**/worker-*.js', (route) => route.abort());
    await openLink(`#${SMALL}`);
    await isReady();
    await button('Play').click();
    await reaches(20);
    expect(faults.every((fault) => fault.includes('ERR_FAILED'))).toBe(true);
    faults.length = 0;
  });
});
