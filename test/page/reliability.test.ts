import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { savedSteps } from '../still.ts';
import {
  browser,
  button,
  closeBrowser,
  closePage,
  curves,
  engine,
  hash,
  isReady,
  openBrowser,
  openLink,
  openPage,
  page,
  reaches,
  SMALL,
  standsStill,
  step,
  stepTo,
} from './support.ts';

/** What a driver's reset does: the process that owns the GPU dies, and with it every device. */
async function crashGpu(): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess');
  await session.detach();
}

describe('a GPU that is lost', () => {
  beforeAll(() => openBrowser(true));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  const LINK = '#length=4&hidden=4&batch=2&lane=path,momentum:0.5&engine=webgpu';
  const recovering = () => page.getByText('Recovering…', { exact: true });
  const onCpu = () => engine().filter({ hasText: /^CPU, / });
  const recovered = () => page.getByRole('status').filter({ hasText: 'The GPU was lost' });

  /** Runs by hand to a step, and reads every number of the lanes. */
  async function numbersAt(wanted: number): Promise<string[]> {
    for (let at = await step(); at < wanted; at++) {
      await button('Step').click();
      await expect.poll(step).toBe(at + 1);
    }
    return page.locator('.lane .number').allInnerTexts();
  }

  // One test: every start and every loss compiles all kernels, which takes a software adapter long.
  test('comes back with the same numbers, to the last digit; after losses on end the CPU engine goes on', async () => {
    await openLink(LINK);
    await isReady();
    const undisturbed = await numbersAt(10);
    await button('Reset').click();
    await isReady();
    await numbersAt(5);
    await crashGpu();
    expect(await numbersAt(10)).toEqual(undisturbed);
    await recovered().waitFor();
    expect(await recovered().textContent()).toMatch(/at step 5.*from its checkpoint at step \d.*on the GPU/);
    expect(await engine().textContent()).toMatch(/^WebGPU, /);

    await button('Play').click();
    // Chromium gives no adapter for a while after crashes close together: then one loss less is enough.
    for (let loss = 2; loss <= 3 && (await engine().textContent())?.startsWith('WebGPU'); loss++) {
      await crashGpu();
      // The third one is lost while kernels are compiled.
      await expect
        .poll(async () => (await recovering().count()) + (await onCpu().count()))
        .toBeGreaterThan(0);
    }
    await expect.poll(() => engine().textContent()).toMatch(/^CPU, /);
    const notice = page.getByRole('status').filter({ hasText: 'cannot be used any more' });
    expect(await notice.textContent()).toMatch(/lost 3 times within a minute|no adapter|answer/);
    await reaches((await step()) + 50);
    await button('Pause').click();
    await standsStill();
  });
});

describe('a run that was left', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  const LINK = `#${SMALL}&lane=path,momentum:0.5&lane=adam`;
  const left = () => page.getByRole('status').filter({ hasText: 'A run was left at step' });

  async function lossesAt(wanted: number): Promise<string[]> {
    await stepTo(wanted);
    return page.locator('.lane .number').allInnerTexts();
  }

  test('goes on after a reload with the same numbers and curves; forgotten, it is gone', async () => {
    await openLink(LINK);
    await isReady();
    const undisturbed = await lossesAt(8);
    await page.reload();
    await left().waitFor();
    expect(await left().textContent()).toMatch(
      /at step 8\..*Adding problem, 2 lanes, saved \d+ seconds? ago/,
    );
    await button('Forget it').click();
    await isReady();
    await stepTo(4);
    await page.reload();
    await isReady();
    expect(await step()).toBe(0);
    await button('Continue').click();
    await expect.poll(step).toBe(4);
    // Its curves are there before it goes on.
    await expect.poll(() => curves('loss')).toHaveLength(2);
    expect(await lossesAt(8)).toEqual(undisturbed);
    await expect.poll(hash).toBe(LINK);
    await page.reload();
    await left().waitFor();
    expect(await left().count()).toBe(1);
    expect(await left().textContent()).toMatch(/at step 8\./);
  });

  test.each([
    ['with locks', true],
    ['over plain http, without locks', false],
  ])(
    'while another tab goes on with it is not offered, and at once when that is reloaded: %s',
    async (_, locks) => {
      const other = await page.context().newPage();
      if (!locks) {
        for (const each of [page, other]) {
          await each.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'));
        }
      }
      await openLink(LINK);
      await isReady();
      await stepTo(3);
      await other.goto(page.url());
      await other.locator('.status-idle').waitFor();
      await other.waitForTimeout(500);
      expect(await other.getByText('A run was left').count()).toBe(0);
      await page.reload();
      await left().waitFor();
      // Both tabs see it; one goes on with it, the other is told.
      await other.reload();
      await other.getByText('A run was left at step 3').waitFor();
      await button('Continue').click();
      await expect.poll(step).toBe(3);
      await other.getByRole('button', { name: 'Continue', exact: true }).click();
      await other.getByText('Another tab goes on with this run.').waitFor();
      expect(await other.getByTestId('step').textContent()).toBe('0');
    },
  );

  test('is saved when the page goes out of sight in the middle of training', async () => {
    await openLink(LINK);
    await button('Play').click();
    await reaches(200);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    const seen = await step();
    await expect
      .poll(() => page.evaluate(savedSteps).then((steps) => Math.max(...steps)))
      .toBeGreaterThanOrEqual(seen);
    await page.reload();
    await left().waitFor();
    const at = Number(/at step ([\d,]+)/.exec((await left().textContent()) ?? '')?.[1]?.replaceAll(',', ''));
    expect(at).toBeGreaterThanOrEqual(seen);
  });

  test('a browser that keeps nothing says so, trains on, and takes it back once it keeps the run', async () => {
    await page.addInitScript(() => {
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (this: IDBFactory, ...given: [string, number?]) {
        if (sessionStorage.getItem('allowed')) return open.apply(this, given);
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
    });
    await openLink(LINK);
    await isReady();
    await stepTo(2);
    const notice = page.getByRole('status').filter({ hasText: 'This run is not saved' });
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(/The operation is insecure\. Training goes on/);
    await button('Play').click();
    await reaches(40);
    await page.evaluate(() => sessionStorage.setItem('allowed', 'yes'));
    await notice.waitFor({ state: 'detached' });
    await page.reload();
    await left().waitFor();
  });

  test('is a file that opens again; one that is damaged changes nothing', async () => {
    await openLink(LINK);
    await isReady();
    const undisturbed = await lossesAt(5);
    await button('Reset').click();
    await isReady();
    await stepTo(3);
    await page.waitForTimeout(300);
    const download = page.waitForEvent('download');
    await button('Save checkpoint').click();
    const file = await (await download).path();
    await openLink(`#${SMALL}&lane=sgd`);
    await isReady();
    const before = hash();
    const input = page.getByLabel('Saved run');
    await input.setInputFiles({
      name: 'broken.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"format":"path-sgd-playground checkpoint","version":9}'),
    });
    await page.getByRole('alert').filter({ hasText: 'broken.json was not opened' }).waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/newer version/);
    await expect.poll(hash).toBe(before);
    await input.setInputFiles(file);
    await expect.poll(step).toBe(3);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await lossesAt(5)).toEqual(undisturbed);
  });
});
