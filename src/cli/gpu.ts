import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dawnProblem } from './dawnProbe.ts';

/** Folders in which browsers keep SwiftShader, Vulkan on the CPU. */
const BROWSER_FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/opt/google/chrome-beta',
  '/opt/google/chrome-unstable',
  '/opt/microsoft/msedge',
  '/opt/brave.com/brave',
];

export const INSTALL_HINT =
  'Install a Vulkan driver for the GPU, or, to emulate one, Chromium with the Vulkan loader (Debian: "apt install chromium libvulkan1").';

/** What Node has in place of `navigator.gpu`. */
export interface NodeGpu {
  /** Undefined where there is no adapter. */
  readonly gpu: GPU | undefined;
  /** Why there is none, in a sentence; null where there is one. */
  readonly problem: string | null;
}

/** Dawn answers only while the object that it gave is alive: a reference here keeps it from being collected. */
let instance: GPU | undefined;

async function hasAdapter(gpu: GPU): Promise<boolean> {
  try {
    return (await gpu.requestAdapter()) !== null;
  } catch {
    return false;
  }
}

/**
 * Loads Dawn as `openDawn` does, unless it is seen in another process to crash or to hang.
 */
export async function loadGpu(): Promise<NodeGpu> {
  const problem = await dawnProblem();
  return problem === null ? openDawn() : { gpu: undefined, problem };
}

/**
 * Loads Dawn, the WebGPU implementation of the npm package webgpu. Where it finds no adapter, it is loaded again with
 * the SwiftShader of an installed browser; what the environment already says about Vulkan drivers stands.
 */
export async function openDawn(): Promise<NodeGpu> {
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : error;
    return {
      gpu: undefined,
      problem: `The package webgpu cannot be loaded (${reason}): "npm ci" installs it where it can run.`,
    };
  }
  Object.assign(globalThis, dawn.globals);
  if (process.platform === 'linux') process.env.XDG_RUNTIME_DIR ??= tmpdir(); // Vulkan drivers complain without one.
  instance = dawn.create([]);
  if (await hasAdapter(instance)) return { gpu: instance, problem: null };

  const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;
  const driver = BROWSER_FOLDERS.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find(existsSync);
  if (driver !== undefined && VK_ICD_FILENAMES === undefined && VK_DRIVER_FILES === undefined) {
    // Assignments reach the C environment, which the Vulkan loader reads anew for every instance.
    process.env.VK_ICD_FILENAMES = driver;
    instance = dawn.create([]);
    if (await hasAdapter(instance)) return { gpu: instance, problem: null };
  }
  return { gpu: undefined, problem: `There is no WebGPU adapter. ${INSTALL_HINT}` };
}
