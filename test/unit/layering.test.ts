import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';

/** The folders of src/ and how high they stand: a file imports from its own folder or from lower ones. */
const LEVELS: Readonly<Record<string, number>> = {
  experiment: 0,
  engine: 1,
  session: 2,
  reachability: 2,
  moments: 2,
  lookup: 2,
  page: 3,
  cli: 3,
};

/** The packages that the folders which run everywhere may import; the other folders are free. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  experiment: ['valibot'],
  engine: ['valibot'],
  reachability: [],
  moments: ['ml-matrix'],
  lookup: ['jsep'],
};

/** What only a page has. */
const PAGE_GLOBALS =
  /^(document|window|localStorage|sessionStorage|navigator|requestAnimationFrame|HTML\w*Element)$/;

const WGSL =
  /@compute|@workgroup_size|@builtin|@group\(|var<\s*(storage|uniform|workgroup|private)|\bfn \w+\s*\(/;

interface Source {
  /** What the file imports: modules of import, export from, import(), import types and new URL(..., import.meta.url). */
  readonly modules: string[];
  readonly identifiers: string[];
  readonly strings: string[];
}

/** Any node of a syntax tree, with the fields that are looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly name?: string;
  readonly value?: unknown;
  readonly source?: Node | null;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
}

/** A node and all below it. */
function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && 'start' in value) yield value as Node;
  for (const child of Object.values(value)) yield* nodesOf(child);
}

function read(file: string, text: string): Source {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const source: Source = { modules: [], identifiers: [], strings: [] };
  for (const node of nodesOf(program)) {
    // Imports, re-exports, import() and import types alike.
    if (typeof node.source?.value === 'string') source.modules.push(node.source.value);
    if (node.type === 'NewExpression' && node.callee?.name === 'URL') {
      const [module, base] = node.arguments ?? [];
      const isModule = base !== undefined && text.slice(base.start, base.end) === 'import.meta.url';
      if (isModule && typeof module?.value === 'string') source.modules.push(module.value);
    }
    if (node.type === 'Identifier' && node.name !== undefined) source.identifiers.push(node.name);
    if (node.type === 'Literal' && typeof node.value === 'string') source.strings.push(node.value);
    if (node.type === 'TemplateElement') source.strings.push(text.slice(node.start, node.end));
  }
  return source;
}

/** What is wrong with a file of src/, its path given from there. */
function problemsOf(file: string, text: string): string[] {
  const folder = file.split('/')[0] ?? '';
  const level = LEVELS[folder];
  if (level === undefined) return [`${file} is in none of the folders ${Object.keys(LEVELS).join(', ')}`];
  const { modules, identifiers, strings } = read(file, text);
  const problems: string[] = [];
  for (const module of modules) {
    if (module.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(file), module).split('/')[0] ?? '';
      const targetLevel = target === '..' ? -1 : LEVELS[target];
      if (targetLevel === undefined) problems.push(`imports ${module}, which is in none of the folders`);
      else if (target !== folder && targetLevel >= level)
        problems.push(`imports ${module}: ${target} is not below`);
      else if (target === '..' && PACKAGES[folder]) problems.push(`imports ${module} from outside src/`);
    } else if (PACKAGES[folder]?.includes(module) === false) {
      problems.push(`imports the package ${module}`);
    }
  }
  if (PACKAGES[folder]) {
    const globals = identifiers.filter((name) => PAGE_GLOBALS.test(name));
    problems.push(...globals.map((name) => `uses ${name}, which only a page has`));
  }
  if (strings.some((value) => WGSL.test(value)))
    problems.push('has WGSL in a string: kernels live in shaders/');
  return problems.map((problem) => `${file} ${problem}`);
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file));

test('every file of src/ imports down only, and kernels live in shaders/', () => {
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap((file) => problemsOf(file, readFileSync(`src/${file}`, 'utf8')))).toEqual([]);
});

describe('the check sees', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['an import of a higher folder', 'engine/a.ts', "import { b } from '../session/b.ts';"],
    ['a type import', 'experiment/tasks/a.ts', "import type { B } from '../../engine/b.ts';"],
    ['an import in a type', 'experiment/a.ts', "export type B = import('../engine/b.ts').B;"],
    ['a re-export', 'session/a.ts', "export * from '../page/b.ts';"],
    ['a dynamic import', 'engine/a.ts', "export const b = await import('../cli/b.ts');"],
    ['a worker', 'engine/a.ts', "new Worker(new URL('../session/b.ts', import.meta.url));"],
    ['an import between page and command line', 'cli/a.ts', "import { b } from '../page/b.tsx';"],
    ['a file outside the folders', 'a.ts', 'export const b = 1;'],
    ['a package in a folder that runs everywhere', 'engine/a.ts', "import { useState } from 'react';"],
    [
      "Node's modules in a folder that runs everywhere",
      'experiment/a.ts',
      "import { readFile } from 'node:fs';",
    ],
    ['the DOM in the engine', 'engine/a.ts', 'export const title = document.title;'],
    ['WGSL in a string', 'engine/a.ts', "export const kernel = '@compute @workgroup_size(64) fn main() {}';"],
    [
      'WGSL in a template',
      'cli/a.ts',
      'export const kernel = (n) => `$' + '{n} var<storage, read> a: u32;`;',
    ],
  ];
  test.each(cases)('%s', (_, file, text) => {
    expect(problemsOf(file, text)).toHaveLength(1);
  });

  test('nothing wrong where all is well', () => {
    const text = "import { createEngine } from '../engine/create.ts'; import { useState } from 'react';";
    expect(problemsOf('page/a.tsx', text)).toEqual([]);
  });
});
