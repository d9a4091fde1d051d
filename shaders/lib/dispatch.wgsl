// What every kernel knows: the sizes of the run and the part of it that this dispatch covers. The `const`
// declarations of the shape (HIDDEN, LAYERS, INPUTS, OUTPUTS and the parameter layout) stand before this file.

struct Dispatch {
  length: u32,        // time steps of a sequence
  batch: u32,         // sequences
  scoredFrom: u32,    // first scored step
  splits: u32,        // chunks of rows in a weight-gradient sum

  begin: u32,         // range of time steps (of walk lengths in kappa2) that this dispatch covers
  end: u32,
  firstLane: u32,     // lanes that this dispatch covers start here
  layer: u32,

  // project.wgsl: destination[row, o] = bias[o] + sum_i weight[o, i] source[row, i]
  inner: u32,         // length of the sum
  sourceLanes: u32,   // 1: the source has a lane dimension, 0: all lanes share it
  sourceFrom: u32,    // first time step that the source holds
  weightOffset: u32,
  outerStride: u32,   // step of `o` in the weights
  innerStride: u32,   // step of `i` in the weights
  biasOffset: u32,    // NONE: no bias
  pathSource: u32,    // layer of gamma that feeds the path row; NONE: a row of ones

  withPath: u32,      // 1: the path rows are part of the work
  everything: u32,    // 1: kappa of every lane, whatever its optimizer (inspection)
  measureFrom: u32,   // first scored step that counts for the task's measure
  softmax: u32,       // 1: softmax cross-entropy, 0: squared error

  tolerance: f32,     // of the measure `within`
  lossScale: f32,     // 1 / number of terms of the loss
  measureScale: f32,  // 1 / number of terms of the measure
  seed: u32,

  stream: u32,        // random stream of the batch
  heldOut: u32,       // 1: the batch is of the held-out set
  firstSequence: u32,
  lanes: u32,         // lanes of the experiment
}

struct LaneSettings {
  optimizer: u32,     // SGD, PATH or PATH2
  rate: f32,
  momentum: f32,
  clip: f32,          // 0: off
  dualclip: f32,      // 0: off
  pad0: u32,
  pad1: u32,
  pad2: u32,
}

const SGD = 0u;
const PATH = 1u;
const PATH2 = 2u;
const NONE = 0xffffffffu;

@group(0) @binding(0) var<uniform> dispatch: Dispatch;
@group(0) @binding(1) var<uniform> lanes: array<LaneSettings, 16>;

fn needsKappa1(lane: u32) -> bool {
  return dispatch.everything == 1u || lanes[lane].optimizer != SGD;
}

fn needsKappa2(lane: u32) -> bool {
  return dispatch.everything == 1u || lanes[lane].optimizer == PATH2;
}
