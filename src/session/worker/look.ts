import type { Engine, StepSnapshot } from '../../engine/engine.ts';
import { generateText } from '../../engine/generate.ts';
import { type LaneSpan, laneShapes, parameterSpans, type Shape } from '../../engine/layout.ts';
import { type Examples, predictHeldOut } from '../../engine/predict.ts';
import type { TaskData, TextData } from '../../experiment/tasks/index.ts';
import type { GenerationSettings } from '../protocol.ts';

/** Numbers of states and deltas of all lanes that are still sent to a page; beyond, they are left out. */
const MOST_STATES = 2 ** 24;

/**
 * Everything about the step to come, as if it had been taken: the engine then stands where it stood, but for metrics that
 * were not read yet. Without hidden states and deltas where there are too many.
 */
export async function lookInside(engine: Engine, data: TaskData | null): Promise<StepSnapshot> {
  const numbers = laneShapes(engine.experiment, data).reduce(
    (sum, { layers, length, batch, hidden }) => sum + 2 * layers * length * batch * hidden,
    0,
  );
  const states = numbers <= MOST_STATES;
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

/**
 * What every lane writes.
 * @param goOn asked after every lane, which may take a while; false: nobody wants the texts any more
 * @returns [lane], or null where nobody wants them
 */
export async function lookAtTexts(
  engine: Engine,
  data: TextData,
  settings: GenerationSettings,
  goOn: () => Promise<boolean>,
): Promise<string[] | null> {
  const { experiment } = engine;
  const { step, parameters } = await engine.checkpoint();
  const shapes = laneShapes(experiment, data);
  const spans = parameterSpans(shapes);
  const texts: string[] = [];
  for (const [index, lane] of experiment.lanes.entries()) {
    const shape = shapes[index] as Shape;
    const { first, end } = spans[index] as LaneSpan;
    const ofLane = parameters.subarray(first, end);
    const { vocabulary } = data;
    const { seed } = experiment;
    texts.push(generateText({ shape, lane, parameters: ofLane, vocabulary, seed, step, ...settings }));
    if (!(await goOn())) return null;
  }
  return texts;
}
