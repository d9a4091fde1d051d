import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright';
import { build, type PreviewServer, preview } from 'vite';
import { CHROMIUM_ARGS, findChromium } from '../scripts/browsers.mjs';
import { installPackages, root } from '../scripts/install.mjs';
import { describeRange, RANGES } from '../src/experiment/schema.ts';
import type { BenchShape } from './contestant.ts';
import type { Bench } from './page.ts';

// npm run -s bench: the speed of this project's engine beside other libraries', on one software adapter in one run.

declare const bench: Bench;

const USAGE = 'npm run -s bench -- [--length 50] [--hidden 100] [--batch 32] [--pairs 9] [--only ours]';

const PEERS = { tfjs: '@tensorflow/tfjs', jax: '@jax-js/jax' } as const;

interface Options {
  readonly shape: BenchShape;
  readonly pairs: number;
  readonly rivals: readonly ('path' | keyof typeof PEERS)[];
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      length: { type: 'string', default: '50' },
      hidden: { type: 'string', default: '100' },
      batch: { type: 'string', default: '32' },
      pairs: { type: 'string', default: '9' },
      only: { type: 'string' },
    },
  });
  const read = (name: 'length' | 'hidden' | 'batch' | 'pairs'): number => {
    const range = name === 'pairs' ? { min: 1, max: 1000, integer: true } : RANGES[name];
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    throw new Error(`--${name} is ${values[name]}: it must be ${describeRange(range)}`);
  };
  if (values.only !== undefined && values.only !== 'ours') {
    throw new Error(`--only is ${values.only}: it must be ours`);
  }
  return {
    shape: { length: read('length'), hidden: read('hidden'), batch: read('batch') },
    pairs: read('pairs'),
    rivals: values.only === 'ours' ? ['path'] : ['path', 'jax', 'tfjs'],
  };
}

/** Builds the page as it would be published and serves it. */
async function servePage(rivals: Options['rivals']): Promise<PreviewServer> {
  const outDir = path.join(root, 'bench/dist');
  const shared = { root, configFile: false, publicDir: false, logLevel: 'error' } as const;
  await build({
    ...shared,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      rolldownOptions: {
        input: path.join(root, 'bench/index.html'),
        // What is not installed is not loaded either.
        external: rivals.some((rival) => rival in PEERS) ? [] : [/^@/],
      },
    },
  });
  return preview({ ...shared, build: { outDir }, preview: { port: 0 } });
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Three digits, and no exponent. */
const formatTime = (ms: number): string => (ms < 100 ? ms.toPrecision(3) : ms.toFixed(0));

/** What a contestant is called in the table, with the version that the lock of the benchmark names. */
function labelOf(name: string): string {
  if (name === 'sgd') return 'this project, one SGD lane';
  if (name === 'path') return 'this project, one Path-SGD lane';
  const packageName = PEERS[name as keyof typeof PEERS];
  const file = path.join(root, 'bench/node_modules', packageName, 'package.json');
  return `${packageName} ${JSON.parse(readFileSync(file, 'utf8')).version}, WebGPU, SGD`;
}

/** Measures every rival in pairs with our SGD lane, each pair back to back, and prints the table. */
async function measure(page: Page, browser: Browser, { shape, pairs, rivals }: Options): Promise<void> {
  let adapter = '';
  for (const name of ['sgd', ...rivals]) {
    process.stderr.write(`${labelOf(name)}: compiling ...`);
    const prepared = await page.evaluate(([name, shape]) => bench.prepare(name, shape), [
      name,
      shape,
    ] as const);
    process.stderr.write(` ${prepared.steps} steps in a measurement\n`);
    adapter = prepared.adapter;
  }
  const time = (name: string): Promise<number> => page.evaluate((name) => bench.measure(name), name);
  const ours: number[] = [];
  const times = new Map(rivals.map((name) => [name, [] as number[]]));
  const ratios = new Map(rivals.map((name) => [name, [] as number[]]));
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of rivals) {
      // Who goes first alternates, so that a drift of the machine favours nobody.
      const order = pair % 2 === 0 ? ['sgd', name] : [name, 'sgd'];
      const measured: Record<string, number> = {};
      for (const one of order) measured[one] = await time(one);
      const own = measured.sgd ?? Number.NaN;
      const rival = measured[name] ?? Number.NaN;
      ours.push(own);
      times.get(name)?.push(rival);
      ratios.get(name)?.push(rival / own);
      process.stderr.write(
        `pair ${pair + 1} of ${pairs}: sgd ${own.toFixed(1)} ms, ${name} ${rival.toFixed(1)} ms\n`,
      );
    }
  }
  const row = (name: string, all: readonly number[], ratio: number): string =>
    `| ${labelOf(name)} | ${formatTime(median(all))} | ${ratio.toFixed(2)} |`;
  console.log(
    [
      `Adding problem, length ${shape.length}, hidden ${shape.hidden}, batch ${shape.batch}. Chromium ${browser.version()}, ` +
        `adapter ${adapter}, ${os.availableParallelism()} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'}); ` +
        `medians of ${pairs} interleaved pairs.`,
      '',
      '| | ms per training step | times our SGD lane |',
      '| --- | ---: | ---: |',
      row('sgd', ours, 1),
      ...rivals.map((name) => row(name, times.get(name) ?? [], median(ratios.get(name) ?? []))),
    ].join('\n'),
  );
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: ${USAGE}`);
    return 2;
  }
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.error(
      'No Chromium was found: install Chromium or Chrome (Debian: chromium), or set CHROMIUM_PATH to one.',
    );
    return 1;
  }
  const needsPeers = options.rivals.some((rival) => rival in PEERS);
  if (needsPeers && !(await installPackages(path.join(root, 'bench')))) return 1;
  const server = await servePage(options.rivals);
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`The page: ${error.message}`));
    await page.goto(new URL('bench/', server.resolvedUrls?.local[0]).href);
    await page.waitForFunction(() => 'bench' in globalThis);
    await measure(page, browser, options);
    return 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

process.exitCode = await main();
