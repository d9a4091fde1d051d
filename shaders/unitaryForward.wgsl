// The forward recurrence of a uRNN: z_t = W h_{t-1} + W_in x_t, h_t = modReLU(z_t), over what project.wgsl wrote into
// `hidden`; the backward one needs z_t and W h_{t-1}. Rows are [Re, Im].

@group(0) @binding(5) var<storage, read> run: array<u32>;                   // [0]: steps done
@group(0) @binding(6) var<storage, read_write> hidden: array<f32>;          // rows of hiddenRow
@group(0) @binding(7) var<storage, read_write> linear: array<f32>;          // z_t, rows of deltaRow
@group(0) @binding(8) var<storage, read_write> rotated: array<f32>;         // W h_{t-1}, rows of deltaRow

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  loadFactors(lane, local);
  // A sequence past the end of the batch repeats the last one and is not stored.
  let first = 2u * (workgroup.x * PAIRS + pair);
  let last = dispatch.batch - 1u;
  let sequences = vec2<u32>(min(first, last), min(first + 1u, last));
  let stores = vec2<bool>(first <= last, first + 1u <= last);
  let table = lane * TABLE + q;
  var biases = vec4<f32>();
  var x = mat4x4<f32>();
  let begins = dispatch.begin == 0u && beginsAnew();
  let before = vec2<u32>(hiddenRow(lane, i32(dispatch.begin) - 1, sequences.x),
    hiddenRow(lane, i32(dispatch.begin) - 1, sequences.y)) * 4u + q;
  for (var r = 0u; r < 4u; r++) {
    let element = r * QUARTER;
    biases[r] = tables[table + BIASES + element].x;
    if (begins) {
      x[r] = tables[table + INITIAL + element].xyxy;
    } else {
      x[r] = pairAt(before + element);
    }
  }

  for (var t = dispatch.begin; t < dispatch.end; t++) {
    for (var stage = 0u; stage < stages(); stage++) {
      x = fourier(turnAll(x, stage, 1.0), select(1.0, -1.0, stage == 0u));
      let at = exchangeAt();
      var piece = vec4<f32>();
      for (var r = 0u; r < 4u; r++) {
        piece += turnedBack(x[r], normals[4u * stage + r]);
        exchanged[at + q + r * QUARTER] = x[r];
      }
      storePiece(piece);
      workgroupBarrier();
      let a = joinedPieces();
      for (var r = 0u; r < 4u; r++) {
        x[r] = exchanged[at + places[4u * stage + r]] - turned(a, moved[4u * stage + r]);
      }
      endExchange();
    }
    x = turnAll(x, 2u, 1.0);

    let row = vec2<u32>(hiddenRow(lane, i32(t), sequences.x), hiddenRow(lane, i32(t), sequences.y)) * 4u + q;
    let kept = vec2<u32>(deltaRow(lane, t, sequences.x), deltaRow(lane, t, sequences.y)) * 4u + q;
    for (var r = 0u; r < 4u; r++) {
      let element = r * QUARTER;
      let z = x[r] + pairAt(row + element);
      let h = vec4<f32>(modRelu(z.xy, biases[r]), modRelu(z.zw, biases[r]));
      if (stores.x) {
        store(row.x + element, kept.x + element, x[r].xy, z.xy, h.xy);
      }
      if (stores.y) {
        store(row.y + element, kept.y + element, x[r].zw, z.zw, h.zw);
      }
      x[r] = h;
    }
  }
}

// Whether the sequences begin from h_0: else from states that carry.wgsl has put before the first time step.
fn beginsAnew() -> bool {
  if (dispatch.carries == 0u) {
    return true;
  }
  return select(run[0] % dispatch.segments == 0u, dispatch.firstSequence == 0u, dispatch.heldOut == 1u);
}

// An element of both sequences in `hidden`.
fn pairAt(at: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(hidden[at.x], hidden[at.x + UNITS], hidden[at.y], hidden[at.y + UNITS]);
}

fn store(row: u32, kept: u32, y: vec2<f32>, z: vec2<f32>, h: vec2<f32>) {
  rotated[kept] = y.x;
  rotated[kept + UNITS] = y.y;
  linear[kept] = z.x;
  linear[kept + UNITS] = z.y;
  hidden[row] = h.x;
  hidden[row + UNITS] = h.y;
}

// z (|z| + b) / (|z| + epsilon) where |z| + b > 0. What is not a number stays so, for the lane to be stopped.
fn modRelu(z: vec2<f32>, bias: f32) -> vec2<f32> {
  let modulus = sqrt(dot(z, z));
  return z * select((modulus + bias) / (modulus + MODULUS_EPSILON), 0.0, modulus + bias <= 0.0);
}
