// A batch of copying memory. Twin of src/experiment/tasks/copying.ts, equal bit for bit.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [delay + 20, batch, INPUT_STRIDE], one-hot
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [delay + 20, batch], classes

const RECALLED = 10u;
const BLANK = 0u;
const DELIMITER = 9u;

// Ten symbols of three bits each in one word; 0 is the blank.
fn symbolAt(word: u32, index: u32) -> u32 {
  return 1u + ((word >> (3u * index)) & 7u);
}

// One invocation makes one time step of one sequence.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = dispatch.begin + id.y;
  let t = id.x;
  let steps = dispatch.length;
  if (t >= steps || sequence >= dispatch.batch) {
    return;
  }
  let step = select(state[0] + 1u, 0u, dispatch.heldOut == 1u);
  let word = randomWords(dispatch.seed, dispatch.stream, step, dispatch.firstSequence + sequence).x;
  var shown = BLANK;
  if (t < RECALLED) {
    shown = symbolAt(word, t);
  } else if (t + RECALLED + 1u == steps) {
    shown = DELIMITER;
  }
  let row = t * dispatch.batch + sequence;
  for (var i = 0u; i < INPUTS; i++) {
    inputs[row * INPUT_STRIDE + i] = select(0.0, 1.0, i == shown);
  }
  var answer = BLANK;
  if (t + RECALLED >= steps) {
    answer = symbolAt(word, t + RECALLED - steps);
  }
  targets[row] = answer;
}
