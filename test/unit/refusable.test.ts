import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** Where code that is loaded later is named. */
const CODE_FILE = 'src/page/part/code.ts';

/** What a browser may refuse, and the only files that may ask for it: each has an answer for no. */
const REFUSABLE: readonly (readonly [what: string, uses: RegExp, allowed: RegExp])[] = [
  ['React.lazy, which keeps a failure for ever', /\blazy\b/, /^$/],
  ['import()', /\bimport\(/, new RegExp(`^${CODE_FILE}$`)],
  [
    'pixels of a canvas',
    /\b(getImageData|toBlob|toDataURL|convertToBlob)\b/,
    /^src\/page\/browser\/canvas\.ts$/,
  ],
  [
    'the clipboard or other programs',
    /\bexecCommand\b|navigator\.(clipboard|share)/,
    /^src\/page\/browser\/clipboard\.ts$/,
  ],
  [
    'the full screen',
    /\b(requestFullscreen|exitFullscreen|fullscreenElement|fullscreenchange)\b/,
    /^src\/page\/browser\/fullScreen\.ts$/,
  ],
  ['storage', /\b(localStorage|sessionStorage|indexedDB|cookie)\b/, /^src\/page\/browser\/storage\.ts$/],
  ['the address bar', /\b(replaceState|pushState)\b/, /^src\/page\/browser\/address\.ts$/],
  ['files for the visitor', /\bcreateObjectURL\b/, /^src\/page\/browser\/download\.ts$/],
  ['the service worker and its storage', /\bserviceWorker\b|navigator\.storage/, /^src\/page\/offline\//],
  ['the wake lock', /\bwakeLock\b/, /^src\/page\/browser\//],
  ['a worker outside of startWorker', /(?<!start: \(\) => )new (Shared)?Worker\(/, /^$/],
];

const withoutComments = (text: string): string => text.replaceAll(/\/\*.*?\*\/|(?<!:)\/\/[^\n]*/gs, '');

const sources = readdirSync('src/page', { recursive: true, encoding: 'utf8' })
  .map((file) => `src/page/${file.split(path.sep).join('/')}`)
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => [file, withoutComments(readFileSync(file, 'utf8'))] as const);

describe('what a browser may refuse is asked in one place', () => {
  test.each(REFUSABLE)('%s', (_, uses, allowed) => {
    expect(sources.length).toBeGreaterThan(100);
    const asking = sources.filter(([file, text]) => uses.test(text) && !allowed.test(file));
    // Attributes of HTML that is shown, and type names, are no uses.
    const lines = asking.flatMap(([file, text]) =>
      text
        .split('\n')
        .filter((line) => uses.test(line) && !/loading="lazy"|typeof import\(/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(lines).toEqual([]);
  });

  test('code that is loaded later is named by its path below src/', () => {
    const text = readFileSync(CODE_FILE, 'utf8');
    const entries = [...text.matchAll(/'([^']+)': \(\) => import\('([^']+)'\)/g)];
    expect(entries.length).toBe([...text.matchAll(/\bimport\('/g)].length);
    for (const [, name, module] of entries) {
      expect(path.posix.join('page/part', module as string)).toBe(name);
    }
  });
});
