// Random inputs and targets, for checks of every readout and loss. Twin of src/engine/checks/noise.ts.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [time, batch, INPUT_STRIDE]
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [scored step, batch, outputs or one class]

// One invocation makes one time step of one sequence.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = dispatch.begin + id.y;
  let t = id.x;
  if (t >= dispatch.length || sequence >= dispatch.batch) {
    return;
  }
  let step = select(state[0] + 1u, 0u, dispatch.heldOut == 1u);
  let element = ((dispatch.firstSequence + sequence) * dispatch.length + t) * (INPUTS + OUTPUTS);
  for (var i = 0u; i < INPUTS; i++) {
    let word = randomWords(dispatch.seed, dispatch.stream, step, element + i).x;
    inputs[(t * dispatch.batch + sequence) * INPUT_STRIDE + i] = f32(word >> 8u) * 0x1p-24;
  }
  if (t < dispatch.scoredFrom) {
    return;
  }
  let row = (t - dispatch.scoredFrom) * dispatch.batch + sequence;
  if (SOFTMAX) {
    targets[row] = randomWords(dispatch.seed, dispatch.stream, step, element + INPUTS).x % OUTPUTS;
  } else {
    for (var o = 0u; o < OUTPUTS; o++) {
      let word = randomWords(dispatch.seed, dispatch.stream, step, element + INPUTS + o).x;
      targets[row * OUTPUTS + o] = bitcast<u32>(f32(word >> 8u) * 0x1p-24);
    }
  }
}
