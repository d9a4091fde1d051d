import { STREAM } from '../../experiment/philox.ts';
import { type Experiment, isPathOptimizer } from '../../experiment/schema.ts';
import type { Task } from '../../experiment/tasks/index.ts';
import { matrixOf, type Shape } from '../layout.ts';
import {
  cut,
  type Dispatch,
  type Fields,
  type MostOperations,
  type Part,
  Planner,
  type Work,
} from './planner.ts';
import {
  capacityOf,
  chunksOf,
  gradientBlocksOf,
  type Packings,
  pairsOf,
  quadsOf,
  readoutRowsOf,
  type Tiling,
  unitarySumsOf,
  unitsOf,
} from './sizes.ts';

/** What of a step is planned. */
export interface PlanRequest {
  readonly task: Task;
  readonly experiment: Experiment;
  readonly shape: Shape;
  readonly packings: Packings;
  readonly tiling: Tiling;
  /** Whether the batch is there already, and is not made. */
  readonly batchGiven?: boolean;
  /** Kappa of every lane, whatever its optimizer. */
  readonly everything: boolean;
  readonly mostOperations: MostOperations;
}

/** What every dispatch knows of the experiment, for a batch of that many sequences. */
function commonFields({ task, experiment, shape, everything }: PlanRequest, batch: number): Fields {
  const measure = task.measure(experiment);
  const terms = batch * shape.scoredSteps;
  return {
    length: shape.length,
    batch,
    capacity: capacityOf(shape),
    scoredFrom: shape.scoredFrom,
    everything: everything && shape.network !== 'urnn' ? 1 : 0,
    measureFrom: unmeasuredSteps(task, experiment, shape),
    lanes: shape.lanes,
    lossScale: 1 / (task.loss === 'squared' ? terms * shape.outputs : terms),
    measureScale: 1 / measuredTerms(task, experiment, shape, batch),
    tolerance: measure.kind === 'within' ? measure.tolerance : 0,
    chunks: chunksOf(shape).length,
    splits: shape.splits,
    seed: experiment.seed,
    terms: experiment.terms,
    segments: shape.segments ?? 1,
    carries: shape.segments === null ? 0 : 1,
  };
}

/** Answers of a batch that the task's measure counts. */
export const measuredTerms = (task: Task, experiment: Experiment, shape: Shape, batch: number): number =>
  batch * (shape.scoredSteps - unmeasuredSteps(task, experiment, shape));

/** Scored steps before the first one that counts for the measure. */
function unmeasuredSteps(task: Task, experiment: Experiment, { scoredFrom }: Shape): number {
  const measure = task.measure(experiment);
  return measure.kind === 'accuracy' ? Math.max(0, measure.firstStep - scoredFrom) : 0;
}

function addBatch(planner: Planner, request: PlanRequest, batch: number, fields: Fields): void {
  const { task, shape, mostOperations } = request;
  if (request.batchGiven) return;
  const ofSequence = shape.length * (shape.inputs + 200);
  const kernel = task.data === null ? 'batch' : 'batchOfData';
  const most = Math.max(1, Math.floor(mostOperations(kernel) / ofSequence));
  for (const [begin, end] of cut({ begin: 0, end: batch }, most)) {
    planner.dispatches.push({
      kernel,
      buffers: {},
      fields: { ...fields, begin, end },
      groups: [Math.ceil(task.shaderInvocations(shape.length, shape.inputs) / 64), end - begin, 1],
      operations: ofSequence * (end - begin),
      isCut: end - begin < batch,
    });
  }
}

function addPack(planner: Planner, { shape, packings }: PlanRequest): void {
  const most = Math.max(...packings.list.map(({ outer, innerPadded }) => quadsOf(outer) * innerPadded));
  // Here and where a number stands beside the sums, operations are counted by the time that they take on SwiftShader.
  planner.add('pack', {}, 48 * packings.quads * shape.lanes, ({ lanes }) => ({
    fields: {},
    groups: [Math.ceil(most / 64), packings.list.length, lanes],
  }));
}

/** Takes carried states to before the first time step, or, after the last one, from there. */
function addCarry(planner: Planner, { shape }: PlanRequest, at: 'begin' | 'end', carried: string): void {
  if (shape.segments === null) return;
  const { layers, length, batch, hidden, lanes } = shape;
  const time = at === 'begin' ? 0 : length;
  for (let layer = 0; layer < layers; layer++) {
    planner.add(
      'carry',
      { hidden: `hidden.${layer}`, carried },
      lanes * batch * hidden,
      ({ lanes: count }) => ({
        fields: { layer },
        groups: [Math.ceil((batch * quadsOf(hidden)) / 64), count, 1],
      }),
      { begin: time, end: time },
    );
  }
}

