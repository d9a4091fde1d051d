import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { adviceFor, installBrowsers } from './browsers.mjs';
import { installPackages, requireFolder, requireNode, root, runTool } from './install.mjs';

// npm test: installs what is missing, runs every part and ends with the counts over all of them.
// npm test -- unit gpu: these parts only. npm run test:long: larger shapes, more cases, the learning runs.

/**
 * `slowest` names the files that took longest, with their seconds.
 * @typedef {{ passed: number, failed: number, skipped: number, slowest?: string }} Counts
 */

/**
 * A part of the tests; `run` gets the time that it may take, in milliseconds.
 * @typedef {{ name: string, what: string, run: (limit: number) => Promise<Counts> }} Part
 */

const RESULTS = path.join(root, 'test-results');
const MINUTE = 60_000;

/**
 * Parts of a round run side by side: each leaves a core idle for much of its time.
 * @type {readonly (readonly Part[])[]}
 */
const ROUNDS = [
  [
    check('lint', 'Biome: format and lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings']),
    check('typecheck', 'TypeScript, strict', 'typescript/bin/tsc', ['--noEmit']),
    check('data', "the tasks' data, verified", 'tsx/dist/cli.mjs', ['scripts/prepare-data.ts']),
  ],
  [check('site', 'the page, built as it is published', 'vite/bin/vite.js', ['build', '--logLevel', 'warn'])],
  [
    suite('unit', 'experiment, CPU engine, session and command line, in Node'),
    suite('gpu', 'the WebGPU engine and learning on it, in Chromium', ['chromium']),
  ],
  [suite('page', 'the built page, in Chromium', ['chromium'])],
  [
    suite('browsers', 'the kernel checks as a page, and training, in Firefox and in Chromium', [
      'chromium',
      'firefox-esr',
    ]),
  ],
];

/**
 * A program that passes or fails as a whole: one test.
 * @param {string} name
 * @param {string} what
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Part}
 */
function check(name, what, script, args) {
  return {
    name,
    what,
    async run(limit) {
      const passed = (await runTool(script, args, { timeout: limit })) === 0;
      return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
    },
  };
}

/**
 * A project of vitest.config.ts. Without a browser that it needs it is one failure.
 * @param {string} name
 * @param {string} what
 * @param {readonly string[]} needs the browsers, by Debian's names
 * @returns {Part}
 */
function suite(name, what, needs = []) {
  return {
    name,
    what,
    async run(limit) {
      const missing = adviceFor(needs);
      if (missing.length > 0) {
        console.log(missing.join('\n'));
        return { passed: 0, failed: 1, skipped: 0 };
      }
      const report = path.join(RESULTS, `${name}.json`);
      rmSync(report, { force: true });
      const args = [
        'run',
        '--project',
        name,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ];
      const code = await runTool('vitest/vitest.mjs', args, { timeout: limit });
      return readReport(report, code);
    },
  };
}

/**
 * The counts of a vitest report, and its slowest files. In a file that failed, tests that did not run count as failed: what they need could
 * not be set up. A file without any test, a runner that ended badly although no test failed, or one that wrote no report
 * counts as one failure.
 * @param {string} file
 * @param {number} code how the runner ended
 * @returns {Counts}
 */
function readReport(file, code) {
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (existsSync(file)) {
    /** @type {{ testResults: { name: string, startTime: number, endTime: number, status: string, assertionResults: { status: string }[] }[] }} */
    const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
    for (const { status, assertionResults } of testResults) {
      const passed = assertionResults.filter((result) => result.status === 'passed').length;
      const failed = assertionResults.filter((result) => result.status === 'failed').length;
      const notRun = assertionResults.length - passed - failed;
      counts.passed += passed;
      counts.failed += status === 'failed' ? Math.max(1, failed + notRun) : failed;
      counts.skipped += status === 'failed' ? 0 : notRun;
    }
    counts.slowest = testResults
      .map(({ name, startTime, endTime }) => ({ name, seconds: Math.round((endTime - startTime) / 1000) }))
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, 3)
      .map(({ name, seconds }) => `${path.basename(name).replace('.test.ts', '')} ${seconds}`)
      .join(', ');
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** @param {Counts} counts */
const describe = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

function readArguments() {
  const names = ROUNDS.flat().map(({ name }) => name);
  try {
    const { values, positionals } = parseArgs({
      options: { long: { type: 'boolean' } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new Error(`${unknown} is no part of the tests: there are ${names.join(', ')}`);
    return {
      long: values.long ?? false,
      isWanted: (/** @type {Part} */ { name }) => positionals.length === 0 || positionals.includes(name),
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

const { long, isWanted } = readArguments();
requireNode();
requireFolder();
if (!(await installPackages())) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
await installBrowsers();
process.env.TEST_LONG = long ? '1' : '';
mkdirSync(RESULTS, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const summary = [];
for (const round of ROUNDS) {
  const parts = round.filter(isWanted);
  const lines = parts.map(async ({ name, what, run }) => {
    console.log(`\n== ${name}: ${what}`);
    const start = performance.now();
    const counts = await run((long ? 240 : 60) * MINUTE);
    const seconds = Math.round((performance.now() - start) / 1000);
    // For `buildSite`: the parts that open the page need not build it again.
    if (name === 'site' && counts.failed === 0) process.env.SITE_IS_BUILT = '1';
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const slowest = counts.slowest ? `, longest: ${counts.slowest}` : '';
    return `${name.padEnd(10)} ${describe(counts)} (${seconds} s${slowest})`;
  });
  summary.push(...(await Promise.all(lines)));
}
console.log(`\n${summary.join('\n')}\n\n${describe(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
