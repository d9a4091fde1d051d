import {
  type BenchmarkShape,
  type Contestant,
  createOwn,
  type MeasureOptions,
  measure,
  type OwnName,
  type Timing,
} from '../src/engine/benchmark.ts';
import { shaders } from '../src/session/shaders.ts';
import { isPeer, PEERS, type Peer, type PeerName } from './contestant.ts';

// Each loads only when it is asked for: they are installed by the benchmark itself, and not where none takes part.
const peers = import.meta.glob<Peer>('./peers/*.ts');

export interface BenchRequest extends Omit<MeasureOptions, 'onProgress'> {
  /** References before those compared with them. */
  readonly names: readonly (OwnName | PeerName)[];
  readonly shape: BenchmarkShape;
  /** What the table calls the other libraries. */
  readonly peerLabels: Readonly<Partial<Record<PeerName, string>>>;
}

export interface BenchAnswer {
  /** Empty where no contestant uses WebGPU. */
  readonly adapter: string;
  readonly timings: readonly Timing[];
  /** Contestants that could not take part, and why. */
  readonly failures: readonly string[];
}

/** What the page offers to the program that drives it. Progress goes to its console. */
export type RunBench = (request: BenchRequest) => Promise<BenchAnswer>;

async function createPeer(name: PeerName, { shape, peerLabels }: BenchRequest): Promise<Contestant> {
  const { module, backend, reference } = PEERS[name];
  const load = peers[`./peers/${module}.ts`];
  if (!load) throw new Error(`There is no module for ${name}.`);
  const trainer = await (await load()).create(shape, backend);
  return { name, label: peerLabels[name] ?? name, reference, trainer };
}

const runBench: RunBench = async (request) => {
  const { names, shape, pairs, milliseconds } = request;
  const gpu = (navigator as { readonly gpu?: GPU }).gpu;
  const contestants: Contestant[] = [];
  const failures: string[] = [];
  let adapter = '';
  for (const name of names) {
    console.log(`${name}: starting`);
    try {
      if (isPeer(name)) {
        const contestant = await createPeer(name, request);
        // A library that cannot train here must not end the others' measurement.
        await contestant.trainer.train(1);
        contestants.push(contestant);
      } else {
        const { contestant, info } = await createOwn(name, shape, { gpu, shaders });
        contestants.push(contestant);
        if (info.kind === 'webgpu') adapter = info.name;
      }
    } catch (error) {
      // Without a reference there is nothing to compare with.
      if (!isPeer(name)) throw error;
      failures.push(`${name} cannot take part: ${error instanceof Error ? error.message : error}`);
    }
  }
  const timings = await measure(contestants, {
    pairs,
    milliseconds,
    onProgress: (done, total, current) => console.log(`${done} of ${total} pairs; ${current}`),
  });
  return { adapter, timings, failures };
};

Object.assign(globalThis, { runBench });
