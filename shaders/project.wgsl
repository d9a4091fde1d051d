// A matrix applied to every time step at once. Forward: what a layer receives from below, W_in h (into `hidden`, where
// the recurrence takes it up). Backward: what it receives from above, W_in^T delta or W_out^T dL/dy (into `deltas`). The
// path rows are the same product with squared weights (mathematics, section 2.3), one row per time step.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;             // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read> source: array<vec4<f32>>;             // [lane or shared, row, sourceQuads]
@group(0) @binding(4) var<storage, read_write> destination: array<vec4<f32>>;  // [lane, row, HIDDEN_QUADS]
@group(0) @binding(5) var<storage, read_write> gamma: array<vec4<u32>>;        // rows of gamma.wgsl

// One invocation has four rows of a quad of outputs.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let lane = dispatch.firstLane + id.z;
  let quad = id.x % HIDDEN_QUADS;
  let group = id.x / HIDDEN_QUADS;
  let rows = (dispatch.end - dispatch.begin) * dispatch.batch;
  let groups = (rows + 3u) / 4u;
  if (group < groups) {
    projectBatch(lane, quad, group * 4u, rows);
  } else if (dispatch.path == 1u && dispatch.begin + group - groups < dispatch.end) {
    if (BACKWARD && !needsKappa1(lane)) {
      return;
    }
    projectPath(lane, quad, dispatch.begin + group - groups);
  }
}

fn projectBatch(lane: u32, quad: u32, firstRow: u32, rows: u32) {
  // Rows past the end repeat the last one and are not stored.
  let row = min(vec4<u32>(firstRow) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(rows - 1u));
  let laneRows = (dispatch.length + 1u) * dispatch.capacity;
  let sourceRow = lane * dispatch.sourceLaneRows + dispatch.sourceRow;
  let x = (vec4<u32>(sourceRow) + row) * dispatch.sourceQuads;
  let w = lane * PACKED_QUADS + dispatch.weights + quad;
  var sum = mat4x4<f32>();
  for (var i = 0u; i < dispatch.sourceQuads; i++) {
    let at = w + i * 4u * HIDDEN_QUADS;
    let weights = mat4x4<f32>(packed[at], packed[at + HIDDEN_QUADS], packed[at + 2u * HIDDEN_QUADS],
      packed[at + 3u * HIDDEN_QUADS]);
    sum += weights * mat4x4<f32>(source[x.x + i], source[x.y + i], source[x.z + i], source[x.w + i]);
  }
  let first = (lane * laneRows + dispatch.targetRow + firstRow) * HIDDEN_QUADS + quad;
  destination[first] = sum[0];
  if (firstRow + 1u < rows) { destination[first + HIDDEN_QUADS] = sum[1]; }
  if (firstRow + 2u < rows) { destination[first + 2u * HIDDEN_QUADS] = sum[2]; }
  if (firstRow + 3u < rows) { destination[first + 3u * HIDDEN_QUADS] = sum[3]; }
}

// The exponent of the source row goes along; the recurrence joins it with its own. The outermost source (inputs,
// outputs) is a row of ones.
fn projectPath(lane: u32, quad: u32, t: u32) {
  let outermost = select(dispatch.layer == 0u, dispatch.layer + 1u == LAYERS, BACKWARD);
  let above = select(1u, 0u, BACKWARD);    // gammaIn has a row more in front
  let row = gammaRow(lane, dispatch.layer, t + above);
  let feed = select(gammaRow(lane, select(dispatch.layer - 1u, dispatch.layer + 1u, BACKWARD), t + above), 0u, outermost);
  let w = lane * PACKED_QUADS + dispatch.weights + quad;
  var sum = vec4<f32>();
  for (var i = 0u; i < dispatch.sourceQuads; i++) {
    let at = w + i * 4u * HIDDEN_QUADS;
    let w0 = packed[at];
    let w1 = packed[at + HIDDEN_QUADS];
    let w2 = packed[at + 2u * HIDDEN_QUADS];
    let w3 = packed[at + 3u * HIDDEN_QUADS];
    var fed = vec4<f32>(1.0);
    if (!outermost) {
      fed = bitcast<vec4<f32>>(gamma[feed + i]);
    }
    sum += mat4x4<f32>(w0 * w0, w1 * w1, w2 * w2, w3 * w3) * fed;
  }
  gamma[row + quad] = bitcast<vec4<u32>>(sum);
  if (quad == 0u) {
    var exponent = vec4<u32>();
    if (!outermost) {
      exponent = gamma[feed + HIDDEN_QUADS];
    }
    gamma[row + HIDDEN_QUADS] = exponent;
  }
}
