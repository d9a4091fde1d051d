// What the forward and the backward recurrence share: the workgroup's state, and the path row, which is the same
// recurrence with squared weights (mathematics, section 2.3). One workgroup has four sequences, or one path row, and
// runs the whole time loop: sequences are independent, so no barrier across workgroups is needed. An invocation has a
// quad of units. The state is written and read in two halves by turns, so that one barrier a step is enough.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read_write> gamma: array<vec4<u32>>;     // rows of gamma.wgsl

const TILE = 4u;

var<workgroup> state: array<vec4<f32>, 2u * TILE * HIDDEN_QUADS>;
// Largest of a path row, as bits, which order like the numbers since none is negative: a slot per step, by turns.
var<workgroup> largest: array<atomic<u32>, 3>;
var<workgroup> largestBias: atomic<u32>;

fn recurrentWeights(at: u32) -> mat4x4<f32> {
  return mat4x4<f32>(packed[at], packed[at + HIDDEN_QUADS], packed[at + 2u * HIDDEN_QUADS],
    packed[at + 3u * HIDDEN_QUADS]);
}

// u_t = fed_t + b*b + (W*W) u_{t-1}, each row with its own exponent. What is kept in `state` is not normalised yet: its
// largest is known only after the barrier, and then every reader multiplies by the same power of two.
fn pathRecurrence(lane: u32, quad: u32, hasBias: bool) {
  let steps = dispatch.end - dispatch.begin;
  let start = select(dispatch.begin, dispatch.end, BACKWARD);
  let w = lane * PACKED_QUADS + dispatch.weights + quad;
  var before = gammaRow(lane, dispatch.layer, start);
  var value = bitcast<vec4<f32>>(gamma[before + quad]);
  var exponent = bitcast<i32>(gamma[before + HIDDEN_QUADS].x);
  var bias = vec4<f32>();
  if (hasBias) {
    bias = packed[lane * PACKED_QUADS + dispatch.bias + quad];
    bias *= bias;
  }
  state[quad] = value;
  atomicMax(&largest[2], bitcast<u32>(largestOf(value)));
  atomicMax(&largestBias, bitcast<u32>(largestOf(bias)));
  workgroupBarrier();

  // Biases are edges from a unit input: their squares join at exponent 0.
  let biasExponent = select(ZERO_EXPONENT, 0, exponentOf(bitcast<f32>(atomicLoad(&largestBias))) != ZERO_EXPONENT);
  for (var step = 0u; step < steps; step++) {
    let read = (step & 1u) * TILE * HIDDEN_QUADS;
    let to = TILE * HIDDEN_QUADS - read;
    let row = gammaRow(lane, dispatch.layer, select(start + step + 1u, start - step - 1u, BACKWARD));
    let shift = exponentOf(bitcast<f32>(atomicLoad(&largest[(step + 2u) % 3u])));
    let normaliser = select(powerOfTwo(-shift), 0.0, shift == ZERO_EXPONENT);
    exponent = select(exponent + shift, ZERO_EXPONENT, shift == ZERO_EXPONENT);
    if (step > 0u) {
      storeRow(before, quad, value * normaliser, exponent);
    }

    var sum = vec4<f32>();
    for (var i = 0u; i < HIDDEN_QUADS; i++) {
      let weights = recurrentWeights(w + i * 4u * HIDDEN_QUADS);
      let squared = mat4x4<f32>(weights[0] * weights[0], weights[1] * weights[1], weights[2] * weights[2],
        weights[3] * weights[3]);
      sum += squared * (state[read + i] * normaliser);
    }
    var fedExponent = ZERO_EXPONENT;
    var fed = vec4<f32>();
    let t = select(start + step, start - step - 1u, BACKWARD);
    if (t >= dispatch.sourceFrom) {
      fed = bitcast<vec4<f32>>(gamma[row + quad]);
      fedExponent = bitcast<i32>(gamma[row + HIDDEN_QUADS].x);
    }
    let base = max(max(fedExponent, biasExponent), exponent);
    value = scaled4(fed, fedExponent - base) + scaled4(bias, biasExponent - base) + scaled4(sum, exponent - base);
    exponent = base;

    state[to + quad] = value;
    atomicMax(&largest[step % 3u], bitcast<u32>(largestOf(value)));
    if (quad == 0u) {
      // Read in the step before, filled in the next one.
      atomicStore(&largest[(step + 1u) % 3u], 0u);
    }
    before = row;
    workgroupBarrier();
  }
  let shift = exponentOf(bitcast<f32>(atomicLoad(&largest[(steps + 2u) % 3u])));
  if (shift == ZERO_EXPONENT) {
    storeRow(before, quad, vec4<f32>(), ZERO_EXPONENT);
  } else {
    storeRow(before, quad, value * powerOfTwo(-shift), exponent + shift);
  }
}

fn storeRow(row: u32, quad: u32, mantissas: vec4<f32>, exponent: i32) {
  gamma[row + quad] = bitcast<vec4<u32>>(mantissas);
  if (quad == 0u) {
    gamma[row + HIDDEN_QUADS] = vec4<u32>(bitcast<u32>(exponent), 0u, 0u, 0u);
  }
}
