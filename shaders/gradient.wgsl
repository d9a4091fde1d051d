// Weight gradients: sums over time and batch of delta x^T, one product for all the matrices that a layer's deltas
// belong to, [W_rec | W_in | b] with the columns [h_{t-1} | source_t | 1]; likewise [W_out | b_out] with dL/dy. The rows
// are cut into chunks that are summed apart (reduce.wgsl joins them), by a rule that knows length, batch and network
// only. A dispatch covers whole chunks, or some blocks of one: then the sum so far lies in `partials`.

@group(0) @binding(2) var<storage, read> left: array<vec4<f32>>;            // deltas or dL/dy: [lane, row, leftQuads]
@group(0) @binding(3) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow
@group(0) @binding(4) var<storage, read> source: array<vec4<f32>>;          // [lane or shared, row, sourceQuads]
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;        // [split, lane, PARAMETERS]

// An inner sum is this long, so that the error of a sum of many thousand rows stays small: GRADIENT_BLOCK in
// src/engine/webgpu/sizes.ts.
const BLOCK = 256u;

// An invocation has two quads of outputs (r) by two quads of columns (c): each number that it loads serves eight sums.
struct Sums {
  r0c0: mat4x4<f32>,    // column i is of output i of the quad
  r0c1: mat4x4<f32>,
  r1c0: mat4x4<f32>,
  r1c1: mat4x4<f32>,
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let lane = dispatch.firstLane + workgroup.z;
  let leftPairs = (dispatch.leftQuads + 1u) / 2u;
  let leftTiles = (leftPairs + 7u) / 8u;
  let splitRows = (dispatch.rows + dispatch.splits - 1u) / dispatch.splits;
  let blocks = (splitRows + BLOCK - 1u) / BLOCK;
  let split = dispatch.begin / blocks + workgroup.y / leftTiles;
  let leftPair = workgroup.y % leftTiles * 8u + local.y;
  let column = workgroup.x * 8u + local.x;
  // A feedforward network has columns on `hidden` in the readout only.
  let hiddenPairs = select(0u, (HIDDEN_QUADS + 1u) / 2u, RECURRENT || dispatch.layer == LAYERS);
  let biasColumn = hiddenPairs + (dispatch.sourceQuads + 1u) / 2u;
  if (leftPair >= leftPairs || column > biasColumn) {
    return;
  }
  let firstBlock = dispatch.begin % blocks;
  let first = split * splitRows + firstBlock * BLOCK;
  let end = min(min(dispatch.rows, (split + 1u) * splitRows), first + (dispatch.end - dispatch.begin) * BLOCK);
  // A pair may end in a quad that is not there: it repeats the last one and is not stored.
  let l0 = lane * dispatch.leftLaneRows * dispatch.leftQuads + 2u * leftPair;
  let l1 = l0 + select(0u, 1u, 2u * leftPair + 1u < dispatch.leftQuads);
  let rows = select(HIDDEN, OUTPUTS, dispatch.layer == LAYERS);

  // The bias is the weight of a unit input: a matrix of one column. The biases of a uRNN are not added to what a unit
  // receives: unitaryBackward.wgsl sums their gradient.
  let ofBias = column == biasColumn;
  if (ofBias && UNITARY && dispatch.layer < LAYERS) {
    return;
  }
  let ofHidden = column < hiddenPairs;
  let pair = select(select(column - hiddenPairs, 0u, ofBias), column, ofHidden);
  let quads = select(dispatch.sourceQuads, HIDDEN_QUADS, ofHidden);
  let hiddenLaneRows = (dispatch.length + 1u) * dispatch.capacity;
  let row0 = select(lane * dispatch.sourceLaneRows + dispatch.sourceRow, lane * hiddenLaneRows + dispatch.hiddenRow, ofHidden);
  let x0 = row0 * quads + 2u * pair;
  let x1 = x0 + select(0u, 1u, 2u * pair + 1u < quads);

