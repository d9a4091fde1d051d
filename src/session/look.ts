import type { Engine, StepSnapshot } from '../engine/engine.ts';
import { shapeOf } from '../engine/layout.ts';
import { type Examples, predictHeldOut } from '../engine/predict.ts';
import type { TaskData } from '../experiment/tasks/index.ts';

/** Numbers of states and deltas of all lanes that are still sent to a page; beyond, they are left out. */
const MOST_STATES = 2 ** 24;

/**
 * Everything about the step to come, as if it had been taken: the engine then stands where it stood, but for metrics that
 * were not read yet. Without hidden states and deltas where there are too many.
 */
export async function lookInside(engine: Engine, data: TaskData | null): Promise<StepSnapshot> {
  const { lanes, layers, length, batch, hidden } = shapeOf(engine.experiment, data);
  const states = 2 * lanes * layers * length * batch * hidden <= MOST_STATES;
  const checkpoint = await engine.checkpoint();
  const snapshot = await engine.inspect({ states });
  await engine.restore(checkpoint);
  return snapshot;
}

/** Some held-out examples with every lane's answers. */
export async function lookAtExamples(engine: Engine, data: TaskData | null): Promise<Examples> {
  const { parameters } = await engine.checkpoint();
  return predictHeldOut(engine.experiment, data, parameters);
}