/** From the batch to the readout; `path` adds gamma_in. */
function addForward(
  planner: Planner,
  { shape, packings, tiling }: PlanRequest,
  batch: number,
  paths: boolean,
): void {
  const { hidden, length, lanes } = shape;
  const unitary = shape.network === 'urnn';
  const path = paths && !unitary;
  const capacity = capacityOf(shape);
  const hiddenQuads = quadsOf(hidden);
  const stateRows = (length + 1) * capacity;
  const rows = length * batch * lanes;
  // A feedforward network only adds the bias.
  const recurrentInputs = shape.recurrent ? hidden : 1;
  for (let layer = 0; layer < shape.layers; layer++) {
    const packed = packings.layers[layer] as Packings['layers'][number];
    const inputs = layer === 0 ? shape.inputs : hidden;
    const common = { layer, path: path ? 1 : 0, bias: packed.bias };
    planner.add(
      'projectForward',
      {
        source: layer === 0 ? 'inputs' : `hidden.${layer - 1}`,
        destination: `hidden.${layer}`,
        gamma: 'gammaIn',
      },
      2 * rows * hidden * inputs,
      ({ begin, end, lanes: count }) => ({
        fields: {
          ...common,
          weights: packed.input,
          sourceQuads: quadsOf(inputs),
          sourceRow: layer === 0 ? begin * batch : capacity + begin * batch,
          sourceLaneRows: layer === 0 ? 0 : stateRows,
          targetRow: capacity + begin * batch,
        },
        groups: [projectGroups(end - begin, batch, hiddenQuads, path), 1, count],
      }),
      { begin: 0, end: length },
    );
    if (unitary) {
      planner.add(
        'unitaryForward',
        { hidden: `hidden.${layer}` },
        rows * unitaryOperations(shape),
        ({ lanes: count }) => ({
          fields: { layer },
          groups: [Math.ceil(batch / (2 * pairsOf(shape))), count, 1],
        }),
        { begin: 0, end: length },
      );
      continue;
    }
    planner.add(
      'forward',
      { hidden: `hidden.${layer}`, gamma: 'gammaIn' },
      2 * rows * hidden * recurrentInputs,
      ({ lanes: count }) => ({
        fields: { ...common, weights: packed.recurrent },
        groups: [Math.ceil(batch / tiling.tile) + (path ? 1 : 0), count, 1],
      }),
      { begin: 0, end: length },
    );
  }
  const scoredRows = shape.scoredSteps * batch;
  planner.add(
    'readout',
    { hidden: `hidden.${shape.layers - 1}` },
    2 * scoredRows * lanes * hidden * shape.outputs,
    ({ begin, end, lanes: count }) => ({
      fields: { weights: packings.readout, bias: packings.readoutBias },
      groups: [end - begin, 1, count],
    }),
    { begin: 0, end: Math.ceil(scoredRows / readoutRowsOf(shape)) },
  );
}

/** Multiplications and additions, roughly, of a product with the unitary matrix: two transforms, two reflections, the rest. */
const unitaryOperations = (shape: Shape): number => {
  const units = unitsOf(shape);
  return units * (10 * Math.log2(units) + 60);
};

/** The tables of a uRNN's factors. */
function addUnitaryTables(planner: Planner, { shape }: PlanRequest): void {
  if (shape.network !== 'urnn') return;
  planner.add('unitaryTables', {}, 40 * shape.hidden * shape.lanes, ({ lanes }) => ({
    fields: { sourceOffset: matrixOf(shape, 'phases', 0).offset },
    groups: [lanes, 1, 1],
  }));
}

const projectGroups = (steps: number, batch: number, hiddenQuads: number, path: boolean): number =>
  Math.ceil(((Math.ceil((steps * batch) / 4) + (path ? steps : 0)) * hiddenQuads) / 64);

