import { createEngine, type EngineRequest } from '../engine/create.ts';
import {
  type Engine,
  EngineLostError,
  METRIC_STEPS,
  type MetricBatch,
  messageOf,
  NoAdapterError,
  ShapeTooLargeError,
} from '../engine/engine.ts';
import type { Experiment } from '../experiment/schema.ts';
import { DamagedDataError, UnfitDataError } from '../experiment/tasks/data.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { Recovery } from '../session/worker/recovery.ts';
import { BadInputError, HelpRequest } from './arguments.ts';
import { loadData } from './data.ts';
import { loadGpu } from './gpu.ts';
import { laneWorkers } from './laneWorkers.ts';
import { type Resume, ResumingEngine } from './resuming.ts';
import { readShaders } from './shaders.ts';

const BAD_INPUT_ERRORS = [BadInputError, UnfitDataError];
const EXPECTED_ERRORS = [EngineLostError, NoAdapterError, ShapeTooLargeError, DamagedDataError];

/**
 * Runs a command and ends the process: 0 done, 2 bad input, 1 anything else. Dawn's threads would keep a process
 * alive that merely has nothing left to do.
 */
export async function runCommand(main: (args: readonly string[]) => Promise<void>): Promise<never> {
  // Without a listener the error of a closed pipe (`2>&1 | head`) would end the process.
  process.stderr.on('error', () => {});
  let code = 0;
  let message = '';
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof HelpRequest) {
      message = error.message;
    } else {
      const badInput = BAD_INPUT_ERRORS.some((kind) => error instanceof kind);
      code = badInput ? 2 : 1;
      const expected = badInput || EXPECTED_ERRORS.some((kind) => error instanceof kind);
      // A plain Error is one of ours with a message for the user; a TypeError and its like need their stack.
      const plain = error instanceof Error && error.constructor === Error;
      message =
        error instanceof Error ? ((expected || plain ? null : error.stack) ?? error.message) : String(error);
    }
  }
  if (message !== '')
    await new Promise<void>((resolve) => process.stderr.write(`${message}\n`, () => resolve()));
  process.exit(code);
}

/**
 * Makes the engine that trains an experiment in Node, and says on standard error which one it is. Without a wish it is
 * WebGPU where there is an adapter that passes the self-test, an emulated one too: a command computes what the page
 * computes on a GPU. Where it is lost it goes on, on another.
 * @param textPath of the text of data=own, or null
 * @returns the engine, and the data that it trains on
 * @throws NoAdapterError where `webgpu` was asked for and there is no adapter
 */
export async function openEngine(
  experiment: Experiment,
  kind: 'webgpu' | 'cpu' | 'auto',
  textPath: string | null,
): Promise<{ readonly engine: Engine; readonly data: TaskData | null }> {
  const data = await loadData(experiment, textPath);
  const request = { experiment, shaders: readShaders(), data, workers: laneWorkers };
  const onCpu = (): Promise<Engine> => openResuming({ ...request, gpu: undefined, kind: 'cpu' });
  const engine =
    kind === 'cpu'
      ? await onCpu()
      : await openWebGpu(request).catch((error: unknown) => {
          if (kind === 'webgpu' || error instanceof ShapeTooLargeError) throw error;
          process.stderr.write(`${messageOf(error)} The CPU engine trains instead.\n`);
          return onCpu();
        });
  const { info } = engine;
  process.stderr.write(
    `Engine: ${info.kind}, ${info.name}${info.software ? ' (emulated on the CPU)' : ''}\n`,
  );
  return { engine, data };
}

async function openWebGpu(request: Omit<EngineRequest, 'gpu' | 'kind'>): Promise<Engine> {
  const { gpu, problem } = await loadGpu();
  if (problem !== null) throw new NoAdapterError(problem);
  return openResuming({ ...request, gpu, kind: 'webgpu' });
}

/** The engine of a request, which goes on where what it computes on is lost, while it is made too. */
async function openResuming(request: EngineRequest): Promise<Engine> {
  const recovery = new Recovery();
  const resume: Resume = (loss, from) => recovery.engineAfterLoss(request, loss, from);
  const { engine } = await createEngine(request).catch((error: unknown) => {
    if (!(error instanceof EngineLostError)) throw error;
    return resume(error, null);
  });
  // A live line of progress stands there without its end.
  const start = process.stderr.isTTY ? '\n' : '';
  return new ResumingEngine(engine, resume, (line) => void process.stderr.write(`${start}${line}\n`));
}

/** Some steps of a run. */
export interface Piece {
  readonly metrics: MetricBatch;
  /** Milliseconds of one step, on average over the piece. */
  readonly msPerStep: number;
}

/** Milliseconds that a piece is to take: long enough to cost nothing, short enough to watch. */
const PIECE_TIME = 200;

/**
 * Trains up to a step in pieces, and yields after each. What the consumer does between two pieces is not timed.
 * @param boundary steps at whose multiples a piece ends; 0 = none
 */
export async function* trainInPieces(engine: Engine, until: number, boundary: number): AsyncGenerator<Piece> {
  let size = 1;
  while (engine.step < until) {
    const first = engine.step;
    const steps = Math.min(size, until - first, boundary > 0 ? boundary - (first % boundary) : size);
    const started = performance.now();
    await engine.train(steps);
    const metrics = await engine.metrics(first);
    const milliseconds = performance.now() - started;
    yield { metrics, msPerStep: milliseconds / steps };
    const wanted = Math.round((steps * PIECE_TIME) / Math.max(milliseconds, 1));
    size = Math.max(1, Math.min(wanted, 2 * size, METRIC_STEPS));
  }
}
