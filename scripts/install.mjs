import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs before anything is installed: Node's own modules only.

/** The folder of the project, where package.json is. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * Runs a program with this process's terminal and waits for its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, timeout?: number, outputTo?: 'stdout' | 'stderr' }} [options]
 *   `timeout` in milliseconds; `outputTo` says where the program's standard output goes
 * @returns {Promise<number>} the exit code; 1 where it could not be started or was ended by a signal
 */
export function run(command, args, { env = {}, cwd = root, timeout = 0, outputTo = 'stdout' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      timeout,
      stdio: ['ignore', outputTo === 'stdout' ? 'inherit' : process.stderr, 'inherit'],
      env: { ...process.env, ...env },
    });
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      if (signal) console.error(`${path.basename(command)} was ended by ${signal}.`);
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs a program of a package with this very Node.
 * @param {string} script its path below node_modules/
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export const runTool = (script, args, options) =>
  run(process.execPath, [path.join(root, 'node_modules', script), ...args], options);

/**
 * @typedef {Record<string, { version?: string, optional?: boolean, link?: boolean }>} LockedPackages
 * @param {string} file a lock file of npm
 * @returns {LockedPackages}
 */
const lockedPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * Whether node_modules holds the very versions that the lock file names. npm writes what it installed into
 * node_modules/.package-lock.json; optional packages may be missing there (other platforms' binaries).
 * @param {string} folder where package-lock.json is
 */
export function isInstalled(folder) {
  const installedFile = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = lockedPackages(installedFile);
  return Object.entries(lockedPackages(path.join(folder, 'package-lock.json'))).every(
    ([name, { version, optional, link }]) =>
      name === '' || link || installed[name]?.version === version || (optional && !installed[name]),
  );
}

/**
 * Installs the packages of a folder's lock file where they are missing or of other versions.
 * @param {string} [folder]
 * @returns {Promise<boolean>} whether they are there now
 */
export async function installPackages(folder = root) {
  if (isInstalled(folder)) return true;
  console.error(
    `Installing the packages of ${path.relative(root, path.join(folder, 'package-lock.json'))} ...`,
  );
  // npm names its own script where it started this one; on Windows npm itself is no program that can be started.
  const npm = process.env.npm_execpath;
  const [command, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [
    ...before,
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  if ((await run(command, args, { cwd: folder, outputTo: 'stderr' })) === 0) return true;
  console.error('The packages could not be installed: see the message of npm above.');
  return false;
}

/**
 * Ends the process where the project lies in a folder that a tool cannot work in: what follows a `?` or `#` is lost where the tool
 * turns paths into addresses.
 * @param {string} tool who cannot work there, for the message
 * @param {string} characters those that it cannot read
 */
export function requireFolder(tool = 'Vite, which builds, serves and tests the page,', characters = '#?') {
  if (![...characters].some((character) => root.includes(character))) return;
  console.error(
    `The project lies in ${root}: ${tool} cannot work in a folder with ${[...characters].join(' or ')} in its path. ` +
      'Rename the folder.',
  );
  process.exit(1);
}

/** Ends the process where this Node is older than package.json allows. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node ${process.versions.node} is too old: version 20.19 or newer is needed.`);
  process.exit(1);
}
