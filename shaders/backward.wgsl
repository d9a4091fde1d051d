// The backward recurrence of a layer: delta_t = (dL/dh_t from above + W_rec^T delta_{t+1}) f'(z_t), in place over what
// project.wgsl wrote. delta_t is dL/dz_t, z the input of the activation f; f' is 1 or 0 for the ReLU, 1 - h^2 for tanh.

@group(0) @binding(4) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow
@group(0) @binding(5) var<storage, read_write> deltas: array<vec4<f32>>;    // rows of deltaRow

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  if (workgroup.x * TILE < dispatch.batch) {
    batchRecurrence(lane, local, workgroup.x * TILE);
  } else if (needsKappa1(lane)) {
    pathRecurrence(lane, local, false);
  }
}

fn batchRecurrence(lane: u32, local: u32, first: u32) {
  let w = weightsOf(lane, local);
  keepWeights(w, local, false);
  clearPadding(local);
  for (var output = local; output < TILE_OUTPUTS; output += THREADS) {
    let sequence = output / HIDDEN_QUADS;
    let quad = output % HIDDEN_QUADS;
    let after = deltaRow(lane, dispatch.end, min(first + sequence, dispatch.batch - 1u));
    state[sequence * STATE_QUADS + quad] = deltas[after + quad];
  }
  workgroupBarrier();

  var ahead = fed(lane, dispatch.end - 1u, first, local);
  for (var step = 0u; step < dispatch.end - dispatch.begin; step++) {
    let t = dispatch.end - 1u - step;
    let read = (step & 1u) * OTHER_HALF;
    let write = OTHER_HALF - read;
    let now = ahead;
    ahead = fed(lane, max(t, dispatch.begin + 1u) - 1u, first, local);
    let sum = product(w, local, read, false, 1.0);
    sharePieces(local, sum, TILE * QUADS);
    endStep(lane, t, first, write, local, now.gradient[0], now.h[0], sum[0]);
    if (OWN_OUTPUTS > 1u) {
      endStep(lane, t, first, write, local + THREADS, now.gradient[1], now.h[1], sum[1]);
    }
    if (OWN_OUTPUTS > 2u) {
      endStep(lane, t, first, write, local + 2u * THREADS, now.gradient[2], now.h[2], sum[2]);
      endStep(lane, t, first, write, local + 3u * THREADS, now.gradient[3], now.h[3], sum[3]);
    }
    workgroupBarrier();
  }
}

// What a time step reads of an invocation's outputs, a column each: dL/dh_t from above, and h_t.
struct Fed {
  gradient: mat4x4<f32>,
  h: mat4x4<f32>,
}

fn fed(lane: u32, t: u32, first: u32, local: u32) -> Fed {
  var all = Fed();
  all.gradient[0] = gradientFrom(lane, t, first, local);
  all.h[0] = stateOf(lane, t, first, local);
  if (OWN_OUTPUTS > 1u) {
    all.gradient[1] = gradientFrom(lane, t, first, local + THREADS);
    all.h[1] = stateOf(lane, t, first, local + THREADS);
  }
  if (OWN_OUTPUTS > 2u) {
    all.gradient[2] = gradientFrom(lane, t, first, local + 2u * THREADS);
    all.h[2] = stateOf(lane, t, first, local + 2u * THREADS);
    all.gradient[3] = gradientFrom(lane, t, first, local + 3u * THREADS);
    all.h[3] = stateOf(lane, t, first, local + 3u * THREADS);
  }
  return all;
}

fn gradientFrom(lane: u32, t: u32, first: u32, output: u32) -> vec4<f32> {
  if (t < dispatch.sourceFrom || !isInBatch(first, output)) {
    return vec4<f32>();
  }
  return deltas[deltaRow(lane, t, first) + output];
}

fn stateOf(lane: u32, t: u32, first: u32, output: u32) -> vec4<f32> {
  if (!isInBatch(first, output)) {
    return vec4<f32>();
  }
  return hidden[hiddenRow(lane, i32(t), first) + output];
}

// delta_t of one output, from what is added to its product, h_t, and the invocation's own part of the product.
fn endStep(lane: u32, t: u32, first: u32, write: u32, output: u32, added: vec4<f32>, h: vec4<f32>,
  part: vec4<f32>) {
  if (!isInBatch(first, output)) {
    return;
  }
  let gradient = joined(output, part) + added;
  var delta = select(vec4<f32>(), gradient, h > vec4<f32>());
  if (lanes[lane].activation == TANH) {
    delta = gradient * (1.0 - h * h);
  }
  state[write + output / HIDDEN_QUADS * STATE_QUADS + output % HIDDEN_QUADS] = delta;
  deltas[deltaRow(lane, t, first) + output] = delta;
}
