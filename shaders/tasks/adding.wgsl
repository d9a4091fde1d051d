// A batch of the adding problem. Twin of src/experiment/tasks/adding.ts, equal bit for bit.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [time, batch, INPUT_STRIDE]
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [batch, 1], float32 bits

// One invocation makes four time steps of one sequence.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = dispatch.begin + id.y;
  let quarter = id.x;
  let length = dispatch.length;
  let terms = dispatch.terms;
  let markerCalls = (terms + 3u) / 4u;
  let quarters = (length + 3u) / 4u;
  if (quarter >= quarters || sequence >= dispatch.batch) {
    return;
  }
  let step = select(state[0] + 1u, 0u, dispatch.heldOut == 1u);
  let firstCall = (dispatch.firstSequence + sequence) * (markerCalls + quarters);

  let words = randomWords(dispatch.seed, dispatch.stream, step, firstCall + markerCalls + quarter);
  for (var i = 0u; i < 4u; i++) {
    let t = quarter * 4u + i;
    if (t < length) {
      let index = (t * dispatch.batch + sequence) * INPUT_STRIDE;
      inputs[index] = f32(words[i] >> 8u) * 0x1p-24;
      inputs[index + 1u] = 0.0;
    }
  }
  // Of each of the equal parts of the sequence one step is marked.
  var markers = vec4<u32>();
  var sum = 0u;
  for (var term = 0u; term < terms; term++) {
    if (term % 4u == 0u) {
      markers = randomWords(dispatch.seed, dispatch.stream, step, firstCall + term / 4u);
    }
    let begin = term * length / terms;
    let end = (term + 1u) * length / terms;
    let marked = begin + markers[term % 4u] % (end - begin);
    if (marked / 4u == quarter) {
      inputs[(marked * dispatch.batch + sequence) * INPUT_STRIDE + 1u] = 1.0;
    }
    if (quarter == 0u) {
      sum += randomWords(dispatch.seed, dispatch.stream, step, firstCall + markerCalls + marked / 4u)[marked % 4u] >> 8u;
    }
  }
  if (quarter == 0u) {
    // The sum as an integer, rounded to 24 bits, ties to even: WGSL leaves the rounding of a float sum open.
    let dropped = u32(max(0, 8 - i32(countLeadingZeros(sum))));
    let unit = 1u << dropped;
    let half = unit >> 1u;
    let rest = sum & (unit - 1u);
    var rounded = sum - rest;
    if (rest > half || (rest == half && half > 0u && (rounded & unit) != 0u)) {
      rounded += unit;
    }
    targets[sequence] = bitcast<u32>(f32(rounded) * 0x1p-24);
  }
}
