/**
 * How long each dispatch of a WebGPU training step takes, one after another on an idle device, and how long the submits
 * are that they make together: npx tsx bench/dispatches.ts '<link>' [sequences of an evaluation].
 */
import { loadData } from '../src/cli/data.ts';
import { loadGpu } from '../src/cli/gpu.ts';
import { readShaders } from '../src/cli/shaders.ts';
import { deviceOf } from '../src/engine/webgpu/device.ts';
import { createUntested } from '../src/engine/webgpu/index.ts';
import { parseLink } from '../src/experiment/link.ts';
import { taskOf } from '../src/experiment/tasks/index.ts';

/** What a compute pass was told, to be told again. */
interface Recorded {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly offsets: readonly number[];
  readonly groups: readonly [number, number, number];
}

/** Dispatches of a kernel: how many, how long together, and the longest, in milliseconds. */
interface Timing {
  count: number;
  total: number;
  longest: number;
}

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
  const kernels = new Map<string, Timing>();
  let longest = 0;
  for (const commands of recorded) {
    let whole = 0;
    for (const command of commands) {
      const { label } = command.pipeline;
      // The first run of a kernel may finish its compilation.
      if (!kernels.has(label)) await time([command]);
      const milliseconds = await time([command]);
      whole += milliseconds;
      const timing = kernels.get(label) ?? { count: 0, total: 0, longest: 0 };
      timing.count++;
      timing.total += milliseconds;
      timing.longest = Math.max(timing.longest, milliseconds);
      kernels.set(label, timing);
    }
    longest = Math.max(longest, whole);
  }
  process.stdout.write(`\n${what}: ${recorded.length} submits, the longest ${longest.toFixed(0)} ms\n\n`);
  process.stdout.write('| kernel | dispatches | ms in all | longest, ms |\n| --- | ---: | ---: | ---: |\n');
  for (const [kernel, { count, total, longest: most }] of kernels) {
    process.stdout.write(`| \`${kernel}\` | ${count} | ${total.toFixed(0)} | ${most.toFixed(1)} |\n`);
  }
}

const data = await loadData(experiment);
const engine = await createUntested(taskOf(experiment), experiment, { gpu, shaders: readShaders(), data });
process.stdout.write(`WebGPU on ${info.name}\n`);
if (Number(sequences) > 0) {
  await engine.evaluate(Number(sequences));
  await report(`Evaluation of ${sequences} sequences`);
}
await engine.train(1);
await report('One training step');
// Dawn's threads would keep the process alive.
process.exit(0);
