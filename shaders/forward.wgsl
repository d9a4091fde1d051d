// The forward recurrence of a layer, h_t = relu(W_in x_t + b + W_rec h_{t-1}), in place over what project.wgsl wrote.

@group(0) @binding(4) var<storage, read_write> hidden: array<vec4<f32>>;    // rows of hiddenRow

@compute @workgroup_size(HIDDEN_QUADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) quad: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  if (workgroup.x * TILE < dispatch.batch) {
    batchRecurrence(lane, quad, workgroup.x * TILE);
  } else {
    pathRecurrence(lane, quad, true);
  }
}

// A number that is not finite must stay so, for the lane to be stopped: max() may drop a NaN.
fn relu(x: vec4<f32>) -> vec4<f32> {
  return select(x, vec4<f32>(), x < vec4<f32>());
}

fn batchRecurrence(lane: u32, quad: u32, first: u32) {
  let w = lane * PACKED_QUADS + dispatch.weights + quad;
  let bias = packed[lane * PACKED_QUADS + dispatch.bias + quad];
  let second = min(first + 1u, dispatch.batch - 1u);
  let third = min(first + 2u, dispatch.batch - 1u);
  let fourth = min(first + 3u, dispatch.batch - 1u);
  let count = dispatch.batch - first;
  let start = hiddenRow(lane, i32(dispatch.begin) - 1, 0u) + quad;
  state[quad] = hidden[start + first * HIDDEN_QUADS];
  state[quad + HIDDEN_QUADS] = hidden[start + second * HIDDEN_QUADS];
  state[quad + 2u * HIDDEN_QUADS] = hidden[start + third * HIDDEN_QUADS];
  state[quad + 3u * HIDDEN_QUADS] = hidden[start + fourth * HIDDEN_QUADS];
  workgroupBarrier();

  for (var t = dispatch.begin; t < dispatch.end; t++) {
    let read = ((t - dispatch.begin) & 1u) * TILE * HIDDEN_QUADS;
    let to = TILE * HIDDEN_QUADS - read + quad;
    var sum = mat4x4<f32>();
    for (var i = 0u; i < HIDDEN_QUADS; i++) {
      let before = read + i;
      sum += recurrentWeights(w + i * 4u * HIDDEN_QUADS) * mat4x4<f32>(state[before], state[before + HIDDEN_QUADS],
        state[before + 2u * HIDDEN_QUADS], state[before + 3u * HIDDEN_QUADS]);
    }
    let row = hiddenRow(lane, i32(t), 0u) + quad;
    let h0 = relu(hidden[row + first * HIDDEN_QUADS] + bias + sum[0]);
    let h1 = relu(hidden[row + second * HIDDEN_QUADS] + bias + sum[1]);
    let h2 = relu(hidden[row + third * HIDDEN_QUADS] + bias + sum[2]);
    let h3 = relu(hidden[row + fourth * HIDDEN_QUADS] + bias + sum[3]);
    state[to] = h0;
    state[to + HIDDEN_QUADS] = h1;
    state[to + 2u * HIDDEN_QUADS] = h2;
    state[to + 3u * HIDDEN_QUADS] = h3;
    hidden[row + first * HIDDEN_QUADS] = h0;
    if (count > 1u) { hidden[row + second * HIDDEN_QUADS] = h1; }
    if (count > 2u) { hidden[row + third * HIDDEN_QUADS] = h2; }
    if (count > 3u) { hidden[row + fourth * HIDDEN_QUADS] = h3; }
    workgroupBarrier();
  }
}
