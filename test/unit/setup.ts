import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { COMMANDS, COMMANDS_FOLDER } from './commands.ts';

/** Bundles the commands, which are started some ninety times: to compile their modules takes each start for longer than the rest of it. */
export default async function setup(): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'addresses of the sources',
        // Commands find data and shaders beside their sources, and the workers, which are bundled too, beside each other.
        transform: (code, id) => {
          const file = id.endsWith('/laneWorkers.ts') ? path.resolve(COMMANDS_FOLDER, 'workers') : id;
          return code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href));
        },
      },
    ],
    build: {
      ssr: true,
      target: 'node20',
      minify: false,
      outDir: COMMANDS_FOLDER,
      rolldownOptions: {
        input: Object.fromEntries([...COMMANDS, 'laneWorker'].map((name) => [name, `src/cli/${name}.ts`])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
      },
    },
  });
}
