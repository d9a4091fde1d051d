// Weight gradients: sums over time and batch of delta x^T, one product for all the matrices that a layer's deltas
// belong to, [W_rec | W_in | b] with the columns [h_{t-1} | source_t | 1]; likewise [W_out | b_out] with dL/dy. The rows
// are cut into chunks that are summed apart (reduce.wgsl joins them), by a rule that knows length, batch and network
// only. A dispatch covers whole chunks, or some blocks of one: then the sum so far lies in `partials`.

@group(0) @binding(2) var<storage, read> left: array<vec4<f32>>;            // deltas or dL/dy: [lane, row, leftQuads]
@group(0) @binding(3) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow
@group(0) @binding(4) var<storage, read> source: array<vec4<f32>>;          // [lane or shared, row, sourceQuads]
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;        // [split, lane, PARAMETERS]

// An inner sum is at most this long, so that the error of a sum of many thousand rows stays small: GRADIENT_BLOCK in
// src/engine/webgpu/sizes.ts.
const BLOCK = 256u;

// An invocation has two quads of outputs (r) by two quads of columns (c): each number that it loads serves eight sums.
struct Sums {
  r0c0: mat4x4<f32>,    // column i is of output i of the quad
  r0c1: mat4x4<f32>,
  r1c0: mat4x4<f32>,
  r1c1: mat4x4<f32>,
}

@compute @workgroup_size(8, 8, GROUPS)
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
  // The bias is the weight of a unit input: a matrix of one column. The biases of a uRNN are not added to what a unit
  // receives: unitaryBackward.wgsl sums their gradient.
  let ofBias = column == biasColumn;
  let isThere = leftPair < leftPairs && column <= biasColumn && !(ofBias && UNITARY && dispatch.layer < LAYERS);
  // A pair may end in a quad that is not there: it repeats the last one and is not stored.
  let l0 = lane * dispatch.leftLaneRows * dispatch.leftQuads + 2u * leftPair;
  let l1 = l0 + select(0u, 1u, 2u * leftPair + 1u < dispatch.leftQuads);
  let rows = select(HIDDEN, OUTPUTS, dispatch.layer == LAYERS);

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
  let group = local.z;
  let index = local.y * 8u + local.x;
  let splitFirst = split * splitRows;
  let first = splitFirst + dispatch.begin % blocks * BLOCK;
  let end = min(min(dispatch.rows, splitFirst + splitRows), first + (dispatch.end - dispatch.begin) * BLOCK);
  for (var block = first; block < end; block += BLOCK) {
    let blockRows = min(BLOCK, end - block);
    let share = (blockRows + GROUPS - 1u) / GROUPS;
    let shareFirst = block + min(blockRows, group * share);
    let shareEnd = select(shareFirst, block + min(blockRows, (group + 1u) * share), isThere);
    var sum = Sums();
    // One loop for whatever the columns are of: loops of their own would run one after another in neighbouring invocations.
    for (var row = shareFirst; row < shareEnd; row++) {
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
    let r0c0 = joinGroups(sum.r0c0, group, index);
    let r0c1 = joinGroups(sum.r0c1, group, index);
    let r1c0 = joinGroups(sum.r1c0, group, index);
    let r1c1 = joinGroups(sum.r1c1, group, index);
    if (group == 0u && isThere) {
      let goesOn = block > splitFirst;
      addTo(base, r0c0, firstRow, firstColumn, rows, columns, goesOn);
      addTo(base, r0c1, firstRow, firstColumn + 4u, rows, columns, goesOn);
      addTo(base, r1c0, firstRow + 4u, firstColumn, rows, columns, goesOn);
      addTo(base, r1c1, firstRow + 4u, firstColumn + 4u, rows, columns, goesOn);
    }
  }
}

fn outer(x: vec4<f32>, y: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(x * y.x, x * y.y, x * y.z, x * y.w);
}

// Adds to what lies in `partials`, or begins there.
fn addTo(base: u32, sums: mat4x4<f32>, firstRow: u32, firstColumn: u32, rows: u32, columns: u32, goesOn: bool) {
  let count = columns - min(columns, firstColumn);
  addRow(base + firstRow * columns + firstColumn, sums[0], select(0u, count, firstRow < rows), goesOn);
  addRow(base + (firstRow + 1u) * columns + firstColumn, sums[1], select(0u, count, firstRow + 1u < rows), goesOn);
  addRow(base + (firstRow + 2u) * columns + firstColumn, sums[2], select(0u, count, firstRow + 2u < rows), goesOn);
  addRow(base + (firstRow + 3u) * columns + firstColumn, sums[3], select(0u, count, firstRow + 3u < rows), goesOn);
}

fn addRow(at: u32, sums: vec4<f32>, count: u32, goesOn: bool) {
  var all = sums;
  if (goesOn) {
    if (count > 0u) { all.x += partials[at]; }
    if (count > 1u) { all.y += partials[at + 1u]; }
    if (count > 2u) { all.z += partials[at + 2u]; }
    if (count > 3u) { all.w += partials[at + 3u]; }
  }
  if (count > 0u) { partials[at] = all.x; }
  if (count > 1u) { partials[at + 1u] = all.y; }
  if (count > 2u) { partials[at + 2u] = all.z; }
  if (count > 3u) { partials[at + 3u] = all.w; }
}