/** From dL/dy to the deltas of every layer and gamma_out. */
function addBackward(planner: Planner, { shape, packings, tiling }: PlanRequest): void {
  const { hidden, length, lanes, batch } = shape;
  const capacity = capacityOf(shape);
  const hiddenQuads = quadsOf(hidden);
  const stateRows = (length + 1) * capacity;
  const unitary = shape.network === 'urnn';
  for (let layer = shape.layers - 1; layer >= 0; layer--) {
    const top = layer === shape.layers - 1;
    const above = top ? shape.outputs : hidden;
    const first = top ? shape.scoredFrom : 0;
    planner.add(
      'projectBackward',
      { source: top ? 'outputs' : `deltas.${layer + 1}`, destination: `deltas.${layer}`, gamma: 'gammaOut' },
      2 * (length - first) * batch * lanes * hidden * above,
      ({ begin, end, lanes: count }) => ({
        fields: {
          layer,
          path: unitary ? 0 : 1,
          weights: top ? packings.readoutBack : (packings.layers[layer + 1]?.inputBack ?? 0),
          sourceQuads: quadsOf(above),
          sourceRow: (begin - first) * batch,
          sourceLaneRows: top ? shape.scoredSteps * capacity : stateRows,
          targetRow: begin * batch,
        },
        groups: [projectGroups(end - begin, batch, hiddenQuads, !unitary), 1, count],
      }),
      { begin: first, end: length },
    );
    if (unitary) {
      planner.add(
        'unitaryBackward',
        { deltas: `deltas.${layer}` },
        2 * length * batch * lanes * unitaryOperations(shape),
        ({ lanes: count }) => ({
          fields: { layer, sourceFrom: first },
          groups: [Math.ceil(batch / pairsOf(shape)), count, 1],
        }),
        { begin: 0, end: length, backward: true },
      );
      planner.add('unitaryReduce', {}, batch * lanes * unitarySumsOf(shape), ({ lanes: count }) => ({
        fields: { sourceOffset: matrixOf(shape, 'phases', 0).offset },
        groups: [Math.ceil(unitarySumsOf(shape) / 64), count, 1],
      }));
      continue;
    }
    planner.add(
      'backward',
      { hidden: `hidden.${layer}`, deltas: `deltas.${layer}`, gamma: 'gammaOut' },
      2 * length * batch * lanes * hidden * (shape.recurrent ? hidden : 1),
      ({ lanes: count }) => ({
        fields: { layer, sourceFrom: first, weights: packings.layers[layer]?.recurrentBack ?? 0 },
        groups: [Math.ceil(batch / tiling.tile) + 1, count, 1],
      }),
      { begin: 0, end: length, backward: true },
    );
  }
}

/** The weight gradients and kappa1 of every layer and of the readout, and kappa2. */
function addSums(planner: Planner, request: PlanRequest): void {
  const { shape, packings, experiment, everything } = request;
  const { hidden, length, lanes, batch, splits } = shape;
  const capacity = capacityOf(shape);
  const stateRows = (length + 1) * capacity;
  const tiles = (invocations: number): number => Math.ceil(invocations / 8);
  const pairs = (quads: number): number => Math.ceil(quads / 2);
  const inspected = everything && shape.network !== 'urnn';
  const anyPath = inspected || experiment.lanes.some(({ optimizer }) => isPathOptimizer(optimizer));
  const anyPath2 = inspected || experiment.lanes.some(({ optimizer }) => optimizer === 'path2');
  for (let layer = 0; layer <= shape.layers; layer++) {
    const readout = layer === shape.layers;
    const inputs = readout ? 0 : layer === 0 ? shape.inputs : hidden;
    const outputs = readout ? shape.outputs : hidden;
    const leftQuads = quadsOf(outputs);
    // A feedforward network has weights on hidden states of the layer itself in the readout only.
    const recurrent = readout || shape.recurrent;
    const ownInputs = recurrent ? hidden : 0;
    const rows = (readout ? shape.scoredSteps : length) * batch;
    const on = recurrent ? matrixOf(shape, readout ? 'readout' : 'recurrent', layer) : null;
    const bias = matrixOf(shape, readout ? 'readoutBias' : 'bias', layer);
    const source = matrixOf(shape, readout ? 'readout' : 'input', layer);
    const fields = {
      layer,
      rows,
      leftQuads,
      leftLaneRows: readout ? shape.scoredSteps * capacity : stateRows,
      // The recurrent factor is the state one step before.
      hiddenRow: readout ? capacity + shape.scoredFrom * batch : capacity - batch,
      sourceQuads: quadsOf(inputs),
      sourceRow: layer === 0 ? 0 : capacity,
      sourceLaneRows: layer === 0 ? 0 : stateRows,
      hiddenOffset: on?.offset ?? 0,
      sourceOffset: source.offset,
      biasOffset: bias.offset,
      matrix: shape.matrices.indexOf(source),
    };
    const blocks = gradientBlocksOf(rows, splits);
    planner.add(
      'gradient',
      {
        left: readout ? 'outputs' : `deltas.${layer}`,
        hidden: `hidden.${readout ? layer - 1 : layer}`,
        source: layer === 0 ? 'inputs' : `hidden.${layer - 1}`,
      },
      2 * rows * lanes * outputs * (ownInputs + inputs + 1),
      ({ begin, end, lanes: count }) => ({
        fields,
        groups: [
          tiles(pairs(quadsOf(ownInputs)) + pairs(quadsOf(inputs)) + 1),
          tiles(pairs(leftQuads)) * Math.ceil((end - begin) / blocks),
          count,
        ],
      }),
      { begin: 0, end: splits * blocks, unit: blocks },
    );
    if (anyPath) {
      planner.add(
        'kappa1',
        {},
        2 * (length + 30) * lanes * outputs * (ownInputs + inputs + 1),
        ({ begin, end, lanes: count }) => ({
          fields,
          groups: [tiles(quadsOf(ownInputs) + quadsOf(inputs) + 1), end - begin, count],
        }),
        { begin: 0, end: tiles(leftQuads) },
      );
    }
    if (anyPath2 && shape.recurrent && !readout) {
      planner.add(
        'kappa2',
        {},
        2 * Math.max(1, length - 2) * lanes * hidden ** 3,
        ({ lanes: count }) => ({
          fields: { layer, weights: packings.layers[layer]?.recurrent ?? 0 },
          groups: [quadsOf(hidden), count, 1],
        }),
        { begin: 1, end: Math.max(1, length - 1), backward: true },
      );
    }
  }
}

