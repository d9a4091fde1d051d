import { requireFolder, requireNode } from './install.mjs';

// node scripts/run.mjs <file.ts> ...: runs a TypeScript file of this project in this very process.

requireNode();
requireFolder('tsx, which runs the commands,', '?');

const [file] = process.argv.splice(2, 1);
if (file === undefined) {
  console.error('Usage: node scripts/run.mjs <file.ts> ...');
  process.exit(2);
}
try {
  const { register } = await import('tsx/esm/api');
  register();
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
  console.error('The packages are not installed: run "npm ci" first.');
  process.exit(1);
}
await import(new URL(`../${file}`, import.meta.url).href);
