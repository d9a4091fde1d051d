import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { run } from './install.mjs';

/** What a headless Chromium needs for WebGPU on SwiftShader, and to leave the network alone. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Workgroup memory is not zeroed first, as WGSL promises: no kernel relies on it, and SwiftShader compiles a recurrence in half
 * the time.
 */
export const WITH_GARBAGE = '--enable-dawn-features=disable_workgroup_init';

/** Preferences with which Firefox offers WebGPU on Linux, where it is off, and on a software adapter. */
export const FIREFOX_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

/** Preferences of Firefox in tests: what it draws takes the processor from what they wait for. */
export const DRAW_SELDOM = { 'layout.frame_rate': 10 };

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The first program that can be started: the one that the variable names, else one of the names in the search path,
 * else one of the given files.
 * @param {string} variable
 * @param {readonly string[]} names
 * @param {readonly string[]} files
 * @returns {string | undefined}
 */
function findProgram(variable, names, files) {
  const chosen = process.env[variable];
  if (chosen) return isProgram(chosen) ? chosen : undefined;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return [...names.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...files].find(
    isProgram,
  );
}

/** The path of a Chromium or Chrome; undefined where there is none. CHROMIUM_PATH goes before all. */
export const findChromium = () =>
  findProgram(
    'CHROMIUM_PATH',
    ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
  );

/**
 * The path of Chromium's headless shell, which draws no window of its own and so leaves more time to pages; where there is none, or
 * CHROMIUM_PATH says what to take, that of a Chromium. In the shell every page is in sight: it does for tests of one page.
 */
export const findHeadlessShell = () =>
  findProgram('CHROMIUM_PATH', ['chromium-headless-shell', 'chrome-headless-shell'], []) ?? findChromium();

/** The path of a Firefox; undefined where there is none. FIREFOX_PATH goes before all. */
export const findFirefox = () =>
  findProgram(
    'FIREFOX_PATH',
    ['firefox-esr', 'firefox'],
    ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  );

const VULKAN_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
const LAVAPIPE_FILES = ['lvp_icd.x86_64.json', 'lvp_icd.aarch64.json', 'lvp_icd.json'];

const hasVulkanLoader = () => {
  const cache = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return cache.status === 0 && cache.stdout.includes('libvulkan.so.1');
};

const hasLavapipe = () =>
  VULKAN_FOLDERS.some((folder) => LAVAPIPE_FILES.some((file) => existsSync(path.join(folder, file))));

/** What the tests need beside Node: how to see it, Debian's package, and what to tell who must install it. */
const NEEDS = [
  {
    package: 'chromium',
    variable: 'CHROMIUM_PATH',
    linuxOnly: false,
    isThere: () => findChromium() !== undefined,
    advice:
      'No Chromium was found: install Chromium or Chrome (Debian: chromium), or set CHROMIUM_PATH to one.',
  },
  {
    package: 'chromium-headless-shell',
    variable: '',
    linuxOnly: true,
    isThere: () => Boolean(process.env.CHROMIUM_PATH) || findHeadlessShell() !== findChromium(),
    // Chromium does the same, only slower.
    advice: null,
  },
  {
    package: 'firefox-esr',
    variable: 'FIREFOX_PATH',
    linuxOnly: false,
    isThere: () => findFirefox() !== undefined,
    advice: 'No Firefox was found: install one (Debian: firefox-esr), or set FIREFOX_PATH to one.',
  },
  {
    package: 'mesa-vulkan-drivers',
    variable: '',
    linuxOnly: true,
    isThere: hasLavapipe,
    advice: 'No software Vulkan driver for Firefox was found: install mesa-vulkan-drivers.',
  },
  {
    package: 'libvulkan1',
    variable: '',
    linuxOnly: true,
    isThere: hasVulkanLoader,
    advice: 'No Vulkan loader for WebGPU in Node was found: install libvulkan1.',
  },
];

/**
 * What to tell who lacks some of the needs: a line each, none for what is there.
 * @param {readonly string[]} packages Debian's names of the needs
 * @returns {string[]}
 */
export const adviceFor = (packages) =>
  missingNeeds()
    .filter((need) => packages.includes(need.package))
    .flatMap(({ variable, advice }) => wrongVariable(variable) ?? advice ?? []);

/** @param {string} variable @returns {string | null} why the program that it names does not do; null where it names none */
function wrongVariable(variable) {
  const chosen = process.env[variable];
  return chosen ? `${variable} is ${chosen}: there is no program.` : null;
}

const missingNeeds = () =>
  NEEDS.filter(({ linuxOnly, isThere }) => (process.platform === 'linux' || !linuxOnly) && !isThere());

/**
 * Installs the missing browsers and drivers with apt-get where the system has it and lets this user; prints one line
 * for each that is still missing.
 */
export async function installBrowsers() {
  const missing = missingNeeds().filter(({ variable }) => {
    const wrong = wrongVariable(variable);
    if (wrong !== null) console.log(wrong);
    return wrong === null;
  });
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  const mayInstall =
    findProgram('', ['apt-get'], []) !== undefined &&
    (isRoot || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0);
  if (mayInstall) {
    const packages = missing.map((need) => need.package);
    console.log(`Installing ${packages.join(', ')} with apt-get ...`);
    const prefix = isRoot ? ['env'] : ['sudo', '-n', 'env'];
    const aptGet = (/** @type {string[]} */ ...args) =>
      run(/** @type {string} */ (prefix[0]), [
        ...prefix.slice(1),
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-qq',
        '-o=Dpkg::Use-Pty=0',
        ...args,
      ]);
    await aptGet('update');
    // One by one: a distribution that lacks one of them may still have the others.
    for (const name of packages) await aptGet('install', '-y', '--no-install-recommends', name);
  }
  for (const need of missing) if (need.advice !== null && !need.isThere()) console.log(need.advice);
}