/** One training step. */
export function planStep(request: PlanRequest): Dispatch[] {
  const { shape, packings } = request;
  const common = commonFields(request, shape.batch);
  const planner = new Planner(common, shape.lanes, request.mostOperations);
  addPack(planner, request);
  addUnitaryTables(planner, request);
  addBatch(planner, request, shape.batch, { ...common, stream: STREAM.trainingBatch });
  addCarry(planner, request, 'begin', 'carried');
  addForward(planner, request, shape.batch, true);
  addCarry(planner, request, 'end', 'carried');
  addBackward(planner, request);
  addSums(planner, request);
  const all = shape.parameters * shape.lanes;
  const chunks = { begin: 0, end: chunksOf(shape).length };
  const ofChunks = ({ begin, end, lanes }: Part): Work => ({ fields: {}, groups: [end - begin, lanes, 1] });
  // Operations by time, see `addPack`: exponents cost more than the sums.
  planner.add('reduce', {}, (2 * shape.splits + 200) * all, ofChunks, chunks);
  planner.dispatches.push({
    kernel: 'finish',
    buffers: {},
    fields: { ...common, weights: packings.readoutBack, bias: packings.readoutBias },
    groups: [shape.lanes, 1, 1],
    operations: shape.lanes * shape.scoredSteps * (shape.hidden + 4 * shape.batch),
    isCut: false,
  });
  planner.add('update', {}, 150 * all, ofChunks, chunks);
  return planner.dispatches;
}

/** Loss and measure on the first `sequences` of the held-out set, batch by batch. */
export function planEvaluation(request: PlanRequest, sequences: number): Dispatch[] {
  const { shape } = request;
  const capacity = capacityOf(shape);
  const planners: Dispatch[] = [];
  for (let first = 0, index = 0; first < sequences; first += capacity, index++) {
    const batch = Math.min(capacity, sequences - first);
    const common = {
      ...commonFields(request, batch),
      heldOut: 1,
      stream: STREAM.heldOut,
      firstSequence: first,
    };
    const planner = new Planner(common, shape.lanes, request.mostOperations);
    if (first === 0) {
      addPack(planner, request);
      addUnitaryTables(planner, request);
    }
    addBatch(planner, request, batch, common);
    addCarry(planner, request, 'begin', 'heldOutCarried');
    addForward(planner, request, batch, false);
    addCarry(planner, request, 'end', 'heldOutCarried');
    planner.dispatches.push({
      kernel: 'evaluate',
      buffers: {},
      fields: { ...common, begin: index },
      groups: [shape.lanes, 1, 1],
      operations: shape.lanes * shape.scoredSteps * batch,
      isCut: false,
    });
    planners.push(...planner.dispatches);
  }
  return planners;
}

/** The dispatches that make the batch of a training step, or the first one of that many held-out sequences. */
export const planBatch = (request: PlanRequest, heldOut: number | null): Dispatch[] =>
  (heldOut === null ? planStep(request) : planEvaluation(request, heldOut)).filter(
    ({ kernel, fields }) => kernel.startsWith('batch') && !fields.firstSequence,
  );

/** Batches of the held-out set that `planEvaluation` makes. */
export const heldOutBatches = (shape: Shape, sequences: number): number =>
  Math.ceil(sequences / capacityOf(shape));
