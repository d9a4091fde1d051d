import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import type { Manifest } from '../src/page/offline/messages.ts';

const NAME = 'service-worker';
const SOURCE = 'src/page/offline/serviceWorker.ts';
const PLACEHOLDER = '__MANIFEST__';
/** No page shows or loads it; or it tells what is published now, and must come from the network. */
const LEFT_OUT = /\.(md|map)$|^version\.json$/;

/** Takes itself away: a built page may have left its service worker on the address that the dev server now has. */
const SELF_REMOVING = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', async () => {
  await self.registration.unregister();
  for (const client of await self.clients.matchAll({ type: 'window' })) client.navigate(client.url);
});
`;

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

const byName = <Item extends { readonly path: string }>(left: Item, right: Item): number =>
  left.path < right.path ? -1 : 1;

/** The files of a folder and those below, relative to it. */
const filesIn = (folder: string): { readonly path: string; readonly bytes: Uint8Array }[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return { path: path.relative(folder, file).replaceAll(path.sep, '/'), bytes: readFileSync(file) };
    });

/**
 * Builds `service-worker.js` beside the pages, with the names and hashes of all files of the build in it. A worker of
 * our own, since vite-plugin-pwa and Workbox, which it needs, would add 348 packages and still not check what they keep.
 */
export function offline(): Plugin {
  let publicFolder = '';
  return {
    name: 'offline',
    config: () => ({
      build: {
        rollupOptions: {
          input: { [NAME]: SOURCE },
          output: {
            // Its address must stay the same, and its scope is its folder.
            entryFileNames: ({ name }) => (name === NAME ? '[name].js' : 'assets/[name]-[hash].js'),
          },
        },
      },
    }),
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    configureServer(server) {
      server.middlewares.use(`/${NAME}.js`, (_request, response) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(SELF_REMOVING);
      });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[`${NAME}.js`];
        if (worker?.type !== 'chunk') this.error(`${NAME}.js was not built`);
        if (worker.imports.length > 0 || worker.exports.length > 0) {
          this.error(`${NAME}.js must stand alone: it is loaded as a classic script`);
        }
        const built = Object.values(bundle)
          .filter((file) => file !== worker)
          .map((file) => ({ path: file.fileName, bytes: file.type === 'chunk' ? file.code : file.source }));
        const copied = filesIn(publicFolder);
        const isData = (file: { readonly path: string }): boolean => file.path.startsWith('data/');
        const files = [...built, ...copied.filter((file) => !isData(file))]
          .filter((file) => !LEFT_OUT.test(file.path))
          .sort(byName)
          .map((file) => [file.path, sha256(file.bytes)] as const);
        const data = copied
          .filter(isData)
          .sort(byName)
          .map((file) => ({
            path: file.path,
            size: file.bytes.length,
            sha256: [sha256(file.bytes), sha256(gunzipSync(file.bytes))],
          }));
        const version = sha256(JSON.stringify([worker.code, files, data])).slice(0, 12);
        const manifest: Manifest = { version, files, data };
        worker.code = worker.code.replace(PLACEHOLDER, () => JSON.stringify(manifest));
      },
    },
  };
}
