// A matrix applied to every time step at once: what a layer receives from the layer below (forward), or a layer's
// deltas from the layer above (backward, with the transposed matrix). The path rows are the same product with squared
// weights on gamma (mathematics, section 2.3), one row per time step.

@group(0) @binding(2) var<storage, read> parameters: array<f32>;          // [lane, PARAMETERS]
@group(0) @binding(3) var<storage, read> source: array<f32>;              // [lane or shared, time, batch, inner]
@group(0) @binding(4) var<storage, read_write> destination: array<f32>;   // [lane, time, batch, HIDDEN]
@group(0) @binding(5) var<storage, read_write> gamma: array<u32>;         // [lane, layer, time, HIDDEN + 1]

// A tile of 32 rows by 32 outputs; one invocation has 4 by 4 of it.
const TILE = 32u;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let lane = dispatch.firstLane + workgroup.z;
  let output = workgroup.x * TILE + local.x * 4u;
  let rows = (dispatch.end - dispatch.begin) * dispatch.batch;
  let batchTiles = (rows + TILE - 1u) / TILE;
  if (workgroup.y < batchTiles) {
    projectBatch(lane, workgroup.y * TILE + local.y * 4u, output, rows);
  } else {
    projectPath(lane, dispatch.begin + (workgroup.y - batchTiles) * TILE + local.y * 4u, output);
  }
}

fn projectBatch(lane: u32, firstRow: u32, output: u32, rows: u32) {
  if (firstRow >= rows || output >= HIDDEN) {
    return;
  }
  let inner = dispatch.inner;
  let sourceSteps = dispatch.length - dispatch.sourceFrom;
  let sourceRow = (lane * dispatch.sourceLanes * sourceSteps + dispatch.begin - dispatch.sourceFrom) * dispatch.batch;
  // Rows and outputs past the end repeat the last one and are not stored.
  let row = min(vec4<u32>(firstRow) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(rows - 1u));
  let x = (vec4<u32>(sourceRow) + row) * inner;
  let o = min(vec4<u32>(output) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(HIDDEN - 1u));
  let w = vec4<u32>(lane * PARAMETERS + dispatch.weightOffset) + o * dispatch.outerStride;

  var sum0 = vec4<f32>();   // the four outputs of the first row
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  for (var i = 0u; i < inner; i++) {
    let at = w + vec4<u32>(i * dispatch.innerStride);
    let weights = vec4<f32>(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
    sum0 += weights * source[x.x + i];
    sum1 += weights * source[x.y + i];
    sum2 += weights * source[x.z + i];
    sum3 += weights * source[x.w + i];
  }
  if (dispatch.biasOffset != NONE) {
    let b = vec4<u32>(lane * PARAMETERS + dispatch.biasOffset) + o;
    let bias = vec4<f32>(parameters[b.x], parameters[b.y], parameters[b.z], parameters[b.w]);
    sum0 += bias;
    sum1 += bias;
    sum2 += bias;
    sum3 += bias;
  }
  let base = ((lane * dispatch.length + dispatch.begin) * dispatch.batch + firstRow) * HIDDEN + output;
  let count = min(4u, HIDDEN - output);
  store(base, sum0, count);
  if (firstRow + 1u < rows) { store(base + HIDDEN, sum1, count); }
  if (firstRow + 2u < rows) { store(base + 2u * HIDDEN, sum2, count); }
  if (firstRow + 3u < rows) { store(base + 3u * HIDDEN, sum3, count); }
}

fn store(base: u32, values: vec4<f32>, count: u32) {
  destination[base] = values.x;
  if (count > 1u) { destination[base + 1u] = values.y; }
  if (count > 2u) { destination[base + 2u] = values.z; }
  if (count > 3u) { destination[base + 3u] = values.w; }
}

// The exponent of the source row goes along; the recurrence joins it with its own.
fn projectPath(lane: u32, firstStep: u32, output: u32) {
  for (var t = firstStep; t < min(firstStep + 4u, dispatch.end); t++) {
    let target_ = gammaRow(lane, dispatch.layer, t);
    let ones = dispatch.pathSource == NONE;
    let feed = gammaRow(lane, select(dispatch.pathSource, 0u, ones), t);
    for (var o = output; o < min(output + 4u, HIDDEN); o++) {
      let w = lane * PARAMETERS + dispatch.weightOffset + o * dispatch.outerStride;
      var sum = 0.0;
      for (var i = 0u; i < dispatch.inner; i++) {
        let weight = parameters[w + i * dispatch.innerStride];
        if (ones) {
          sum += weight * weight;
        } else {
          sum += weight * weight * bitcast<f32>(gamma[feed + i]);
        }
      }
      gamma[target_ + o] = bitcast<u32>(sum);
    }
    if (output == 0u) {
      gamma[target_ + HIDDEN] = select(gamma[feed + HIDDEN], 0u, ones);
    }
  }
}
