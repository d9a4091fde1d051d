// The forward recurrence of a layer, h_t = f(W_in x_t + b + W_rec h_{t-1}), f the ReLU or tanh, in place over what
// project.wgsl wrote.

@group(0) @binding(4) var<storage, read_write> hidden: array<vec4<f32>>;    // rows of hiddenRow

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  if (workgroup.x * TILE < dispatch.batch) {
    batchRecurrence(lane, local, workgroup.x * TILE);
  } else {
    pathRecurrence(lane, local, true);
  }
}

// Whether components are numbers, by their bits: a compiler may assume that floats are.
fn areNumbers(x: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) <= vec4<u32>(0x7f800000u);
}

// What is not a number must stay so, for the lane to be stopped.
fn relu(x: vec4<f32>) -> vec4<f32> {
  let rectified = select(x, vec4<f32>(), x < vec4<f32>());
  return select(x, rectified, areNumbers(x));
}

// Components by Cephes' tanhf (Moshier): a polynomial up to 0.625, 1 - 2 / (exp(2x) + 1) beyond. WGSL's own tanh may err by
// 1e-5 and be no number where the argument is large; what is not a number stays so here.
fn hyperbolicTangent(x: vec4<f32>) -> vec4<f32> {
  let size = min(abs(x), vec4<f32>(10.0));
  let z = size * size;
  let series = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z
    - 3.33332819422e-1) * z * size + size;
  let tail = 1.0 - 2.0 / (exp(2.0 * size) + 1.0);
  let result = select(tail, series, size < vec4<f32>(0.625));
  return select(x, select(result, -result, x < vec4<f32>()), areNumbers(x));
}

fn batchRecurrence(lane: u32, local: u32, first: u32) {
  let w = weightsOf(lane, local);
  keepWeights(w, local, false);
  clearPadding(local);
  for (var output = local; output < TILE_OUTPUTS; output += THREADS) {
    let sequence = output / HIDDEN_QUADS;
    let quad = output % HIDDEN_QUADS;
    let before = hiddenRow(lane, i32(dispatch.begin) - 1, min(first + sequence, dispatch.batch - 1u));
    state[sequence * STATE_QUADS + quad] = hidden[before + quad];
  }
  workgroupBarrier();

  var ahead = fed(lane, dispatch.begin, first, local);
  for (var t = dispatch.begin; t < dispatch.end; t++) {
    let read = ((t - dispatch.begin) & 1u) * OTHER_HALF;
    let write = OTHER_HALF - read;
    let now = ahead;
    ahead = fed(lane, min(t + 1u, dispatch.end - 1u), first, local);
    let sum = product(w, local, read, false, 1.0);
    sharePieces(local, sum, TILE * QUADS);
    endStep(lane, t, first, write, local, now[0], sum[0]);
    if (OWN_OUTPUTS > 1u) { endStep(lane, t, first, write, local + THREADS, now[1], sum[1]); }
    if (OWN_OUTPUTS > 2u) {
      endStep(lane, t, first, write, local + 2u * THREADS, now[2], sum[2]);
      endStep(lane, t, first, write, local + 3u * THREADS, now[3], sum[3]);
    }
    workgroupBarrier();
  }
}

// W_in x_t + b, of an invocation's outputs.
fn fed(lane: u32, t: u32, first: u32, local: u32) -> mat4x4<f32> {
  var all = mat4x4<f32>();
  all[0] = fedTo(lane, t, first, local);
  if (OWN_OUTPUTS > 1u) { all[1] = fedTo(lane, t, first, local + THREADS); }
  if (OWN_OUTPUTS > 2u) {
    all[2] = fedTo(lane, t, first, local + 2u * THREADS);
    all[3] = fedTo(lane, t, first, local + 3u * THREADS);
  }
  return all;
}

fn fedTo(lane: u32, t: u32, first: u32, output: u32) -> vec4<f32> {
  if (!isInBatch(first, output)) {
    return vec4<f32>();
  }
  let bias = packed[lane * PACKED_QUADS + dispatch.bias + output % HIDDEN_QUADS];
  return hidden[hiddenRow(lane, i32(t), first) + output] + bias;
}

// h_t of one output, from what is added to its product and the invocation's own part of that.
fn endStep(lane: u32, t: u32, first: u32, write: u32, output: u32, added: vec4<f32>, part: vec4<f32>) {
  if (!isInBatch(first, output)) {
    return;
  }
  let z = added + joined(output, part);
  var h = vec4<f32>();
  if (lanes[lane].activation == TANH) {
    h = hyperbolicTangent(z);
  } else {
    h = relu(z);
  }
  state[write + output / HIDDEN_QUADS * STATE_QUADS + output % HIDDEN_QUADS] = h;
  hidden[hiddenRow(lane, i32(t), first) + output] = h;
}
