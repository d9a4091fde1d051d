import type { DataAnswer, Manifest, Request as PageRequest } from './messages.ts';

// Serves the page from what it kept when it was installed, so that it opens without a network, and never a file of one
// build beside those of another: every file is checked against its SHA-256 before it is kept, a new version waits until
// the visitor reloads, and pages of the version before still get their own files, whose names have hashes.

declare const self: ServiceWorkerGlobalScope;
declare const __MANIFEST__: Manifest;

const { version, files, data } = __MANIFEST__;
const hashes = new Map(files);

// Caches belong to an origin, on which other copies of the page may lie in other folders.
const { scope } = self.registration;
const PREFIX = `path-sgd ${scope} `;
const CACHE = PREFIX + version;
const DATA_CACHE = `path-sgd-data ${scope}`;
/** Versions whose files are kept: this one, and the one before for pages that are still open. */
const KEPT_VERSIONS = 2;

const addressOf = (path: string): string => new URL(path, scope).href;
const isNamedByHash = (path: string): boolean => path.startsWith('assets/');

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

/** Keeps every file of this version. @throws where one is missing or another than was built: no version is better */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    files.map(async ([path, sha256]) => {
      const address = addressOf(path);
      const known = isNamedByHash(path) ? await caches.match(address) : undefined;
      const response = known ?? (await fetch(address, { cache: 'no-cache', integrity: `sha256-${sha256}` }));
      if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
      // Hosts with short addresses redirect from index.html, and no navigation takes an answer that was redirected.
      const { body, headers, redirected } = response;
      await cache.put(address, redirected ? new Response(body, { headers }) : response);
    }),
  );
}

async function activate(): Promise<void> {
  const versions = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  // In the order in which they were made.
  const old = versions.slice(0, Math.max(0, versions.length - (KEPT_VERSIONS - 1)));
  await Promise.all(old.map((name) => caches.delete(name)));
  const wanted = new Set(data.map(keyOf));
  const cache = await caches.open(DATA_CACHE);
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  // The page that installed it keeps its data from now on.
  await self.clients.claim();
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || !address.href.startsWith(scope)) return;
  const path = decodeURI(address.pathname.slice(new URL(scope).pathname.length)) || 'index.html';
  const file = data.find((item) => item.path === path);
  if (file) event.respondWith(dataFile(file, event));
  else if (hashes.has(path)) event.respondWith(ownFile(path, request));
  else if (isNamedByHash(path))
    event.respondWith(caches.match(request.url).then((kept) => kept ?? fetch(request)));
});

/** A file of this version; from the network only where the browser has thrown away what was kept. */
async function ownFile(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(addressOf(path))) ?? fetch(request);
}

type DataFile = Manifest['data'][number];

/** Under which the file is kept: another build may have another file of that name. */
const keyOf = ({ path, sha256 }: DataFile): string =>
  addressOf(`${path}?sha256=${encodeURIComponent(sha256[0] ?? '')}`);

/** A data file, kept from its first use on. The page gets it while it comes, and checks it itself. */
async function dataFile(file: DataFile, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(DATA_CACHE);
  const kept = await cache.match(keyOf(file));
  if (kept) return kept;
  const response = await fetch(event.request);
  if (response.ok) {
    const copy = response.clone();
    event.waitUntil(
      copy
        .arrayBuffer()
        .then((bytes) => keep(file, bytes))
        .catch(() => {
          // No room, or the visitor went away: it will be loaded again.
        }),
    );
  }
  return response;
}

/** @throws Error where the bytes are not the file's, or there is no room for them */
async function keep(file: DataFile, bytes: ArrayBuffer): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  if (!file.sha256.includes(btoa(String.fromCharCode(...digest)))) {
    throw new Error(`${file.path} is not the one that belongs to this version of the page`);
  }
  const cache = await caches.open(DATA_CACHE);
  await cache.put(
    keyOf(file),
    new Response(bytes, {
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.byteLength) },
    }),
  );
}

self.addEventListener('message', (event) => {
  const request = event.data as PageRequest;
  const [port] = event.ports;
  if (request.type === 'activate') event.waitUntil(self.skipWaiting());
  else if (port) event.waitUntil(request.type === 'keep' ? keepFiles(request.paths, port) : tellKept(port));
});

const keptFiles = async (): Promise<DataFile[]> => {
  const cache = await caches.open(DATA_CACHE);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  return data.filter((file) => kept.has(keyOf(file)));
};

const sizeOf = (some: readonly DataFile[]): number => some.reduce((sum, { size }) => sum + size, 0);

async function tellKept(port: MessagePort): Promise<void> {
  const kept = sizeOf(await keptFiles());
  port.postMessage({ size: sizeOf(data), kept, done: true, problem: null } satisfies DataAnswer);
}

async function download(
  { path }: DataFile,
  cache: RequestCache,
  onBytes: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const response = await fetch(addressOf(path), { cache });
  if (!response.ok || !response.body) throw new Error(`${path}: the server answered ${response.status}`);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body.getReader();
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    size += part.value.length;
    onBytes(size);
  }
  return new Blob(chunks).arrayBuffer();
}

/** @param paths of the files to keep; null for all */
async function keepFiles(paths: readonly string[] | null, port: MessagePort): Promise<void> {
  const size = sizeOf(data);
  const already = await keptFiles();
  let kept = sizeOf(already);
  const tell = (done: boolean, problem: string | null): void =>
    port.postMessage({ size, kept: Math.min(kept, size), done, problem } satisfies DataAnswer);
  tell(false, null);
  try {
    for (const file of data) {
      if (already.includes(file) || paths?.includes(file.path) === false) continue;
      const before = kept;
      const onBytes = (bytes: number): void => {
        kept = before + bytes;
        tell(false, null);
      };
      try {
        await keep(file, await download(file, 'default', onBytes));
      } catch {
        // The browser may still have had the file of another version.
        await keep(file, await download(file, 'reload', onBytes));
      }
      kept = before + file.size;
    }
    tell(true, null);
  } catch (error) {
    kept = sizeOf(await keptFiles());
    tell(true, error instanceof Error ? error.message : String(error));
  }
}
