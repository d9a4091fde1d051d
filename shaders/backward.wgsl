// The backward recurrence of a layer: delta_t = (dL/dh_t from above + W_rec^T delta_{t+1}) where the unit is on, in place
// over what project.wgsl wrote. delta_t is dL/dz_t, z the input of the ReLU.

@group(0) @binding(4) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow
@group(0) @binding(5) var<storage, read_write> deltas: array<vec4<f32>>;    // rows of deltaRow

@compute @workgroup_size(HIDDEN_QUADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) quad: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  if (workgroup.x * TILE < dispatch.batch) {
    batchRecurrence(lane, quad, workgroup.x * TILE);
  } else if (needsKappa1(lane)) {
    pathRecurrence(lane, quad, false);
  }
}

fn delta(sum: vec4<f32>, fed: vec4<f32>, h: vec4<f32>) -> vec4<f32> {
  return select(vec4<f32>(), fed + sum, h > vec4<f32>());
}

fn batchRecurrence(lane: u32, quad: u32, first: u32) {
  let w = lane * PACKED_QUADS + dispatch.weights + quad;
  let second = min(first + 1u, dispatch.batch - 1u);
  let third = min(first + 2u, dispatch.batch - 1u);
  let fourth = min(first + 3u, dispatch.batch - 1u);
  let count = dispatch.batch - first;
  let start = deltaRow(lane, dispatch.end, 0u) + quad;
  state[quad] = deltas[start + first * HIDDEN_QUADS];
  state[quad + HIDDEN_QUADS] = deltas[start + second * HIDDEN_QUADS];
  state[quad + 2u * HIDDEN_QUADS] = deltas[start + third * HIDDEN_QUADS];
  state[quad + 3u * HIDDEN_QUADS] = deltas[start + fourth * HIDDEN_QUADS];
  workgroupBarrier();

  for (var step = 0u; step < dispatch.end - dispatch.begin; step++) {
    let t = dispatch.end - 1u - step;
    let read = (step & 1u) * TILE * HIDDEN_QUADS;
    let to = TILE * HIDDEN_QUADS - read + quad;
    var sum = mat4x4<f32>();
    for (var i = 0u; i < HIDDEN_QUADS; i++) {
      let after = read + i;
      sum += recurrentWeights(w + i * 4u * HIDDEN_QUADS) * mat4x4<f32>(state[after], state[after + HIDDEN_QUADS],
        state[after + 2u * HIDDEN_QUADS], state[after + 3u * HIDDEN_QUADS]);
    }
    let row = deltaRow(lane, t, 0u) + quad;
    let h = hiddenRow(lane, i32(t), 0u) + quad;
    var fed = mat4x4<f32>();
    if (t >= dispatch.sourceFrom) {
      fed = mat4x4<f32>(deltas[row + first * HIDDEN_QUADS], deltas[row + second * HIDDEN_QUADS],
        deltas[row + third * HIDDEN_QUADS], deltas[row + fourth * HIDDEN_QUADS]);
    }
    let d0 = delta(sum[0], fed[0], hidden[h + first * HIDDEN_QUADS]);
    let d1 = delta(sum[1], fed[1], hidden[h + second * HIDDEN_QUADS]);
    let d2 = delta(sum[2], fed[2], hidden[h + third * HIDDEN_QUADS]);
    let d3 = delta(sum[3], fed[3], hidden[h + fourth * HIDDEN_QUADS]);
    state[to] = d0;
    state[to + HIDDEN_QUADS] = d1;
    state[to + 2u * HIDDEN_QUADS] = d2;
    state[to + 3u * HIDDEN_QUADS] = d3;
    deltas[row + first * HIDDEN_QUADS] = d0;
    if (count > 1u) { deltas[row + second * HIDDEN_QUADS] = d1; }
    if (count > 2u) { deltas[row + third * HIDDEN_QUADS] = d2; }
    if (count > 3u) { deltas[row + fourth * HIDDEN_QUADS] = d3; }
    workgroupBarrier();
  }
}
