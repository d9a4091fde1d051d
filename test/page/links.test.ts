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

/** All of the address from its search part on, as the browser has it. */
const link = (): Promise<string> => page.evaluate(() => location.search + location.hash);

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
    await page
      .getByText('"1000" is out of range. Allowed: a whole number from 4 to 256. In use: 8.', { exact: true })
      .waitFor();
    await expect.poll(hash).toBe(`#${SMALL}`);
    await page.getByLabel('Hidden', { exact: true }).fill('16');
    await expect.poll(hash).toBe('#length=8&hidden=16&batch=4');
    expect(await page.getByText('Allowed:').count()).toBe(0);
  });

  test('a decimal comma is read, what can mean two numbers is named, and a field that is left shows what is used', async () => {
    await openLink(`#${SMALL}&lane=sgd`);
    const rate = page.getByLabel('Rate of lane 1');
    await rate.fill('0,05');
    await expect.poll(hash).toBe(`#${SMALL}&lane=sgd,rate:0.05`);
    expect(await rate.inputValue()).toBe('0,05');
    await rate.blur();
    expect(await rate.inputValue()).toBe('0.05');
    await rate.fill('1,000');
    await page
      .getByText('"1,000" can mean 1 or 1000: type one of these. Allowed: a number above 0')
      .waitFor();
    await rate.fill('0x1');
    await page.getByText('"0x1" is not a number such as').waitFor();
    await expect.poll(hash).toBe(`#${SMALL}&lane=sgd,rate:0.05`);
  });

  test('a mangled link is read, and the address bar has it as it should be, without trackers', async () => {
    await openLink('?utm_source=chat&Length=8%26hidden=8;batch=4#lane=SGD,Rate%3A0.5%E2%80%9D.');
    await page.getByLabel('Rate of lane 1').waitFor();
    expect(await link()).toBe(`#${SMALL}&lane=sgd,rate:0.5`);
    expect(await page.getByRole('alert').count()).toBe(0);
    // What was read from the search part counts once.
    await page.getByLabel('Length', { exact: true }).fill('12');
    await page.reload();
    expect(await page.getByLabel('Length', { exact: true }).inputValue()).toBe('12');
    expect(await link()).toBe('#length=12&hidden=8&batch=4&lane=sgd,rate:0.5');
    await openLink(`?b=c&fbclid=1#${SMALL}`);
    await isReady();
    expect(await link()).toBe(`?b=c#${SMALL}`);
  });

  test('a link with faults stays in the address bar and in the notice until something is changed', async () => {
    const came = '?length=8&hidden=8&neurons=5#batch=4&lane=sgd,rate:0,5';
    await openLink(came);
    const shown = page.locator('.notice-link code');
    await shown.waitFor();
    const alert = page.getByRole('alert');
    expect(await shown.textContent()).toBe(came);
    expect(await alert.textContent()).toMatch(/"neurons" is not a key.*lane 1: rate is "0,5".*with a point/);
    await isReady();
    expect(await link()).toBe(came);
    await page.reload();
    await shown.waitFor();
    expect(await link()).toBe(came);

    // What is shared is what is set up.
    await button('Share').click();
    expect(await page.getByRole('textbox', { name: 'Link', exact: true }).inputValue()).toMatch(
      /\/#length=8&hidden=8&batch=4&lane=sgd$/,
    );
    await page.keyboard.press('Escape');
    expect(await link()).toBe(came);

    await page.getByLabel('Batch', { exact: true }).fill('8');
    expect(await link()).toBe('#length=8&hidden=8&batch=8&lane=sgd');
    expect(await shown.textContent()).toBe(came);
    await button('Dismiss this message').first().click();
    expect(await shown.count()).toBe(0);

    await pasteLink('hidden=7x');
    await shown.waitFor();
    expect(await shown.textContent()).toBe('#hidden=7x');
    expect(await link()).toBe('#hidden=7x');
    await button('Dismiss this message').first().click();
    await expect.poll(link).toBe('');
  });

  test('a link restores the experiment', async () => {
    await openLink(`#${LINK}`);
    await isRestored();
  });

  test('a link pasted into an open page restores the experiment, too', async () => {
    await openLink(`#${SMALL}`);
    await isReady();
    await pasteLink(LINK);
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

  test.each(HOSTILE)('a hostile link (%s) leaves a working page with a message', async (_, text, message) => {
    await openLink(`#${text}`);
    const notice = page.getByRole('alert');
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(message);
    expect(await page.locator('img, main script, main svg[onload]').count()).toBe(0);
    const came = new URL(`#${text}`, page.url()).hash;
    expect(await link()).toBe(came);
    const shown = (await page.locator('.notice-link code').textContent()) ?? '';
    expect(shown).toBe(came.length > 16_384 ? `${came.slice(0, 16_384)}…` : came);

    // What was used instead is a link without faults.
    await page.locator('.notice', { has: notice }).getByLabel('Dismiss this message').click();
    expect(await notice.count()).toBe(0);
    const used = await link();
    expect(used).not.toBe(came);
    await pasteLink(SMALL);
    await expect.poll(hash).toBe(`#${SMALL}`);
    await pasteLink(used);
    await expect.poll(link).toBe(used);
    expect(await notice.count()).toBe(0);
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
