import { runCommand } from '../src/cli/command.ts';
import { shaders } from '../src/session/shaders.ts';
import { benchInNode } from './node.ts';
import { MEASURE_FLAGS, MEASURE_USAGE, readFlags, readMeasureSettings } from './options.ts';

// What `--pack` bundles: the benchmark in Node with nothing outside its folder.

await runCommand(async (args) => {
  const flags = readFlags(args, MEASURE_FLAGS, `node bench.js ${MEASURE_USAGE}`);
  await benchInNode(readMeasureSettings(flags, false), shaders);
});
