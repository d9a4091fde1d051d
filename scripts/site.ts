import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root, runTool } from './install.mjs';

/** Below a folder, as on many a static host: an address in the site that is not relative would miss. */
const FOLDER = '/some/folder/';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The built site, served. */
export interface Site {
  /** With a slash at its end. On localhost, which browsers count as a secure context: WebGPU needs one. */
  readonly address: string;
  close(): void;
}

/**
 * Builds the site as `npm run build` does, and serves it as a static host would.
 * @throws Error where it cannot be built
 */
export async function serveSite(): Promise<Site> {
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
  return {
    address: `http://localhost:${port}${FOLDER}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
