/** Makes the data files of the page from the packages that ship their sources: npm run prepare-data. */
import { prepareData } from '../src/cli/data.ts';

try {
  for (const name of prepareData()) process.stderr.write(`Made public/data/${name}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
