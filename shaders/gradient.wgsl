// Weight gradients: sums over time and batch of delta x^T, one product for all the matrices that a layer's deltas
// belong to, [W_rec | W_in | b] with the columns [h_{t-1} | source_t | 1]; likewise [W_out | b_out] with dL/dy. The rows
// are cut into chunks that are summed apart (reduce.wgsl joins them), by a rule that knows length, batch and network
// only.

@group(0) @binding(2) var<storage, read> left: array<vec4<f32>>;            // deltas or dL/dy: [lane, row, leftQuads]
@group(0) @binding(3) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow
@group(0) @binding(4) var<storage, read> source: array<vec4<f32>>;          // [lane or shared, row, sourceQuads]
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;        // [split, lane, PARAMETERS]

// An inner sum is this long, so that the error of a sum of many thousand rows stays small.
const BLOCK = 256u;

// A workgroup has a tile of 8 by 8 quads, an invocation 4 by 4 numbers.
@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let lane = dispatch.firstLane + workgroup.z;
  let leftTiles = (dispatch.leftQuads + 7u) / 8u;
  let split = dispatch.begin + workgroup.y / leftTiles;
  let leftQuad = workgroup.y % leftTiles * 8u + local.y;
  let column = workgroup.x * 8u + local.x;
  let sourceColumn = HIDDEN_QUADS;
  let biasColumn = HIDDEN_QUADS + dispatch.sourceQuads;
  if (leftQuad >= dispatch.leftQuads || column > biasColumn) {
    return;
  }
  let splitRows = (dispatch.rows + dispatch.splits - 1u) / dispatch.splits;
  let first = split * splitRows;
  let end = min(dispatch.rows, first + splitRows);
  let l = lane * dispatch.leftLaneRows * dispatch.leftQuads + leftQuad;
  let hiddenLaneRows = (dispatch.length + 1u) * dispatch.capacity;
  let h = (lane * hiddenLaneRows + dispatch.hiddenRow) * HIDDEN_QUADS + column;
  let s = (lane * dispatch.sourceLaneRows + dispatch.sourceRow) * dispatch.sourceQuads + column - sourceColumn;

  // Column r of a sum is of output r of the quad.
  var total = mat4x4<f32>();
  for (var block = first; block < end; block += BLOCK) {
    let blockEnd = min(end, block + BLOCK);
    var sum = mat4x4<f32>();
    if (column < sourceColumn) {
      for (var row = block; row < blockEnd; row++) {
        sum += outer(hidden[h + row * HIDDEN_QUADS], left[l + row * dispatch.leftQuads]);
      }
    } else if (column < biasColumn) {
      for (var row = block; row < blockEnd; row++) {
        sum += outer(source[s + row * dispatch.sourceQuads], left[l + row * dispatch.leftQuads]);
      }
    } else {
      for (var row = block; row < blockEnd; row++) {
        sum += outer(vec4<f32>(1.0, 0.0, 0.0, 0.0), left[l + row * dispatch.leftQuads]);
      }
    }
    total += sum;
  }

  let base = (split * dispatch.lanes + lane) * PARAMETERS;
  let rows = select(HIDDEN, OUTPUTS, dispatch.layer == LAYERS);
  var columns = HIDDEN;
  var offset = dispatch.hiddenOffset;
  var firstColumn = column * 4u;
  if (column >= biasColumn) {
    columns = 1u;
    offset = dispatch.biasOffset;
    firstColumn = 0u;
  } else if (column >= sourceColumn) {
    columns = select(HIDDEN, INPUTS, dispatch.layer == 0u);
    offset = dispatch.sourceOffset;
    firstColumn = (column - sourceColumn) * 4u;
  }
  let count = min(4u, columns - firstColumn);
  for (var r = 0u; r < min(4u, rows - leftQuad * 4u); r++) {
    let at = base + offset + (leftQuad * 4u + r) * columns + firstColumn;
    partials[at] = total[r].x;
    if (count > 1u) { partials[at + 1u] = total[r].y; }
    if (count > 2u) { partials[at + 2u] = total[r].z; }
    if (count > 3u) { partials[at + 3u] = total[r].w; }
  }
}

fn outer(x: vec4<f32>, y: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(x * y.x, x * y.y, x * y.z, x * y.w);
}
