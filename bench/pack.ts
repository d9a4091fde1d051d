import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { root } from '../scripts/install.mjs';
import { BadInputError } from '../src/cli/arguments.ts';

/** The platform that a folder is packed for. */
const PLATFORM = 'linux-x64';
/** What of the npm package webgpu its loader reads there. */
const DAWN_FILES = ['package.json', 'index.js', 'LICENSE.md', `dist/${PLATFORM}`];

/** PyTorch's shapes are the same: see pytorch.py. */
const SHAPES = '--length 100,400,750 --batch 32,100';

const RUN = `#!/bin/sh
# Measures this project's engines, then PyTorch; with flags this project alone.
set -u
cd "$(dirname "$0")"
node=node
if [ ! -x ./node ] && [ -f node.xz ]; then
  xz -dc node.xz > node.part && chmod +x node.part && mv node.part node || exit 1
fi
if [ -x ./node ]; then node=./node; fi
if [ $# -gt 0 ]; then exec "$node" bench.js "$@"; fi
code=0
"$node" bench.js ${SHAPES} || code=$?
echo
python3 pytorch.py || code=$?
exit $code
`;

const README = `The benchmark of the Path-SGD Playground, for Linux on x86-64, without a network.

    ./run.sh                 this project through Dawn at lengths 100, 400, 750 and batches 32, 100; then PyTorch
    ./run.sh --length 100    this project alone, with any flags of ./run.sh --help
    python3 pytorch.py       PyTorch alone; python3 pytorch.py --help

Needs Node 20.19 or newer, the Vulkan driver of the GPU and the Vulkan loader (Debian: libvulkan1); PyTorch's side needs
PyTorch with CUDA. Where the other machine has no Node, put this machine's beside run.sh, as it is or compressed, which
keeps the folder below 64 MiB:

    xz -c "$(command -v node)" > node.xz

Tables go to standard output, progress to standard error.
`;

/**
 * Writes a folder that runs the benchmark on a machine without a network.
 * @throws BadInputError where the folder is not empty
 * @throws Error where the package webgpu is not installed for that platform
 */
export async function pack(folder: string): Promise<void> {
  if (folder === '') throw new BadInputError('--pack is "": it must be a folder that is new or empty');
  const target = path.resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new BadInputError(
      `--pack is "${folder}", which is not empty: it must be a folder that is new or empty`,
    );
  }
  const dawn = path.join(root, 'node_modules/webgpu');
  const missing = DAWN_FILES.find((file) => !existsSync(path.join(dawn, file)));
  if (missing !== undefined)
    throw new Error(`node_modules/webgpu/${missing} is missing: "npm ci" installs it.`);
  mkdirSync(target, { recursive: true });
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: path.join(root, 'bench/packed.ts'),
      outDir: target,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'bench.js' } },
    },
  });
  for (const file of DAWN_FILES) {
    cpSync(path.join(dawn, file), path.join(target, 'node_modules/webgpu', file), { recursive: true });
  }
  cpSync(path.join(root, 'bench/pytorch.py'), path.join(target, 'pytorch.py'));
  cpSync(path.join(root, 'LICENSE'), path.join(target, 'LICENSE'));
  writeFileSync(path.join(target, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(path.join(target, 'README.txt'), README);
  const script = path.join(target, 'run.sh');
  writeFileSync(script, RUN);
  chmodSync(script, 0o755);
  process.stdout.write(`${target} is ready: see its README.txt\n`);
}
