import type { Experiment } from '../../experiment/schema.ts';
import type { TaskData } from '../../experiment/tasks/index.ts';
import type { Engine, EngineInfo } from '../engine.ts';
import { createCpuEngine } from './index.ts';

/** What a worker does when asked: makes its engine, then what an engine does. */
export type Methods = Omit<Engine, 'info' | 'experiment' | 'step' | 'onLoss' | 'dispose'> & {
  create(experiment: Experiment, data: TaskData | null): Promise<EngineInfo>;
};

/** A message to a worker. */
export interface Call {
  readonly method: keyof Methods;
  readonly args: readonly unknown[];
}

/** A message from a worker: one for each call, in the order of the calls. */
export type Answer =
  | { readonly error: null; readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string } };

/**
 * The worker's end: a CPU engine in float32 that does what it is told, one call after another.
 * @returns what takes the calls
 */
export function serveLanes(post: (answer: Answer) => void): (call: Call) => void {
  let engine: Engine | null = null;
  let last: Promise<void> = Promise.resolve();

  async function resultOf({ method, args }: Call): Promise<unknown> {
    if (method === 'create') {
      const [experiment, data] = args as Parameters<Methods['create']>;
      engine = await createCpuEngine(experiment, { data, precision: 'float32' });
      return engine.info;
    }
    if (!engine) throw new Error('There is no engine yet.');
    const own = engine[method] as (...args: unknown[]) => Promise<unknown>;
    return own.apply(engine, [...args]);
  }

  async function answer(call: Call): Promise<void> {
    try {
      post({ error: null, value: await resultOf(call) });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
      post({ error: { name, message } });
    }
  }

  return (call) => {
    last = last.then(() => answer(call));
  };
}
