declare const __VERSION__: string;
declare const __COMMIT__: string | null;

/** What vite.config.ts has put in: the version of package.json, and the commit; null where there is no repository. */
export const VERSION = __VERSION__;
export const COMMIT = __COMMIT__;
