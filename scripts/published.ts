import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, Rolldown } from 'vite';
import type { Published, Site } from '../src/page/part/site.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The version that package.json gives. */
export const version = (
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly version: string }
).version;

/** The commit of the working tree, `-dirty` where files were changed since; null for a downloaded archive or without git. */
export function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // An archive may lie within a repository that is not this one.
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(root)) return null;
    return git('describe', '--always', '--dirty', '--exclude=*', '--abbrev=7');
  } catch {
    return null;
  }
}

/** A chunk's file, those that it imports, and their style sheets. */
function filesOf(bundle: Rolldown.OutputBundle, fileName: string, found = new Set<string>()): Set<string> {
  const chunk = bundle[fileName];
  if (found.has(fileName) || chunk?.type !== 'chunk') return found;
  found.add(fileName);
  for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
  for (const each of chunk.imports) filesOf(bundle, each, found);
  return found;
}

/**
 * Writes into index.html what the page needs to load its parts (see src/page/part/site.ts), and `version.json`, by which an
 * open page finds out that a newer one was published.
 */
export function published(): Plugin {
  let build = '';
  return {
    name: 'published',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {}, chunk }) {
        // Names have hashes of their contents.
        const names = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
        build = createHash('sha256').update(names.sort().join('\n')).digest('hex').slice(0, 12);
        const own = chunk ? filesOf(bundle, chunk.fileName) : new Set<string>();
        const parts: Record<string, string[]> = {};
        for (const each of Object.values(bundle)) {
          if (each.type !== 'chunk' || !each.isDynamicEntry || each.facadeModuleId === null) continue;
          const name = path.relative(path.join(root, 'src'), each.facadeModuleId).replaceAll(path.sep, '/');
          parts[name] = [...filesOf(bundle, each.fileName)].filter((file) => !own.has(file));
        }
        const site: Site = { build, parts };
        return [
          {
            tag: 'script',
            attrs: { type: 'application/json', id: 'site' },
            children: JSON.stringify(site),
            injectTo: 'head',
          },
        ];
      },
    },
    generateBundle: {
      order: 'post',
      handler() {
        const source: Published = { version, commit: commit(), build };
        this.emitFile({ type: 'asset', fileName: 'version.json', source: JSON.stringify(source) });
      },
    },
  };
}
