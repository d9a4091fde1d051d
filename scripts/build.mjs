import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, requireFolder, requireNode, root, runTool } from './install.mjs';

// npm run build: prepares the data and writes the site to dist/.

const DIST = path.join(root, 'dist');

/** What dist/ was built of. */
const STAMP = path.join(root, 'node_modules', '.cache', 'path-sgd-site');

/** Folders that the site is not built of. */
const OTHER_FOLDERS = ['.git', 'node_modules', 'dist', 'test', 'test-results', 'docs'];

/**
 * The files of a folder and those below, in a fixed order.
 * @param {string} folder
 * @param {readonly string[]} leftOut folders
 * @returns {string[]}
 */
const filesIn = (folder, leftOut = []) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !leftOut.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(file);
      return entry.isFile() ? [file] : [];
    });

/** Bytes up to which a file is compared by what is in it: a new checkout changes only times. */
const MOST_READ = 1e6;

/** A text that changes with the source, the commit (the page names it), and what is in dist/. */
function stamp() {
  const hash = createHash('sha256');
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  hash.update(stdout ?? '');
  for (const file of [...filesIn(root, OTHER_FOLDERS), ...filesIn(DIST)]) {
    const { size, mtimeMs } = statSync(file);
    const built = file.startsWith(DIST + path.sep);
    hash.update(`\n${path.relative(root, file)} ${size} `);
    hash.update(built || size > MOST_READ ? String(mtimeMs) : readFileSync(file));
  }
  return hash.digest('hex');
}

/** Whether dist/ is what `build` made, of the source as it is now. */
export const isBuilt = () => existsSync(DIST) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp();

/**
 * Prepares the data and builds the site. What the two programs say goes to standard error.
 * @param {readonly string[]} [args] for Vite
 * @returns {Promise<boolean>} whether it is there now
 */
export async function build(args = ['--logLevel', 'warn']) {
  const done =
    (await runTool('tsx/dist/cli.mjs', ['scripts/prepare-data.ts'], { outputTo: 'stderr' })) === 0 &&
    (await runTool('vite/bin/vite.js', ['build', ...args], {
      outputTo: 'stderr',
      env: { NODE_ENV: 'production' },
    })) === 0;
  if (done && args.every((arg) => !/^--(outDir|base|mode)/.test(arg))) {
    mkdirSync(path.dirname(STAMP), { recursive: true });
    writeFileSync(STAMP, stamp());
  }
  return done;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  requireNode();
  requireFolder();
  if (!(await installPackages()) || !(await build(process.argv.slice(2)))) process.exitCode = 1;
}
