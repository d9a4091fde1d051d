import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShaderSources } from '../engine/shaders.ts';

/** The WGSL files on disk, by their path below shaders/. */
export function readShaders(): ShaderSources {
  const directory = fileURLToPath(new URL('../../shaders/', import.meta.url));
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.wgsl'),
  );
  return Object.fromEntries(
    files.map((file) => [file.split(sep).join('/'), readFileSync(join(directory, file), 'utf8')]),
  );
}
