import { expect, test } from 'vitest';
import { readShaders } from '../../src/cli/shaders.ts';

/** Built-in functions that are exact, or whose promised accuracy is enough for what they are used for: see the places. */
const TRUSTED = [
  ...[
    'abs',
    'all',
    'any',
    'bitcast',
    'clamp',
    'countLeadingZeros',
    'max',
    'min',
    'round',
    'select',
    'workgroupBarrier',
  ],
  ...['dot', 'exp', 'inverseSqrt', 'log', 'sqrt'],
];
const TYPES = ['f32', 'i32', 'u32', 'vec2', 'vec3', 'vec4', 'mat4x4', 'array'];
const WORDS = ['if', 'for', 'while', 'switch', 'return', 'binding', 'builtin', 'group', 'workgroup_size'];

/** A source without its comments. */
const codeOf = (source: string): string => source.replaceAll(/\/\/.*/g, '');
const sources = Object.entries(readShaders()).map(([file, source]) => [file, codeOf(source)] as const);
const declared = sources.flatMap(([, code]) =>
  [...code.matchAll(/\b(?:fn|struct) (\w+)/g)].map(([, name]) => name),
);

test.each(sources)(
  '%s calls nothing that drivers are known to get wrong, and trusts no variable to be zero',
  (_, code) => {
    // Atomics of workgroups, tanh, sine and power are computed wrongly or loosely somewhere.
    const called = [...code.matchAll(/\b([A-Za-z]\w*)(?:<[\w<>, ]*>)?\(/g)].map(([, name]) => name as string);
    const known = [...TRUSTED, ...TYPES, ...WORDS, ...declared];
    expect(called.filter((name) => !known.includes(name))).toEqual([]);
    expect(code.match(/\batomic\w*/g)).toBeNull();
    // What is shared or kept by an invocation is filled with garbage by a check.
    expect(code.match(/^[ \t]+var\b[^=;]*;/gm)).toBeNull();
  },
);
