import { ownSite, type Reason, reasonOfFailure } from './site.ts';

/**
 * All code that the page loads when it is needed, by its path below src/. Nothing else in src/page has an `import()`, so that
 * every part can fail in the same way only.
 */
const CODE = {
  'page/KeysDialog.tsx': () => import('../KeysDialog.tsx'),
  'page/charts/save.ts': () => import('../charts/save.ts'),
  'page/examples/ExamplesView.tsx': () => import('../examples/ExamplesView.tsx'),
  'page/gallery/Gallery.tsx': () => import('../gallery/Gallery.tsx'),
  'page/guide/Guide.tsx': () => import('../guide/Guide.tsx'),
  'page/inside/InsideView.tsx': () => import('../inside/InsideView.tsx'),
  'page/inside/serve.ts': () => import('../inside/serve.ts'),
  'page/lookup/Room.tsx': () => import('../lookup/Room.tsx'),
  'page/lookup/serve.ts': () => import('../lookup/serve.ts'),
  'page/moments/Room.tsx': () => import('../moments/Room.tsx'),
  'page/moments/serve.ts': () => import('../moments/serve.ts'),
  'page/presenter/Presenter.tsx': () => import('../presenter/Presenter.tsx'),
  'page/reachability/Room.tsx': () => import('../reachability/Room.tsx'),
  'page/reachability/serve.ts': () => import('../reachability/serve.ts'),
  'page/rescale/RescaleView.tsx': () => import('../rescale/RescaleView.tsx'),
  'page/share/ShareDialog.tsx': () => import('../share/ShareDialog.tsx'),
  'page/sweep/Sweep.tsx': () => import('../sweep/Sweep.tsx'),
  'session/store/runFile.ts': () => import('../../session/store/runFile.ts'),
} as const;

/** Code by its path below src/. */
export type CodeName = keyof typeof CODE;
/** What a file exports. */
export type Exports<Name extends CodeName> = Awaited<ReturnType<(typeof CODE)[Name]>>;

const EXPLANATIONS: Readonly<Record<Reason, string>> = {
  newer: 'A newer version of this page is there: reload it.',
  unreachable: 'The site cannot be reached: check the connection and try again.',
  unknown: 'Try again; if that does not help, reload the page.',
};

/** Code could not be loaded. Its message says so, and what to do. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly reason: Reason;

  constructor(reason: Reason, cause: unknown) {
    super(`A part of the page could not be loaded. ${EXPLANATIONS[reason]}`, { cause });
    this.reason = reason;
  }
}

/** What to do about a failure to load, in a sentence. */
export const explanationOf = ({ reason }: LoadError): string => EXPLANATIONS[reason];

/** Milliseconds before the second try, and those that one file may take. */
const PAUSE = 500;
const PATIENCE = 60_000;

/** @throws Error where the site does not give the whole file, or a page in its place */
async function fetchFile(file: string): Promise<void> {
  const response = await fetch(new URL(file, document.baseURI), { signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) throw new Error(`${file}: the server answered ${response.status}`);
  // Some hosts answer with a page where a file is missing.
  if (response.headers.get('content-type')?.includes('html')) throw new Error(`${file}: a page came`);
  await response.arrayBuffer();
}

async function tryToLoad(name: CodeName): Promise<unknown> {
  // Firefox, as the specification has it, never asks again for a module that it could not fetch once. So the files are fetched
  // first, and imported from the browser's cache only when all have come.
  await Promise.all((ownSite()?.parts[name] ?? []).map(fetchFile));
  return CODE[name]();
}

/** Has style sheets that failed be loaded again with their part: Vite's loader takes any that stands in the document for loaded. */
export function removeFailedStyles(): void {
  const remove = ({ target }: Event): void => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') target.remove();
  };
  document.addEventListener('error', remove, { capture: true });
}

/** Loads of all code that was asked for, those that failed included. */
const loads = new Map<CodeName, Promise<unknown>>();

/**
 * Loads code, trying twice: the same promise for every call, until the code is forgotten.
 * @throws LoadError where it cannot be loaded
 */
export function codeOf<Name extends CodeName>(name: Name): Promise<Exports<Name>> {
  const known = loads.get(name);
  if (known) return known as Promise<Exports<Name>>;
  const load = loadTwice(name);
  loads.set(name, load);
  return load as Promise<Exports<Name>>;
}

async function loadTwice(name: CodeName): Promise<unknown> {
  try {
    return await tryToLoad(name);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  try {
    return await tryToLoad(name);
  } catch (error) {
    throw new LoadError(await reasonOfFailure(), error);
  }
}

/** Forgets a load, so that the next call of `codeOf` tries again. */
export const forgetCode = (name: CodeName): void => void loads.delete(name);

/**
 * Loads code for what a visitor has just asked for; after a failure, the next call tries again.
 * @throws LoadError where it cannot be loaded
 */
export async function loadCode<Name extends CodeName>(name: Name): Promise<Exports<Name>> {
  try {
    return await codeOf(name);
  } catch (error) {
    forgetCode(name);
    throw error;
  }
}
