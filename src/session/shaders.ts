import type { ShaderSources } from '../engine/shaders.ts';

const files = import.meta.glob<string>('/shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The WGSL files as text in the bundle, by their path below shaders/. */
export const shaders: ShaderSources = Object.fromEntries(
  Object.entries(files).map(([path, source]) => [path.slice('/shaders/'.length), source]),
);
