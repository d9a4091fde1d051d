import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create.ts';
import { NoAdapterError, ShapeTooLargeError } from '../../src/engine/engine.ts';
import { deviceOf } from '../../src/engine/webgpu/device.ts';
import { createWebGpuEngine } from '../../src/engine/webgpu/index.ts';
import { adding, context, lane } from './support.ts';

const create = (experiment = adding()) => createWebGpuEngine(experiment, { ...context, data: null });

describe('metrics', () => {
  test('come in order of step and lane, once each, from any step on', async () => {
    const engine = await create();
    await engine.train(7);
    const all = await engine.metrics(0);
    expect(all.map(({ step, lane }) => [step, lane])).toEqual(
      Array.from({ length: 14 }, (_, i) => [1 + Math.floor(i / 2), i % 2]),
    );
    expect(all.every(({ loss, gradientNorm }) => loss > 0 && gradientNorm > 0)).toBe(true);
    expect(await engine.metrics(5)).toEqual(all.slice(10));
    expect(await engine.metrics(7)).toEqual([]);
    engine.dispose();
  });

  test('are whole where the ring of 4,096 steps begins anew', async () => {
    const experiment = adding();
    const [engine, other] = [await create(experiment), await create(experiment)];
    const start = await engine.checkpoint();
    await engine.restore({ ...start, step: 4090 });
    await engine.train(12);
    const lines = await engine.metrics(4090);
    expect(lines.map(({ step }) => step)).toEqual(
      Array.from({ length: 24 }, (_, i) => 4091 + Math.floor(i / 2)),
    );
    await other.restore({ ...start, step: 4090 });
    await other.train(3);
    expect(lines.slice(0, 6)).toEqual(await other.metrics(4090));
    engine.dispose();
    other.dispose();
  });

  test('the first loss of lanes that start alike is the same, and theirs differ later', async () => {
    const engine = await create();
    await engine.train(5);
    const [first, second] = [0, 1].map(async (index) =>
      (await engine.metrics(0)).filter((line) => line.lane === index).map(({ loss }) => loss),
    );
    expect((await first)?.[0]).toBe((await second)?.[0]);
    expect((await first)?.[4]).not.toBe((await second)?.[4]);
    engine.dispose();
  });
});

describe('evaluation', () => {
  test('moves nothing and is the same every time', async () => {
    const [engine, undisturbed] = [await create(), await create()];
    await engine.train(3);
    const evaluation = await engine.evaluate();
    expect(evaluation.step).toBe(3);
    expect(await engine.evaluate()).toEqual(evaluation);
    expect((await engine.evaluate(10)).lanes).not.toEqual(evaluation.lanes);
    await engine.train(3);
    await undisturbed.train(6);
    expect(await engine.checkpoint()).toEqual(await undisturbed.checkpoint());
    engine.dispose();
    undisturbed.dispose();
  });
});

describe('what cannot be', () => {
  test('a shape above the limits is refused before anything is allocated, with what fits', async () => {
    const lanes = Array.from({ length: 16 }, () => lane('path'));
    const large = adding({ length: 1000, hidden: 256, batch: 256, layers: 3, lanes });
    const error = await create(large).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ShapeTooLargeError);
    const fitting = /largest that fits is batch (\d+)/.exec((error as Error).message);
    expect(Number(fitting?.[1])).toBeGreaterThan(0);
    expect(Number(fitting?.[1])).toBeLessThan(256);
  });

  test('without WebGPU: a named error, and the CPU engine where any engine will do', async () => {
    const nothing = { ...context, gpu: undefined, data: null };
    await expect(createWebGpuEngine(adding(), nothing)).rejects.toBeInstanceOf(NoAdapterError);
    const { engine, fallback } = await createEngine({ ...nothing, experiment: adding(), kind: 'auto' });
    expect(engine.info.kind).toBe('cpu');
    expect(fallback).toMatch(/WebGPU/);
    engine.dispose();
  });

  // The checks plant a fault in every kernel.
  test('no engine is made of kernels that do not pass the self-test; of others it is', async () => {
    const file = 'update.wgsl';
    const source = context.shaders[file] as string;
    const shaders = { ...context.shaders, [file]: source.replace('parameters[at] -= moved', '') };
    const wrong = createWebGpuEngine(adding(), { ...context, shaders, data: null });
    await expect(wrong).rejects.toThrow(NoAdapterError);
    await expect(wrong).rejects.toThrow(/computes wrongly \(.*the step by/);
    (await create()).dispose();
  });

  test('a checkpoint of another experiment is refused and changes nothing', async () => {
    const [engine, other] = [await create(), await create(adding({ length: 11 }))];
    await engine.train(2);
    const before = await engine.checkpoint();
    await expect(engine.restore(await other.checkpoint())).rejects.toThrow(/another experiment/);
    expect(await engine.checkpoint()).toEqual(before);
    engine.dispose();
    other.dispose();
  });

  test('a disposed engine says so', async () => {
    const engine = await create();
    engine.dispose();
    await expect(engine.train(1)).rejects.toThrow(/disposed/);
  });
});

test('kernels used lately are compiled once; of the others, none is kept for ever', async () => {
  const { kernel } = await deviceOf(context.gpu);
  const used = (index: number) => kernel('batch', `// ${index}\n@compute @workgroup_size(1) fn main() {}`);
  const [first, second] = [used(0), used(1)];
  for (let index = 2; index < 200; index++) {
    await used(index);
    expect(used(0)).toBe(first);
  }
  expect(used(1)).not.toBe(second);
});
