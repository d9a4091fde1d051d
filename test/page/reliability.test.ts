import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  browser,
  button,
  closeBrowser,
  closePage,
  engine,
  isReady,
  openBrowser,
  openLink,
  openPage,
  page,
  reaches,
  SMALL,
  standsStill,
  step,
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

  const LINK = `#${SMALL}&lane=path,momentum:0.5&lane=adam&engine=webgpu`;
  const recovered = () => page.getByRole('status').filter({ hasText: 'The GPU was lost' });

  /** Runs by hand to a step, and reads every number of the lanes. */
  async function numbersAt(wanted: number): Promise<string[]> {
    for (let at = await step(); at < wanted; at++) {
      await button('Step').click();
      await expect.poll(step, { timeout: 60_000 }).toBe(at + 1);
    }
    return page.locator('.lane .number').allInnerTexts();
  }

  test('comes back with the same numbers, to the last digit', async () => {
    await openLink(LINK);
    await isReady();
    const undisturbed = await numbersAt(12);
    await openLink(LINK);
    await isReady();
    await numbersAt(6);
    await crashGpu();
    expect(await numbersAt(12)).toEqual(undisturbed);
    await recovered().waitFor();
    expect(await recovered().textContent()).toMatch(/at step 6.*from its checkpoint at step \d.*on the GPU/);
    expect(await engine().textContent()).toMatch(/^WebGPU, /);
  });

  test('while training goes on training; after three losses in a minute the CPU engine does', async () => {
    await openLink(LINK);
    await isReady();
    await button('Play').click();
    await reaches(30);
    for (let loss = 1; loss <= 3; loss++) {
      await crashGpu();
      await expect.poll(() => recovered().count(), { timeout: 60_000 }).toBe(1);
      await reaches((await step()) + 30);
    }
    await expect.poll(() => engine().textContent(), { timeout: 60_000 }).toMatch(/^CPU, /);
    const notice = page.getByRole('status').filter({ hasText: 'cannot be used any more' });
    expect(await notice.textContent()).toMatch(/lost 3 times within a minute|adapter/);
    await reaches((await step()) + 50);
    await button('Pause').click();
    await standsStill();
  });
});
