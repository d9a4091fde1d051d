import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { build, isBuilt } from './build.mjs';
import { installPackages, requireFolder, requireNode, root, runTool } from './install.mjs';

// npm start: builds the page unless it is built, and serves it on localhost. npm start -- --host: for the local network.
// npm run dev: Vite's development server, which reloads on change; its page takes longer to open.

const USAGE = 'npm start -- [--host] [--port <number from 1 to 65535>], npm run dev -- with the same';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { dev: { type: 'boolean' }, host: { type: 'boolean' }, port: { type: 'string' } },
    });
    const { dev = false, host = false } = values;
    if (values.port === undefined) return { dev, host, port: undefined };
    const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
    if (!(port >= 1 && port <= 65535)) {
      throw new Error(`--port is ${values.port}: it must be a whole number from 1 to 65535`);
    }
    return { dev, host, port };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: ${USAGE}`);
    process.exit(2);
  }
}

/**
 * Why this process cannot listen on a port, as a code of the system; null where it can.
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | null>}
 */
const obstacle = (port, host) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });

/**
 * Ends the process where a port cannot be had. Vite would take a port of which another program has the other kind of address, 127.0.0.1
 * or ::1: a browser then opens either page.
 * @param {number} port
 */
async function requirePort(port) {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
    const code = await obstacle(port, host);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') continue;
    const why = code === 'EACCES' ? 'this user may not use it' : 'another program uses it';
    console.error(`--port is ${port}, but ${why}: choose another, or leave --port out.`);
    process.exit(1);
  }
}

/** @param {unknown} error */
function fail(error) {
  console.error(`The page cannot be served: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

const { dev, host, port } = readOptions();
requireNode();
requireFolder();
if (port !== undefined) await requirePort(port);
if (!(await installPackages())) process.exit(1);
const address = { host: host || 'localhost', port, strictPort: port !== undefined };

if (dev) {
  if ((await runTool('tsx/dist/cli.mjs', ['scripts/prepare-data.ts'], { outputTo: 'stderr' })) !== 0)
    process.exit(1);
  const { createServer: createViteServer } = await import('vite');
  const server = await createViteServer({ root, server: { ...address, allowedHosts: host || [] } });
  await server.listen().catch(fail);
  console.log('The page, reloaded on change:');
  server.printUrls();
} else {
  if (!isBuilt()) {
    console.error('Building the page ...');
    if (!(await build())) process.exit(1);
  }
  const { preview } = await import('vite');
  const server = await preview({ root, preview: { ...address, allowedHosts: host || [] } }).catch(fail);
  console.log(host ? 'The page for the local network:' : 'The page:');
  server?.printUrls();
  if (host) {
    console.log(
      'Browsers offer WebGPU on https and on localhost only: from an http address of the network the page says so\n' +
        "and trains on its CPU engine. For the visitors' GPUs put dist/ behind any https server.",
    );
  }
}