  let inputs = select(HIDDEN, INPUTS, dispatch.layer == 0u);
  let columns = select(select(inputs, 1u, ofBias), HIDDEN, ofHidden);
  let offset = select(select(dispatch.sourceOffset, dispatch.biasOffset, ofBias), dispatch.hiddenOffset, ofHidden);
  let base = (split * dispatch.lanes + lane) * PARAMETERS + offset;
  let firstRow = leftPair * 8u;
  let firstColumn = pair * 8u;
  var total = Sums();
  if (firstBlock > 0u) {
    total.r0c0 = load(base, firstRow, firstColumn, rows, columns);
    total.r0c1 = load(base, firstRow, firstColumn + 4u, rows, columns);
    total.r1c0 = load(base, firstRow + 4u, firstColumn, rows, columns);
    total.r1c1 = load(base, firstRow + 4u, firstColumn + 4u, rows, columns);
  }
  for (var block = first; block < end; block += BLOCK) {
    let blockEnd = min(end, block + BLOCK);
    var sum = Sums();
    // One loop for whatever the columns are of: loops of their own would run one after another in neighbouring invocations.
    for (var row = block; row < blockEnd; row++) {
      var a = vec4<f32>(1.0, 0.0, 0.0, 0.0);
      var b = vec4<f32>();
      if (ofHidden) {
        a = hidden[x0 + row * HIDDEN_QUADS];
        b = hidden[x1 + row * HIDDEN_QUADS];
      } else if (!ofBias) {
        a = source[x0 + row * dispatch.sourceQuads];
        b = source[x1 + row * dispatch.sourceQuads];
      }
      let p = left[l0 + row * dispatch.leftQuads];
      let q = left[l1 + row * dispatch.leftQuads];
      sum.r0c0 += outer(a, p);
      sum.r0c1 += outer(b, p);
      sum.r1c0 += outer(a, q);
      sum.r1c1 += outer(b, q);
    }
    total.r0c0 += sum.r0c0;
    total.r0c1 += sum.r0c1;
    total.r1c0 += sum.r1c0;
    total.r1c1 += sum.r1c1;
  }

  store(base, total.r0c0, firstRow, firstColumn, rows, columns);
  store(base, total.r0c1, firstRow, firstColumn + 4u, rows, columns);
  store(base, total.r1c0, firstRow + 4u, firstColumn, rows, columns);
  store(base, total.r1c1, firstRow + 4u, firstColumn + 4u, rows, columns);
}

fn outer(x: vec4<f32>, y: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(x * y.x, x * y.y, x * y.z, x * y.w);
}

fn store(base: u32, sums: mat4x4<f32>, firstRow: u32, firstColumn: u32, rows: u32, columns: u32) {
  var all = sums;
  for (var r = 0u; r < 4u; r++) {
    let at = base + (firstRow + r) * columns + firstColumn;
    if (firstRow + r < rows) {
      if (firstColumn < columns) { partials[at] = all[r].x; }
      if (firstColumn + 1u < columns) { partials[at + 1u] = all[r].y; }
      if (firstColumn + 2u < columns) { partials[at + 2u] = all[r].z; }
      if (firstColumn + 3u < columns) { partials[at + 3u] = all[r].w; }
    }
  }
}

fn load(base: u32, firstRow: u32, firstColumn: u32, rows: u32, columns: u32) -> mat4x4<f32> {
  var all = mat4x4<f32>();
  for (var r = 0u; r < 4u; r++) {
    let at = base + (firstRow + r) * columns + firstColumn;
    if (firstRow + r < rows) {
      if (firstColumn < columns) { all[r].x = partials[at]; }
      if (firstColumn + 1u < columns) { all[r].y = partials[at + 1u]; }
      if (firstColumn + 2u < columns) { all[r].z = partials[at + 2u]; }
      if (firstColumn + 3u < columns) { all[r].w = partials[at + 3u]; }
    }
  }
  return all;
}
