/**
 * How large kappa2 is beside kappa1 in the recurrent matrix, over length, for each initialisation: npx tsx
 * scripts/kappa-ratio.ts. Neyshabur, Wu, Salakhutdinov and Srebro (NIPS 2016) neglect kappa2 after such a measurement.
 */
import { noiseTask } from '../src/engine/checks/noise.ts';
import { createCpuEngineFor } from '../src/engine/cpu/engine.ts';
import { loadKernels } from '../src/engine/cpu/kernels.ts';
import type { ScaledArray } from '../src/engine/engine.ts';
import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  INITIALISATIONS,
  type InitialisationName,
} from '../src/experiment/schema.ts';
import { TASKS, type Task } from '../src/experiment/tasks/index.ts';

const HIDDEN = 100;

/** |kappa2| / |kappa1| over W_rec, and the largest and smallest ratio on the diagonal of W_rec, at step 1. */
async function ratios(task: Task, init: InitialisationName, length: number) {
  const base = defaultExperiment('adding');
  const lane = { ...defaultLane('path2', { ...base, length }), init };
  const experiment: Experiment = { ...base, length, hidden: HIDDEN, batch: 1, lanes: [lane] };
  const engine = createCpuEngineFor(task, experiment, {
    data: null,
    precision: 'float32',
    kernels: await loadKernels(),
  });
  const { lanes } = await engine.inspect();
  const { kappa1 = [], kappa2 = [] } = lanes[0] ?? {};
  const recurrent = 1; // W_rec.1 comes after W_in.1
  const [first, second] = [kappa1[recurrent], kappa2[recurrent]] as [ScaledArray, ScaledArray];
  const shift = 2 ** ((second.log2 as number) - (first.log2 as number));
  const norm = ({ data }: ScaledArray): number => Math.hypot(...data);
  const diagonal = Array.from({ length: HIDDEN }, (_, j) => {
    const at = j * HIDDEN + j;
    return (shift * (second.data[at] as number)) / (first.data[at] as number);
  });
  return {
    ratio: (shift * norm(second)) / norm(first),
    diagonal: [Math.min(...diagonal), Math.max(...diagonal)] as const,
  };
}

const format = (value: number): string => value.toPrecision(3);

console.log('| scored | init | T | kappa2 / kappa1, norms | on the diagonal of W_rec | 4(T-2)/3 |');
console.log('| --- | --- | --- | --- | --- | --- |');
const everyStep = noiseTask({ inputs: 50, outputs: 50, loss: 'softmax', readout: 'every' });
const rows: readonly [string, Task, readonly InitialisationName[], readonly number[]][] = [
  ['last step', TASKS.adding, INITIALISATIONS, [20, 100, 400]],
  ['every step', everyStep, ['uniform'], [10, 20, 40]],
];
for (const [scored, task, inits, lengths] of rows) {
  for (const init of inits) {
    for (const length of lengths) {
      const { ratio, diagonal } = await ratios(task, init, length);
      const exact = init === 'identity' || init === 'irnn' ? format((4 * (length - 2)) / 3) : '';
      console.log(
        `| ${scored} | ${init} | ${length} | ${format(ratio)} | ${diagonal.map(format).join(' to ')} | ${exact} |`,
      );
    }
  }
}
