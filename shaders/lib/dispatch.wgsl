// What every kernel knows: the sizes of the run and the part of it that this dispatch covers. The `const`
// declarations of src/engine/webgpu/constants.ts stand before this file: HIDDEN, LAYERS, INPUTS, OUTPUTS, the numbers of
// quads (vectors of four, padded with zeros) HIDDEN_QUADS and OUTPUT_QUADS, the padded INPUT_STRIDE, PARAMETERS,
// PACKED_QUADS and EXPONENTS of a lane, MATRICES, RING_STEPS, READOUT_ROWS, TILE, QUADS, SLICES,
// SLICE_QUADS, GROUPS, SOFTMAX, KEPT and RECURRENT (false: one time step and no recurrent weights); of a uRNN (UNITARY), whose HIDDEN
// numbers are the real and the imaginary parts of UNITS complex ones, ODD_POWER (whether UNITS is an odd power of two), PAIRS
// of vectors of a workgroup, and UNITARY_SUMS of a sequence.


struct Dispatch {
  length: u32,        // time steps of a sequence
  batch: u32,         // sequences
  capacity: u32,      // sequences that the buffers hold: training and held-out batches may differ
  scoredFrom: u32,    // first scored step

  begin: u32,         // range of time steps that this dispatch covers; of blocks of rows in gradient.wgsl, of groups
                      // of rows in readout.wgsl, of tiles of outputs in kappa1.wgsl, of sequences in tasks/
  end: u32,
  firstLane: u32,     // lanes that this dispatch covers start here
  layer: u32,

  weights: u32,       // first quad of the packed matrix that is multiplied with
  bias: u32,          // first quad of the packed bias
  sourceFrom: u32,    // first time step with a source (backward); the rows before have none
  rows: u32,          // rows of a weight-gradient sum; time steps of a kappa sum

  sourceQuads: u32,   // the source below (forward) or above (backward): quads of a row,
  sourceRow: u32,     // its row that meets row 0 of this dispatch,
  sourceLaneRows: u32,  // and rows from lane to lane; 0: all lanes share it
  targetRow: u32,     // project.wgsl: row of the destination that meets row 0

  leftQuads: u32,     // gradient.wgsl: quads of a row of deltas,
  leftLaneRows: u32,  // and rows from lane to lane
  hiddenRow: u32,     // row of `hidden` that meets row 0
  matrix: u32,        // index of the first of the matrices

  hiddenOffset: u32,  // first parameter of the matrix on `hidden`,
  sourceOffset: u32,  // on the source,
  biasOffset: u32,    // and of the bias
  splits: u32,        // chunks of rows of a weight gradient

  path: u32,          // 1: the path rows are part of the work
  everything: u32,    // 1: kappa of every lane, whatever its optimizer (inspection)
  measureFrom: u32,   // first scored step that counts for the task's measure
  lanes: u32,         // lanes of the experiment

  lossScale: f32,     // 1 / number of terms of the loss
  measureScale: f32,  // 1 / number of terms of the measure
  tolerance: f32,     // of the measure `within`
  chunks: u32,        // chunks of parameters of a lane

  seed: u32,
  stream: u32,        // random stream of the batch
  heldOut: u32,       // 1: the batch is of the held-out set
  firstSequence: u32,

  terms: u32,         // marked numbers of the adding problem
  segments: u32,      // training steps after which carried states begin anew
  carries: u32,       // 1: states are carried from batch to batch
}

struct LaneSettings {
  optimizer: u32,     // one of the constants below
  rate: f32,
  momentum: f32,
  clip: f32,          // 0: off

  dualclip: f32,      // 0: off
  activation: u32,    // RELU or TANH
  decay: f32,         // of the mean of squared gradients
  decayRest: f32,     // 1 - decay, of which float32 keeps more digits than of the decay

  momentumRest: f32,  // 1 - momentum
  logMomentum: f32,   // natural logarithms, large and negative for 0
  logDecay: f32,
  pad0: u32,
}

const SGD = 0u;
const PATH = 1u;
const PATH2 = 2u;
const ADAGRAD = 3u;
const RMSPROP = 4u;
const ADAM = 5u;

const RELU = 0u;
const TANH = 1u;

@group(0) @binding(0) var<uniform> dispatch: Dispatch;
@group(0) @binding(1) var<uniform> lanes: array<LaneSettings, 16>;

// Whether a lane's optimizer divides by kappa.
fn isPath(lane: u32) -> bool {
  return lanes[lane].optimizer == PATH || lanes[lane].optimizer == PATH2;
}

fn needsKappa1(lane: u32) -> bool {
  return dispatch.everything == 1u || isPath(lane);
}

fn needsKappa2(lane: u32) -> bool {
  return dispatch.everything == 1u || lanes[lane].optimizer == PATH2;
}

// First quad of a sequence at a time step (-1: the initial state) in hidden: [lane, 1 + time, batch, HIDDEN_QUADS].
// Row -1 ends where row 0 starts, whatever the batch.
fn hiddenRow(lane: u32, t: i32, sequence: u32) -> u32 {
  let row = i32(dispatch.capacity) + t * i32(dispatch.batch) + i32(sequence);
  return (lane * (dispatch.length + 1u) * dispatch.capacity + u32(row)) * HIDDEN_QUADS;
}

// The same in deltas: [lane, time + 1, batch, HIDDEN_QUADS], where the row after the last stays zero.
fn deltaRow(lane: u32, t: u32, sequence: u32) -> u32 {
  let row = t * dispatch.batch + sequence;
  return (lane * (dispatch.length + 1u) * dispatch.capacity + row) * HIDDEN_QUADS;
}
