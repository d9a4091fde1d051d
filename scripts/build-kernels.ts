import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

/** Where the compiled kernels stand, as a module. */
export const KERNELS_MODULE = 'src/engine/cpu/kernelsBinary.ts';

/**
 * Compiles assembly/kernels.ts.
 * @returns the text of `KERNELS_MODULE`
 * @throws Error with the compiler's messages
 */
export async function compileKernels(): Promise<string> {
  let binary: Uint8Array | undefined;
  const options = ['--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3'];
  const { error, stderr } = await asc.main(
    ['assembly/kernels.ts', '--outFile', 'kernels.wasm', '--importMemory', '--noExportMemory', ...options],
    {
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary)
    throw new Error(`assembly/kernels.ts does not compile: ${stderr.toString() || error}`);
  return `// Made by \`npm run build-kernels\` from assembly/kernels.ts: do not edit.

/**
 * The WebAssembly module. In a module of text rather than a file of its own, because a page would fetch that and Node read it
 * from disk, and this way neither a worker, a bundler nor a page opened offline has anything to find.
 */
export const KERNELS_BASE64 =
  '${Buffer.from(binary).toString('base64')}';
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(KERNELS_MODULE, await compileKernels());
