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
  for (var output = local; output < TILE_OUTPUTS; output += THREADS) {
    let sequence = output / HIDDEN_QUADS;
    let quad = output % HIDDEN_QUADS;
    let after = deltaRow(lane, dispatch.end, min(first + sequence, dispatch.batch - 1u));
    state[sequence * STATE_QUADS + quad] = deltas[after + quad];
  }
  workgroupBarrier();

  var ahead = array<Fed, OWN_OUTPUTS>();
  for (var own = 0u; own < OWN_OUTPUTS; own++) {
    ahead[own] = fed(lane, dispatch.end - 1u, first, local + own * THREADS);
  }
  for (var step = 0u; step < dispatch.end - dispatch.begin; step++) {
    let t = dispatch.end - 1u - step;
    let read = (step & 1u) * OTHER_HALF;
    let write = OTHER_HALF - read;
    let now = ahead;
    for (var own = 0u; own < OWN_OUTPUTS; own++) {
      ahead[own] = fed(lane, max(t, dispatch.begin + 1u) - 1u, first, local + own * THREADS);
    }
    let sum = product(w, local, read);
    sharePieces(local, sum);
    for (var own = 0u; own < OWN_OUTPUTS; own++) {
      let output = local + own * THREADS;
      if (isInBatch(first, output)) {
        endStep(lane, t, first, write, output, now[own], joined(output, sum[own]));
      }
    }
    workgroupBarrier();
  }
}

// What a time step reads of one output: dL/dh_t from above, and h_t.
struct Fed {
  gradient: vec4<f32>,
  h: vec4<f32>,
}

fn fed(lane: u32, t: u32, first: u32, output: u32) -> Fed {
  if (!isInBatch(first, output)) {
    return Fed(vec4<f32>(), vec4<f32>());
  }
  var gradient = vec4<f32>();
  if (t >= dispatch.sourceFrom) {
    gradient = deltas[deltaRow(lane, t, first) + output];
  }
  return Fed(gradient, hidden[hiddenRow(lane, i32(t), first) + output]);
}

// delta_t of one output.
fn endStep(lane: u32, t: u32, first: u32, write: u32, output: u32, source: Fed, sum: vec4<f32>) {
  let gradient = sum + source.gradient;
  var delta = select(vec4<f32>(), gradient, source.h > vec4<f32>());
  if (lanes[lane].activation == TANH) {
    delta = gradient * (1.0 - source.h * source.h);
  }
  state[write + output / HIDDEN_QUADS * STATE_QUADS + output % HIDDEN_QUADS] = delta;
  deltas[deltaRow(lane, t, first) + output] = delta;
}
