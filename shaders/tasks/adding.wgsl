// A batch of the adding problem. Twin of src/experiment/tasks/adding.ts, equal bit for bit.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [time, batch, INPUT_STRIDE]
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [batch, 1], float32 bits

// One invocation makes four time steps of one sequence.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = id.y;
  let quarter = id.x;
  let length = dispatch.length;
  let calls = 1u + (length + 3u) / 4u;
  if (quarter + 1u >= calls || sequence >= dispatch.batch) {
    return;
  }
  let step = select(state[0] + 1u, 0u, dispatch.heldOut == 1u);
  let firstCall = (dispatch.firstSequence + sequence) * calls;
  let markers = randomWords(dispatch.seed, dispatch.stream, step, firstCall);
  let half = length / 2u;
  let first = markers.x % half;
  let second = half + markers.y % (length - half);

  let words = randomWords(dispatch.seed, dispatch.stream, step, firstCall + 1u + quarter);
  for (var i = 0u; i < 4u; i++) {
    let t = quarter * 4u + i;
    if (t < length) {
      let index = (t * dispatch.batch + sequence) * INPUT_STRIDE;
      inputs[index] = f32(words[i] >> 8u) * 0x1p-24;
      inputs[index + 1u] = select(0.0, 1.0, t == first || t == second);
    }
  }

  if (quarter == 0u) {
    let firstWord = randomWords(dispatch.seed, dispatch.stream, step, firstCall + 1u + first / 4u)[first % 4u];
    let secondWord = randomWords(dispatch.seed, dispatch.stream, step, firstCall + 1u + second / 4u)[second % 4u];
    // The sum as an integer, rounded to 24 bits, ties to even: WGSL leaves the rounding of a float sum open.
    var sum = (firstWord >> 8u) + (secondWord >> 8u);
    if (sum >= 0x1000000u) {
      sum = (sum + ((sum >> 1u) & 1u)) & 0xfffffffeu;
    }
    targets[sequence] = bitcast<u32>(f32(sum) * 0x1p-24);
  }
}
