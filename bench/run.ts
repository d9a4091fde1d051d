import { readFileSync } from 'node:fs';
import path from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { build, type PreviewServer, preview } from 'vite';
import { CHROMIUM_ARGS, FIREFOX_PREFERENCES, findChromium, findFirefox } from '../scripts/browsers.mjs';
import { installPackages, root } from '../scripts/install.mjs';
import { BadInputError } from '../src/cli/arguments.ts';
import { runCommand } from '../src/cli/command.ts';
import { readShaders } from '../src/cli/shaders.ts';
import {
  type BenchmarkShape,
  describeShape,
  formatTables,
  type ShapeTimings,
} from '../src/engine/benchmark.ts';
import { listOf } from '../src/experiment/reading.ts';
import { isPeer, PEERS, type PeerName } from './contestant.ts';
import { benchInNode, describeProcessor } from './node.ts';
import {
  BROWSERS,
  type BrowserName,
  MEASURE_FLAGS,
  MEASURE_USAGE,
  type MeasureSettings,
  readFlags,
  readMeasureSettings,
} from './options.ts';
import { pack } from './pack.ts';
import type { BenchAnswer, RunBench } from './page.ts';

// npm run -s bench: the speed of this project's engines beside other libraries', the same work in one run.

declare const runBench: RunBench;

const USAGE = `npm run -s bench -- [--browser chromium|firefox | --node | --pack <folder>] ${MEASURE_USAGE}`;

/** Milliseconds of one measurement. In Firefox a wait for the device takes up to 100 of them, whatever it waits for. */
const MILLISECONDS: Readonly<Record<BrowserName, number>> = { chromium: 1000, firefox: 3000 };

/** Milliseconds that a browser may work on one shape without an answer. */
const ANSWER_TIMEOUT = 3_600_000;

const LAUNCHERS: Readonly<Record<BrowserName, () => Promise<Browser>>> = {
  chromium() {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      throw new Error(
        'No Chromium was found: install Chromium or Chrome (Debian: chromium), or set CHROMIUM_PATH to one.',
      );
    }
    return puppeteer.launch({ executablePath, args: CHROMIUM_ARGS, protocolTimeout: ANSWER_TIMEOUT });
  },
  firefox() {
    const executablePath = findFirefox();
    if (executablePath === undefined) {
      throw new Error('No Firefox was found: install one (Debian: firefox-esr), or set FIREFOX_PATH to one.');
    }
    return puppeteer.launch({
      browser: 'firefox',
      executablePath,
      extraPrefsFirefox: FIREFOX_PREFERENCES,
      protocolTimeout: ANSWER_TIMEOUT,
    });
  },
};

/** Builds the page as it would be published and serves it. */
async function servePage(withPeers: boolean): Promise<PreviewServer> {
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
        external: withPeers ? [] : [/^@/],
      },
    },
  });
  return preview({ ...shared, build: { outDir }, preview: { port: 0 } });
}

/** What the table calls another library, with the version that is installed. */
function peerLabel(name: PeerName): string {
  const { packageName, backend } = PEERS[name];
  const file = path.join(root, 'bench/node_modules', packageName, 'package.json');
  const title = backend === 'webgpu' ? 'WebGPU' : 'WebAssembly';
  return `${packageName} ${JSON.parse(readFileSync(file, 'utf8')).version}, ${title}, SGD`;
}

/** Measures in a browser and prints the tables. @throws Error where a library could not take part, after the tables */
async function benchInBrowser(name: BrowserName, settings: MeasureSettings): Promise<void> {
  const peers = settings.names.filter(isPeer);
  const browser = await LAUNCHERS[name]();
  let server: PreviewServer | null = null;
  try {
    if (peers.length > 0 && !(await installPackages(path.join(root, 'bench')))) {
      throw new Error('Without them, this project can be measured alone: --only ours');
    }
    server = await servePage(peers.length > 0);
    const address = new URL('bench/', server.resolvedUrls?.local[0]).href;
    const peerLabels = Object.fromEntries(peers.map((peer) => [peer, peerLabel(peer)]));
    const measureShape = async (shape: BenchmarkShape): Promise<BenchAnswer> => {
      process.stderr.write(`${describeShape(shape)}\n`);
      // A page of its own: what one shape left behind does not slow the next.
      const page = await browser.newPage();
      page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
      page.on('pageerror', (error) => process.stderr.write(`The page: ${error}\n`));
      await page.goto(address);
      await page.waitForFunction(() => 'runBench' in globalThis);
      const answer = await page.evaluate((request) => runBench(request), {
        names: settings.names,
        shape,
        pairs: settings.pairs,
        milliseconds: settings.milliseconds ?? MILLISECONDS[name],
        peerLabels,
      });
      await page.close();
      return answer;
    };
    const results: ShapeTimings[] = [];
    const failures: string[] = [];
    let adapter = '';
    for (const shape of settings.shapes) {
      const answer = await measureShape(shape);
      results.push({ shape, timings: answer.timings });
      failures.push(...answer.failures.map((failure) => `${describeShape(shape)}: ${failure}`));
      if (answer.adapter !== '') adapter = `, WebGPU on ${answer.adapter}`;
    }
    const version = (await browser.version()).replace('/', ' ');
    const context =
      `${version}${adapter}, ${describeProcessor()}; medians of ${settings.pairs} interleaved pairs, ` +
      'WebGPU compared with WebGPU and WebAssembly with the CPU engine.';
    process.stdout.write(`${formatTables(context, results)}\n`);
    if (failures.length > 0) throw new Error(failures.join('\n'));
  } finally {
    await browser.close();
    await server?.close();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const values = readFlags(
    args,
    {
      ...MEASURE_FLAGS,
      browser: { type: 'string' },
      node: { type: 'boolean' },
      pack: { type: 'string' },
    },
    USAGE,
  );
  const places = ['browser', 'node', 'pack'] as const;
  const chosen = places.filter((place) => values[place] !== undefined);
  if (chosen.length > 1) {
    throw new BadInputError(`${listOf(chosen.map((place) => `--${place}`))}: it must be one of them`);
  }
  if (values.pack !== undefined) return pack(values.pack);
  const settings = readMeasureSettings(values, !values.node);
  if (values.node) return benchInNode(settings, readShaders());
  const browser = BROWSERS.find((name) => name === (values.browser ?? 'chromium'));
  if (browser === undefined) {
    throw new BadInputError(`--browser is "${values.browser}": it must be ${listOf(BROWSERS)}`);
  }
  return benchInBrowser(browser, settings);
}

await runCommand(main);
