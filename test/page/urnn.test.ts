import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  button,
  closeBrowser,
  closePage,
  engine,
  hash,
  isReady,
  openBrowser,
  openLink,
  openPage,
  overflow,
  page,
  reaches,
  SMALL,
} from './support.ts';

describe('a uRNN', () => {
  beforeAll(() => openBrowser(false));
  afterAll(closeBrowser);
  beforeEach(() => openPage({ width: 360, height: 800 }));
  afterEach(closePage);

  test('is chosen for a lane, with sizes that it can have, and trains beside another network', async () => {
    await openLink('#length=8&hidden=12&layers=2&batch=4&engine=cpu&lane=sgd&lane=path');
    await isReady();
    await button('More settings of lane 2').click();
    await page.getByLabel('Network of lane 2').selectOption('urnn');
    await expect.poll(hash).toBe('#length=8&hidden=16&batch=4&lane=sgd&lane=rmsprop,network:urnn&engine=cpu');
    expect(await page.getByLabel('Hidden', { exact: true }).locator('option').allTextContents()).toEqual([
      '8',
      '16',
      '32',
      '64',
      '128',
      '256',
    ]);
    expect(await page.getByLabel('Layers').isDisabled()).toBe(true);
    expect(await page.getByLabel('Optimizer of lane 2').locator('option').allTextContents()).toEqual([
      'SGD',
      'AdaGrad',
      'RMSprop',
      'Adam',
    ]);
    expect(await page.getByLabel('Start of lane 2').locator('option').allTextContents()).toEqual(['Unitary']);
    await isReady();
    expect(await engine().textContent()).toContain('TypeScript and WebAssembly');
    await button('Step').click();
    await reaches(1);
    await page.getByLabel('Hidden', { exact: true }).selectOption('8');
    await expect.poll(hash).toContain('hidden=8');
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  test('shows its eigenvalues on the unit circle, and its gradient beside that of a ReLU lane', async () => {
    await openLink(`#${SMALL}&engine=cpu&lane=path&lane=rmsprop,network:urnn`);
    await isReady();
    await button('Inside the network').click();
    const inside = page.locator('.inside');
    await inside.getByLabel('Lane').selectOption('1');
    const gradients = page.locator('.gradient-chart path.recharts-line-curve');
    await expect.poll(() => gradients.count()).toBe(2);
    const matrices = inside.getByLabel('Matrix').locator('option');
    await expect.poll(() => matrices.count()).toBe(7);
    await inside.getByLabel('Matrix').selectOption('theta.1');
    await inside.getByRole('application', { name: 'Cells of theta.1' }).waitFor();
    await inside.locator('summary').filter({ hasText: 'Eigenvalues' }).click();
    await inside.getByText(/^All 8 on the unit circle, to within/).waitFor();
    const values = await inside
      .locator('.plane-value')
      .evaluateAll((circles) =>
        circles.map((circle) =>
          Math.hypot(Number(circle.getAttribute('cx')), Number(circle.getAttribute('cy'))),
        ),
      );
    expect(values).toHaveLength(8);
    for (const modulus of values) expect(modulus).toBeCloseTo(1, 10);
    await inside.getByText(/They do not apply to this lane, which has the complex units of a uRNN/).waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const tool = (window as unknown as { axe: typeof axe }).axe;
      return (await tool.run('.views')).violations.map(({ id, help }) => `${id}: ${help}`);
    });
    expect(violations).toEqual([]);
    await button('Rescale a network').click();
    await page.getByLabel('Copy of').selectOption('1');
    await page.getByText(/This lane is a uRNN, whose units are complex/).waitFor();
    expect(await button('Start the copy').isDisabled()).toBe(true);
  });
});
