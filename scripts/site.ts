import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from './build.mjs';
import { root } from './install.mjs';

/** Below a folder, as on many a static host: an address in the site that is not relative would miss. */
const FOLDER = '/some/folder/';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export const dist = path.join(root, 'dist');

/**
 * Builds the site as `npm run build` does, unless the tests have just done so.
 * @throws Error where it cannot be built
 */
export async function buildSite(): Promise<void> {
  if (process.env.SITE_IS_BUILT === '1') return;
  if (!(await build())) throw new Error('The site could not be built.');
}

/** The built site on a server of its own. */
export interface Site {
  /** Its address, with a slash at its end. Browsers count localhost as a secure context, which WebGPU needs. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the built site as a static host would.
 * @param replaced files that are served in the place of the built ones, by their path; may change while it serves
 * @param shortAddresses whether it redirects from `index.html` to the folder, as some hosts do
 */
export async function serveSite(
  replaced: ReadonlyMap<string, string> = new Map(),
  shortAddresses = false,
): Promise<Site> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.slice(FOLDER.length) || 'index.html';
    const file = path.join(dist, name);
    if (!pathname.startsWith(FOLDER) || !file.startsWith(dist + path.sep)) {
      response.writeHead(404).end();
      return;
    }
    if (shortAddresses && pathname.endsWith('/index.html')) {
      response.writeHead(308, { location: './' }).end();
      return;
    }
    try {
      const body = replaced.get(name) ?? (await readFile(file));
      response
        .writeHead(200, {
          'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
          // Their names change with their content. What is kept, browsers need not compile again.
          'cache-control': name.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
        })
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
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
