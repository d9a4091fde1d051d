import type { BenchShape, Contestant, Peer } from './contestant.ts';
import { createOurs } from './ours.ts';

// Each loads only when it is asked for: they are installed by the benchmark itself, and not for `--only ours`.
const peers = import.meta.glob<Peer>('./peers/*.ts');

/** What the page offers to the program that drives it. Times in milliseconds per training step. */
export interface Bench {
  /** Starts a contestant, lets it compile, and finds how many steps a measurement takes. */
  prepare(name: string, shape: BenchShape): Promise<{ steps: number; adapter: string }>;
  /** Trains those steps and returns the time of one. */
  measure(name: string): Promise<number>;
}

/** Milliseconds of one measurement at least: far above the resolution of the clock and the cost of reading a loss. */
const MEASUREMENT = 1000;

const contestants = new Map<string, { readonly contestant: Contestant; readonly steps: number }>();

function create(name: string, shape: BenchShape): Promise<Contestant> {
  if (name === 'sgd' || name === 'path') return createOurs(name, shape);
  const load = peers[`./peers/${name}.ts`];
  if (!load) throw new Error(`${name} is no contestant.`);
  return load().then((peer) => peer.create(shape));
}

/** Milliseconds per step; a loss that is not finite would mean that something else than training was measured. */
async function time(contestant: Contestant, steps: number): Promise<number> {
  const start = performance.now();
  const loss = await contestant.train(steps);
  const elapsed = performance.now() - start;
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  return elapsed / steps;
}

async function adapterName(): Promise<string> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('this browser has no WebGPU adapter');
  const { vendor, architecture, device, description } = adapter.info;
  return [vendor, architecture, device, description].filter(Boolean).join(' ');
}

const bench: Bench = {
  async prepare(name, shape) {
    const contestant = await create(name, shape);
    await contestant.train(2);
    const steps = Math.ceil(MEASUREMENT / (await time(contestant, 1)));
    contestants.set(name, { contestant, steps });
    return { steps, adapter: await adapterName() };
  },
  measure(name) {
    const prepared = contestants.get(name);
    if (!prepared) throw new Error(`${name} is not prepared.`);
    return time(prepared.contestant, prepared.steps);
  },
};

Object.assign(globalThis, { bench });
