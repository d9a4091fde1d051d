// Hidden states of a layer that go on from batch to batch (truncated backpropagation). Before the first time step (end = 0)
// the states before time 0 become those that are carried, or zero where the sequences begin anew; after the last one
// (end = length) its states become those that are carried.

@group(0) @binding(2) var<storage, read> run: array<u32>;                   // [0]: steps done
@group(0) @binding(3) var<storage, read_write> hidden: array<vec4<f32>>;    // rows of hiddenRow
@group(0) @binding(4) var<storage, read_write> carried: array<vec4<f32>>;   // [lane, layer, batch, HIDDEN_QUADS]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let lane = dispatch.firstLane + id.y;
  if (id.x >= dispatch.batch * HIDDEN_QUADS) {
    return;
  }
  let state = hiddenRow(lane, i32(dispatch.end) - 1, 0u) + id.x;
  let own = (lane * LAYERS + dispatch.layer) * dispatch.batch * HIDDEN_QUADS + id.x;
  if (dispatch.end > 0u) {
    carried[own] = hidden[state];
    return;
  }
  var beginsAnew = dispatch.firstSequence == 0u;
  if (dispatch.heldOut == 0u) {
    beginsAnew = run[0] % dispatch.segments == 0u;
  }
  if (beginsAnew) {
    hidden[state] = vec4<f32>();
  } else {
    hidden[state] = carried[own];
  }
}
