import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  curves,
  engine,
  hash,
  isReady,
  movedCurves,
  openBrowser,
  openLink,
  openPage,
  page,
  pasteLink,
  reaches,
  SMALL,
  standsStill,
  step,
} from './support.ts';

describe('with WebGPU', () => {
  beforeAll(() => openBrowser(true));
  afterAll(closeBrowser);

  describe('one page, whose kernels are compiled once', () => {
    beforeAll(() => openPage());
    afterAll(closePage);

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
      // As on a machine with two GPUs.
      await page.evaluate(() => {
        navigator.gpu.requestAdapter = async (options) =>
          ({ info: { description: `GPU of ${options?.powerPreference}` } }) as GPUAdapter;
      });
      await choice.selectOption('webgpu');
      await expect.poll(() => engine().textContent()).toMatch(/^WebGPU, /);
      await isReady();
      expect(await step()).toBe(0);
      await expect.poll(hash).toBe(`#${SMALL}&engine=webgpu`);
      expect(await notice.count()).toBe(0);
      expect(await page.getByText('The engine changed: the run starts again at step 0.').count()).toBe(1);
    });

    test('of two GPUs the other one is chosen, and stays so', async () => {
      const gpus = page.getByLabel('GPU', { exact: true });
      expect(await gpus.locator('option').allTextContents()).toEqual([
        'GPU of high-performance: the faster one',
        'GPU of low-power: saves power',
      ]);
      await button('Step').click();
      await expect.poll(step).toBe(1);
      await gpus.selectOption('low-power');
      await page.getByText('The GPU changed: the run starts again at step 0.').waitFor();
      await isReady();
      await button('Step').click();
      await expect.poll(step).toBe(1);
      expect(await page.evaluate(() => localStorage.getItem('gpu'))).toBe('low-power');
      await gpus.selectOption('high-performance');
      await isReady();
    });

    test('Play moves both curves, Pause stops, Step makes one step, Reset goes back to 0', async () => {
      expect(await engine().textContent()).toMatch(/^WebGPU, .*swiftshader/i);
      expect(await page.getByText('0.1667').count()).toBe(1);

      await button('Play').click();
      await reaches(20);
      const after = await movedCurves(await movedCurves([]));
      expect(after[0]).not.toBe(after[1]);
      expect(await curves('metric')).toHaveLength(2);
      expect(await page.locator('.status').textContent()).toMatch(/steps\/s/);
      await expect.poll(() => page.locator('.lane .number').allInnerTexts()).not.toContain('–');

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

    test('a link that is pasted again gives a run that is the same to the last digit', async () => {
      const oneStep = async (): Promise<string[]> => {
        await isReady();
        await button('Step').click();
        await expect.poll(step).toBe(1);
        await expect.poll(() => page.locator('.lane .number').nth(0).textContent()).not.toBe('–');
        return page.locator('.lane .number').allInnerTexts();
      };
      const link = `${SMALL}&seed=7&lane=path2,rate:0.02,init:orthogonal,momentum:0.5&lane=sgd,clip:2&engine=webgpu`;
      await pasteLink(link);
      await expect.poll(() => page.getByLabel('Seed', { exact: true }).inputValue()).toBe('7');
      expect(await page.getByLabel('Rate of lane 1').inputValue()).toBe('0.02');
      const first = await oneStep();
      expect(first).toHaveLength(8);
      await page.getByLabel('Engine').selectOption('cpu');
      await expect.poll(() => engine().textContent()).toMatch(/^CPU, /);
      await expect.poll(hash).toBe(`#${link.replace('=webgpu', '=cpu')}`);
      expect(await page.getByRole('status').filter({ hasText: 'Training on the CPU' }).count()).toBe(0);
      await isReady();
      await pasteLink(link);
      await expect.poll(() => engine().textContent()).toMatch(/^WebGPU, /);
      expect(await oneStep()).toEqual(first);
    });

    test('a shape that the adapter cannot hold is refused with what fits, and the page works on', async () => {
      const lanes = 'lane=path&'.repeat(16);
      await pasteLink(`length=1000&hidden=256&batch=256&layers=3&${lanes}engine=webgpu`);
      const alert = page.getByRole('alert').filter({ hasText: 'This run cannot go on' });
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/\d/);
      expect(await button('Play').isDisabled()).toBe(true);
      await pasteLink(SMALL);
      await isReady();
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  });

  test('where workers have no WebGPU, the page itself trains on it', async () => {
    await openPage();
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
    await pasteLink(`${SMALL}&lane=sgd&engine=cpu`);
    await expect.poll(() => engine().textContent()).toBe('CPU, float32, WebAssembly, a worker');
    await button('Play').click();
    await reaches(20);
    await closePage();
  });
});
