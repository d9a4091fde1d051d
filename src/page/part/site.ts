/** What index.html says of the build that it belongs to: written by scripts/published.ts, absent on the development server. */
export interface Site {
  /** Differs between any two builds with other code. */
  readonly build: string;
  /** The files of each part that is loaded when it is needed, by its module's path below src/. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

/** What version.json says of the build that is published now. */
export interface Published {
  /** As package.json has it. */
  readonly version: string;
  readonly commit: string | null;
  readonly build: string;
}

let read: Site | null | undefined;

/** What index.html says of this page's build; null where it says nothing. */
export function ownSite(): Site | null {
  if (read === undefined) {
    const text = document.getElementById('site')?.textContent;
    read = text ? (JSON.parse(text) as Site) : null;
  }
  return read;
}

/** Why a file of this page could not be loaded. */
export type Reason =
  /** Another version of the page was published since it was opened: its old files may be gone. */
  | 'newer'
  /** The site does not answer. */
  | 'unreachable'
  | 'unknown';

/** Milliseconds in which the site has to answer. */
const PATIENCE = 10_000;

/** Asks the site which version it has now. Call it when something could not be loaded. */
export async function reasonOfFailure(): Promise<Reason> {
  try {
    const response = await fetch(new URL('version.json', document.baseURI), {
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) return 'unknown';
    const { build } = (await response.json()) as Published;
    const own = ownSite();
    return own !== null && build !== own.build ? 'newer' : 'unknown';
  } catch (error) {
    // A site that answers with something else is there.
    return error instanceof SyntaxError ? 'unknown' : 'unreachable';
  }
}
