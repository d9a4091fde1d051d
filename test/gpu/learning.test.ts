import { describe, expect, test } from 'vitest';
import { differences } from '../../src/engine/checks/compare.ts';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import { createWebGpuEngine } from '../../src/engine/webgpu/index.ts';
import { defaultExperiment, type Experiment } from '../../src/experiment/schema.ts';
import { loadImages } from '../../src/experiment/tasks/mnistData.ts';
import { adding, context, isLong, lane } from './support.ts';

const images = () =>
  loadImages('small', async (file) => {
    const response = await fetch(`/data/${file}`);
    expect(response.ok).toBe(true);
    return new Uint8Array(await response.arrayBuffer());
  });

describe('learning on the device', () => {
  /** Trains until the smoothed loss of path-SGD is below 0.05, which takes SGD more steps. */
  async function learnsAdding(sizes: Partial<Experiment>, most: number): Promise<void> {
    const lanes = [lane('path', { rate: 0.03 }), lane('sgd', { rate: 0.01 })];
    const engine = await createWebGpuEngine(adding({ ...sizes, seed: 2, lanes }), { ...context, data: null });
    // The exponential mean with factor 0.98, from the first loss.
    const smooth: (number | null)[] = [null, null];
    const below: (number | null)[] = [null, null];
    while (engine.step < most && below[0] === null) {
      await engine.train(100);
      for (const { step, lane, loss } of await engine.metrics(engine.step - 100)) {
        const before = smooth[lane] ?? loss;
        smooth[lane] = 0.98 * before + 0.02 * loss;
        if ((smooth[lane] as number) < 0.05) below[lane] ??= step;
      }
    }
    engine.dispose();
    expect(below[0]).toBeLessThanOrEqual(most);
    expect(below[1] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(below[0] as number);
  }

  test('MNIST rows: batches of genuine digits, bit for bit those of the CPU engine', async () => {
    const data = await images();
    const experiment = { ...defaultExperiment('mnist-rows'), hidden: 16 };
    const engine = await createWebGpuEngine(experiment, { ...context, data });
    const cpu = await createCpuEngine(experiment, { data, precision: 'float64' });
    const [own, expected] = [await engine.inspect(), await cpu.inspect()];
    expect(differences(own.batch.inputs, expected.batch.inputs)).toBe(0);
    expect([...own.batch.targets]).toEqual([...expected.batch.targets]);
    expect(new Set(own.batch.targets).size).toBeGreaterThan(5);
    engine.dispose();
    cpu.dispose();
  });

  const long = (name: string, run: () => Promise<void>): void => {
    if (isLong) test(name, run);
  };

  // What the engine computes is held against the CPU engine, whose tests learn in the short set.
  // On the CPU engine: 363 steps, and 670 of SGD.
  long('the adding problem of length 5: path-SGD gets below a smoothed loss of 0.05, SGD later', () =>
    learnsAdding({ length: 5, hidden: 16, batch: 16 }, 500),
  );

  long('the adding problem of length 20', () => learnsAdding({ length: 20, hidden: 32, batch: 32 }, 1300));

  long('MNIST rows: over 60 % after 400 steps', async () => {
    const data = await images();
    const experiment = {
      ...defaultExperiment('mnist-rows'),
      hidden: 64,
      lanes: [lane('sgd', { rate: 0.1 }), lane('path', { rate: 0.03 })],
    };
    const engine = await createWebGpuEngine(experiment, { ...context, data });
    await engine.train(400);
    const { lanes } = await engine.evaluate();
    for (const { metric } of lanes) expect(metric).toBeGreaterThan(0.6);
    engine.dispose();
  });

  long('MNIST rows: over 90 % on the held-out images within 20,000 steps', async () => {
    const data = await images();
    const experiment = {
      ...defaultExperiment('mnist-rows'),
      hidden: 64,
      lanes: [lane('path', { rate: 0.03 }), lane('sgd', { rate: 0.05 })],
    };
    const engine = await createWebGpuEngine(experiment, { ...context, data });
    const best = experiment.lanes.map(() => 0);
    while (engine.step < 20_000 && best.some((share) => share <= 0.9)) {
      await engine.train(500);
      const { lanes } = await engine.evaluate();
      for (const [index, { metric }] of lanes.entries())
        best[index] = Math.max(best[index] as number, metric);
    }
    engine.dispose();
    for (const share of best) expect(share).toBeGreaterThan(0.9);
  });
});
