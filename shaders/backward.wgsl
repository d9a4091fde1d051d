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
  for (var output = local; output < TILE * HIDDEN_QUADS; output += THREADS) {
    let sequence = output / HIDDEN_QUADS;
    let quad = output % HIDDEN_QUADS;
    let after = deltaRow(lane, dispatch.end, min(first + sequence, dispatch.batch - 1u));
    state[sequence * STATE_QUADS + quad] = deltas[after + quad];
  }
  workgroupBarrier();

  for (var step = 0u; step < dispatch.end - dispatch.begin; step++) {
    let t = dispatch.end - 1u - step;
    let read = (step & 1u) * OTHER_HALF;
    let write = OTHER_HALF - read;
    let sum = product(w, local, read);
    if (SLICES == 1u) {
      endStep(lane, t, first, write, 0u, local, sum[0]);
      endStep(lane, t, first, write, 1u, local, sum[1]);
      endStep(lane, t, first, write, 2u, local, sum[2]);
      endStep(lane, t, first, write, 3u, local, sum[3]);
    } else {
      storePieces(local, sum);
      workgroupBarrier();
      for (var output = local; output < TILE * HIDDEN_QUADS; output += THREADS) {
        let sequence = output / HIDDEN_QUADS;
        let quad = output % HIDDEN_QUADS;
        endStep(lane, t, first, write, sequence, quad, joined(sequence, quad));
      }
    }
    workgroupBarrier();
  }
}

// One sequence and quad of delta_t. Sequences past the end of the batch have no row of their own.
fn endStep(lane: u32, t: u32, first: u32, write: u32, sequence: u32, quad: u32, sum: vec4<f32>) {
  if (first + sequence >= dispatch.batch) {
    return;
  }
  let at = deltaRow(lane, t, first + sequence) + quad;
  var fed = sum;
  if (t >= dispatch.sourceFrom) {
    fed += deltas[at];
  }
  let h = hidden[hiddenRow(lane, i32(t), first + sequence) + quad];
  var delta = select(vec4<f32>(), fed, h > vec4<f32>());
  if (lanes[lane].activation == TANH) {
    delta = fed * (1.0 - h * h);
  }
  state[write + sequence * STATE_QUADS + quad] = delta;
  deltas[at] = delta;
}
