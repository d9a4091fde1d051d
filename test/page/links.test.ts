import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  faults,
  hash,
  isReady,
  isRestored,
  LINK,
  openBrowser,
  openLink,
  openPage,
  page,
  pasteLink,
  reaches,
  SMALL,
  step,
} from './support.ts';

describe('links', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage());
  afterEach(closePage);

  test('every edit is in the address bar at once, and starts the run again', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await button('Step').click();
    await expect.poll(step).toBe(1);

    await page.getByLabel('Length', { exact: true }).fill('12');
    await expect.poll(hash).toBe('#length=12&hidden=8&batch=4');
    await expect.poll(step).toBe(0);
    await page.getByText('The experiment changed').waitFor();

    await button('Add lane').click();
    await expect
      .poll(hash)
      .toBe(
        '#length=12&hidden=8&batch=4&lane=sgd,rate:0.03,momentum:0.9&lane=path,rate:0.003,momentum:0.9&lane=path,rate:0.01',
      );
    await page.getByLabel('Rate of lane 3').fill('0.5');
    await page.getByLabel('Start of lane 3').selectOption('identity');
    await page.getByLabel('Optimizer of lane 1').selectOption('path2');
    await expect
      .poll(hash)
      .toBe(
        '#length=12&hidden=8&batch=4&lane=path2,rate:0.003,momentum:0.9&lane=path,rate:0.003,momentum:0.9&lane=path,rate:0.5,init:identity',
      );
    await button('Remove lane 2').click();
    await button('Duplicate lane 2').click();
    await button('More settings of lane 3').click();
    await page.getByLabel('Unbalance of lane 3').fill('3');
    await expect
      .poll(hash)
      .toBe(
        '#length=12&hidden=8&batch=4&lane=path2,rate:0.003,momentum:0.9&lane=path,rate:0.5,init:identity&lane=path,rate:0.5,init:identity,unbalance:3',
      );
    await page.getByRole('link', { name: 'Reset to defaults' }).click();
    expect(page.url()).not.toContain('#');
    expect(await page.getByLabel('Length', { exact: true }).inputValue()).toBe('100');
  });

  test('a value out of range is explained, and the one before it stays in use', async () => {
    await openLink(`#${SMALL}`);
    await page.getByLabel('Hidden', { exact: true }).fill('1000');
    await page.getByText('Allowed: a whole number from 4 to 256. In use: 8.').waitFor();
    await expect.poll(hash).toBe(`#${SMALL}`);
    await page.getByLabel('Hidden', { exact: true }).fill('16');
    await expect.poll(hash).toBe('#length=8&hidden=16&batch=4');
    expect(await page.getByText('Allowed:').count()).toBe(0);
  });

  test('a link restores the experiment', async () => {
    await openLink(`#${LINK}`);
    await isRestored();
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

  test('the page runs nothing but its own files', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = "inline"';
      document.body.append(script);
      const image = document.createElement('img');
      image.setAttribute('onerror', 'window.ran = "handler"');
      image.src = 'data:,';
      document.body.append(image);
      await new Promise((resolve) => setTimeout(resolve, 100));
      try {
        new Function('window.ran = "eval"')();
      } catch {
        // As it should be.
      }
      return 'ran' in window ? window.ran : null;
    });
    expect(ran).toBeNull();
    const left = await page.evaluate(() =>
      fetch('http://127.0.0.1:9/elsewhere').then(
        () => 'sent',
        () => 'refused',
      ),
    );
    expect(left).toBe('refused');
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => /Content Security Policy/.test(fault))).toBe(true);
    faults.length = 0;
  });
});
