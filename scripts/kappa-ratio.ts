/**
 * How large kappa2 is beside kappa1 in the recurrent matrix, over length, for each initialisation: npx tsx
 * scripts/kappa-ratio.ts. Neyshabur, Wu, Salakhutdinov and Srebro (NIPS 2016) neglect kappa2 after such a measurement.
 */
import { noiseTask } from '../src/engine/checks/noise.ts';
import { createCpuEngineFor } from '../src/engine/cpu/engine.ts';
import { loadKernels } from '../src/engine/cpu/kernels.ts';
import { kappaRatio } from '../src/engine/inside/kappaRatio.ts';
import { shapeFor } from '../src/engine/layout.ts';
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
  const [snapshot] = lanes;
  if (!snapshot) throw new Error('The engine has no lane.');
  return kappaRatio(shapeFor(task, experiment), snapshot, 0);
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
      const { norms, diagonal } = await ratios(task, init, length);
      const exact = init === 'identity' || init === 'irnn' ? format((4 * (length - 2)) / 3) : '';
      console.log(
        `| ${scored} | ${init} | ${length} | ${format(norms)} | ${diagonal.map(format).join(' to ')} | ${exact} |`,
      );
    }
  }
}
