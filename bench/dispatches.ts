/**
 * How long each dispatch of a WebGPU training step takes, one after another on an idle device; the pacing submits no more
 * than one at a time where they are long: npx tsx bench/dispatches.ts '<link>' [sequences of an evaluation].
 */
import { loadData } from '../src/cli/data.ts';
import { loadGpu } from '../src/cli/gpu.ts';
import { readShaders } from '../src/cli/shaders.ts';
import { deviceOf } from '../src/engine/webgpu/device.ts';
import { FIRST_DISPATCH } from '../src/engine/webgpu/dispatchBudget.ts';
import { createUntested } from '../src/engine/webgpu/index.ts';
import { parseLink } from '../src/experiment/link.ts';
import { taskOf } from '../src/experiment/tasks/index.ts';
import { percentile } from './percentile.ts';

/** What a compute pass was told, to be told again. */
interface Recorded {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly offsets: readonly number[];
  readonly groups: readonly [number, number, number];
}

/** A submit that is longer, in milliseconds, is felt. */
const FELT = 100;

const [link = '', sequences = '0'] = process.argv.slice(2);
const { experiment, messages } = parseLink(link);
for (const { message } of messages) process.stderr.write(`${message}\n`);
const { gpu, problem } = await loadGpu();
if (problem !== null) throw new Error(problem);
const { device, info } = await deviceOf(gpu);
const { queue } = device;

// The engine submits as it always does; here its passes are noted down instead, to be run one by one.
const submits: Recorded[][] = [];
let recording: Recorded[] | null = null;
const createEncoder = device.createCommandEncoder.bind(device);
const submit = queue.submit.bind(queue);
const done = queue.onSubmittedWorkDone.bind(queue);

function recorder(): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline;
  let group: GPUBindGroup;
  let offsets: readonly number[] = [];
  const pass = {
    setPipeline(next: GPUComputePipeline) {
      pipeline = next;
    },
    setBindGroup(_: number, next: GPUBindGroup, nextOffsets: readonly number[]) {
      group = next;
      offsets = nextOffsets;
    },
    dispatchWorkgroups(...groups: [number, number, number]) {
      recording?.push({ pipeline, group, offsets: [...offsets], groups });
    },
    end() {},
  };
  return pass as unknown as GPUComputePassEncoder;
}

Object.assign(device, {
  createCommandEncoder() {
    const encoder = createEncoder();
    Object.assign(encoder, {
      beginComputePass() {
        recording = [];
        return recorder();
      },
    });
    return encoder;
  },
});
Object.assign(queue, {
  submit(buffers: GPUCommandBuffer[]) {
    if (recording) submits.push(recording);
    else submit(buffers);
    recording = null;
  },
});

async function time(commands: readonly Recorded[]): Promise<number> {
  const encoder = createEncoder();
  const pass = encoder.beginComputePass();
  for (const { pipeline, group, offsets, groups } of commands) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group, offsets);
    pass.dispatchWorkgroups(...groups);
  }
  pass.end();
  const buffer = encoder.finish();
  const started = performance.now();
  submit([buffer]);
  await done();
  return performance.now() - started;
}

async function report(what: string): Promise<void> {
  const recorded = submits.splice(0);
  /** Milliseconds of each dispatch, by kernel. */
  const kernels = new Map<string, number[]>();
  for (const commands of recorded) {
    for (const command of commands) {
      const { label } = command.pipeline;
      // The first run of a kernel may finish its compilation.
      if (!kernels.has(label)) await time([command]);
      const milliseconds = await time([command]);
      const times = kernels.get(label) ?? [];
      times.push(milliseconds);
      kernels.set(label, times);
    }
  }
  process.stdout.write(`\n${what}: ${recorded.length} submits before their size is adapted\n\n`);
  const columns = ['kernel', 'dispatches', 'ms in all', 'median', '99 %', 'longest', `over ${FELT} ms`];
  process.stdout.write(`| ${columns.join(' | ')} |\n| --- |${' ---: |'.repeat(columns.length - 1)}\n`);
  for (const [kernel, times] of kernels) {
    times.sort((a, b) => a - b);
    const at = (share: number) => percentile(times, share)?.toFixed(1);
    const total = times.reduce((sum, each) => sum + each, 0).toFixed(0);
    const felt = times.filter((each) => each > FELT).length;
    const cells = [`\`${kernel}\``, times.length, total, at(0.5), at(0.99), at(1), felt];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}

const data = await loadData(experiment);
// Planned as a first step is: nothing that is measured here may change the plan.
const engine = await createUntested(taskOf(experiment), experiment, {
  gpu,
  shaders: readShaders(),
  data,
  mostOperations: FIRST_DISPATCH,
});
process.stdout.write(`WebGPU on ${info.name}\n`);
if (Number(sequences) > 0) {
  await engine.evaluate(Number(sequences));
  await report(`Evaluation of ${sequences} sequences`);
}
await engine.train(1);
await report('One training step');
// Dawn's threads would keep the process alive.
process.exit(0);
