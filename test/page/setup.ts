import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { root, runTool } from '../../scripts/install.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the built site, with a slash at its end. */
    site: string;
  }
}

/** Below a folder, as on many a static host: an address in the site that is not relative would miss. */
const FOLDER = '/some/folder/';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Builds the site as `npm run build` does, and serves it as a static host would, for as long as the tests run. */
export default async function setup(project: TestProject): Promise<() => void> {
  const built =
    (await runTool('tsx/dist/cli.mjs', ['scripts/prepare-data.ts'])) === 0 &&
    (await runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn'], {
      env: { NODE_ENV: 'production' },
    })) === 0;
  if (!built) throw new Error('The site could not be built.');

  const dist = path.join(root, 'dist');
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.slice(FOLDER.length) || 'index.html';
    const file = path.join(dist, name);
    if (!pathname.startsWith(FOLDER) || !file.startsWith(dist + path.sep)) {
      response.writeHead(404).end();
      return;
    }
    try {
      const body = await readFile(file);
      response
        .writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  // Browsers count localhost as a secure context, which WebGPU needs.
  project.provide('site', `http://localhost:${port}${FOLDER}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
