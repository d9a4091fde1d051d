import { parseArgs } from 'node:util';
import { installPackages, requireNode, root, runTool } from './install.mjs';

// npm start: the page on localhost, with reload on change. npm start -- --host: the built page for the local network.

const USAGE = 'npm start -- [--host] [--port <number from 1 to 65535>]';

function readOptions() {
  try {
    const { values } = parseArgs({ options: { host: { type: 'boolean' }, port: { type: 'string' } } });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
      throw new Error(`--port is ${values.port}: it must be a whole number from 1 to 65535`);
    }
    return { host: values.host ?? false, port };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: ${USAGE}`);
    process.exit(2);
  }
}

const { host, port } = readOptions();
requireNode();
if (!(await installPackages())) process.exit(1);
if ((await runTool('tsx/dist/cli.mjs', ['scripts/prepare-data.ts'], { outputTo: 'stderr' })) !== 0)
  process.exit(1);

const vite = await import('vite');
if (host) {
  await vite.build({ root, logLevel: 'warn' });
  const server = await vite.preview({ root, preview: { host: true, port, allowedHosts: true } });
  console.log('The page for the local network:');
  server.printUrls();
  console.log(
    'Browsers offer WebGPU on https and on localhost only: from an http address of the network the page says so\n' +
      "and trains on its CPU engine. For the visitors' GPUs put dist/ behind any https server.",
  );
} else {
  const server = await vite.createServer({ root, server: { port } });
  await server.listen();
  console.log('The page:');
  server.printUrls();
}
