// A batch of a text: stretches of as many streams as there are sequences. Twin of src/experiment/tasks/text.ts, equal bit
// for bit.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [length, batch, INPUT_STRIDE], one-hot
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [length, batch], classes
// Words of `data`: training characters, held-out characters, then both as bytes, each part starting at a word.

const FIRST_PART = 2u;

// One invocation makes one time step of one sequence.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = dispatch.begin + id.y;
  let t = id.x;
  let length = dispatch.length;
  if (t >= length || sequence >= dispatch.batch) {
    return;
  }
  let heldOut = dispatch.heldOut == 1u;
  let characters = select(data[0], data[1], heldOut);
  let part = select(FIRST_PART, FIRST_PART + (data[0] + 3u) / 4u, heldOut);
  let apart = (characters - 1u) / dispatch.batch;
  let segments = apart / length;
  let segment = select(state[0] % segments, dispatch.firstSequence / dispatch.batch, heldOut);
  let at = sequence * apart + segment * length + t;

  let shown = byteAt(part, at);
  let row = t * dispatch.batch + sequence;
  for (var i = 0u; i < INPUTS; i++) {
    inputs[row * INPUT_STRIDE + i] = select(0.0, 1.0, i == shown);
  }
  targets[row] = byteAt(part, at + 1u);
}
