// What the forward and the backward recurrence share: the workgroup's state, the product of a time step, and the path
// row, which is the same recurrence with squared weights (mathematics, section 2.3). One workgroup has TILE sequences (1, 2
// or 4), or one path row, and runs the whole time loop: sequences are independent, so no barrier across workgroups is
// needed, and a sequence has the same sums in a tile of any size.
//
// A time step waits for the one before, so what counts is how long one takes. Its sum over the hidden units is cut into
// SLICES: an invocation has a quad of outputs and a slice of the sum, whose weights it keeps in registers (KEPT) over all
// time steps where they are few enough. With one slice the state has two halves that are written and read by turns, so
// that one barrier a step is enough; else the slices are joined between two barriers. What a step reads from other kernels
// is read a step ahead, so that its latency passes while the step before is computed.
//
// A feedforward network has one time step and nothing to multiply: an empty sum in one slice.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read_write> gamma: array<vec4<u32>>;     // rows of gamma.wgsl

const THREADS = SLICES * HIDDEN_QUADS;
const TILE_OUTPUTS = TILE * HIDDEN_QUADS;   // of a time step: [sequence, HIDDEN_QUADS]
const OWN_OUTPUTS = (TILE + SLICES - 1u) / SLICES;    // of them an invocation's, THREADS apart
const STATE_QUADS = SLICES * SLICE_QUADS;   // of a row: whole slices, the padding stays zero
const OTHER_HALF = select(0u, TILE * STATE_QUADS, SLICES == 1u);

var<workgroup> state: array<vec4<f32>, TILE * STATE_QUADS + OTHER_HALF>;    // [half, sequence, STATE_QUADS]
var<workgroup> pieces: array<vec4<f32>, select(TILE * THREADS, 1u, SLICES == 1u)>;    // [sequence, slice, HIDDEN_QUADS]
// Largest of a path row, as bits, which order like the numbers since none is negative: a slot per step, by turns.
var<workgroup> largest: array<atomic<u32>, 3>;
var<workgroup> largestBias: atomic<u32>;

var<private> kept: array<vec4<f32>, select(1u, 4u * SLICE_QUADS, KEPT)>;

// First packed quad of an invocation's weights.
fn weightsOf(lane: u32, local: u32) -> u32 {
  let slice = local / HIDDEN_QUADS;
  return lane * PACKED_QUADS + dispatch.weights + slice * SLICE_QUADS * 4u * HIDDEN_QUADS + local % HIDDEN_QUADS;
}

// Puts an invocation's weights into registers.
fn keepWeights(w: u32, local: u32, squared: bool) {
  if (KEPT) {
    let slice = local / HIDDEN_QUADS;
    for (var i = 0u; i < 4u * SLICE_QUADS; i++) {
      var weights = vec4<f32>();
      if (slice * SLICE_QUADS * 4u + i < 4u * HIDDEN_QUADS) {
        weights = packed[w + i * HIDDEN_QUADS];
      }
      kept[i] = select(weights, weights * weights, squared);
    }
  }
}

// Four rows of weights by four outputs.
fn weightsAt(w: u32, i: u32) -> mat4x4<f32> {
  if (KEPT) {
    return mat4x4<f32>(kept[4u * i], kept[4u * i + 1u], kept[4u * i + 2u], kept[4u * i + 3u]);
  }
  let at = w + i * 4u * HIDDEN_QUADS;
  return mat4x4<f32>(packed[at], packed[at + HIDDEN_QUADS], packed[at + 2u * HIDDEN_QUADS],
    packed[at + 3u * HIDDEN_QUADS]);
}

// Quads of an invocation's slice: a constant where its weights are kept, so that the loop can be unrolled.
fn sliceEnd(local: u32) -> u32 {
  if (!RECURRENT) {
    return 0u;
  }
  if (KEPT || SLICES == 1u) {
    return SLICE_QUADS;
  }
  return min(SLICE_QUADS, HIDDEN_QUADS - min(HIDDEN_QUADS, local / HIDDEN_QUADS * SLICE_QUADS));
}

// An invocation's part of the product with the sequences of a half of the state, a column each.
fn product(w: u32, local: u32, half: u32) -> mat4x4<f32> {
  var sum = mat4x4<f32>();
  let first = half + local / HIDDEN_QUADS * SLICE_QUADS;
  let end = sliceEnd(local);
  for (var i = 0u; i < end; i++) {
    let at = first + i;
    let weights = weightsAt(w, i);
    if (TILE == 4u) {
      sum += weights * mat4x4<f32>(state[at], state[at + STATE_QUADS], state[at + 2u * STATE_QUADS],
        state[at + 3u * STATE_QUADS]);
    } else {
      sum[0] += weights * state[at];
      if (TILE == 2u) {
        sum[1] += weights * state[at + STATE_QUADS];
      }
    }
  }
  return sum;
}

// Leaves an invocation's part of the product for `joined`.
fn sharePieces(local: u32, sum: mat4x4<f32>) {
  if (SLICES == 1u) {
    return;
  }
  pieces[local] = sum[0];
  if (TILE > 1u) {
    pieces[local + THREADS] = sum[1];
  }
  if (TILE > 2u) {
    pieces[local + 2u * THREADS] = sum[2];
    pieces[local + 3u * THREADS] = sum[3];
  }
  workgroupBarrier();
}

// The sum over the slices, of one output; the invocation's own part is all of it where there is one slice.
fn joined(output: u32, part: vec4<f32>) -> vec4<f32> {
  if (SLICES == 1u) {
    return part;
  }
  let first = output / HIDDEN_QUADS * THREADS + output % HIDDEN_QUADS;
  var sum = vec4<f32>();
  for (var slice = 0u; slice < SLICES; slice++) {
    sum += pieces[first + slice * HIDDEN_QUADS];
  }
  return sum;
}

// Whether a sequence of the tile is one of the batch: those past its end have no row of their own.
fn isInBatch(first: u32, output: u32) -> bool {
  return output < TILE_OUTPUTS && first + output / HIDDEN_QUADS < dispatch.batch;
}

// What a path row adds to its product.
struct PathFed {
  exponent: i32,
  value: vec4<f32>,
}

fn pathFed(lane: u32, local: u32, step: u32) -> PathFed {
  if (select(dispatch.begin + step, dispatch.end - step - 1u, BACKWARD) < dispatch.sourceFrom) {
    return PathFed(ZERO_EXPONENT, vec4<f32>());
  }
  let row = pathRow(lane, step + 1u);
  var value = vec4<f32>();
  if (local < HIDDEN_QUADS) {
    value = bitcast<vec4<f32>>(gamma[row + local]);
  }
  return PathFed(bitcast<i32>(gamma[row + HIDDEN_QUADS].x), value);
}

// The row after so many steps.
fn pathRow(lane: u32, step: u32) -> u32 {
  return gammaRow(lane, dispatch.layer, select(dispatch.begin + step, dispatch.end - step, BACKWARD));
}

// u_t = fed_t + b*b + (W*W) u_{t-1}, each row with its own exponent. What is kept in `state` is not normalised yet: its
// largest is known only after the barrier, and then every reader multiplies by the same power of two.
fn pathRecurrence(lane: u32, local: u32, hasBias: bool) {
  let steps = dispatch.end - dispatch.begin;
  let w = weightsOf(lane, local);
  let quad = local;
  let owns = local < HIDDEN_QUADS;    // the invocations that end a step, one for each quad
  var before = pathRow(lane, 0u);
  var value = vec4<f32>();
  var exponent = bitcast<i32>(gamma[before + HIDDEN_QUADS].x);
  var bias = vec4<f32>();
  keepWeights(w, local, true);
  if (owns) {
    value = bitcast<vec4<f32>>(gamma[before + quad]);
    if (hasBias) {
      bias = packed[lane * PACKED_QUADS + dispatch.bias + quad];
      bias *= bias;
    }
    state[quad] = value;
    atomicMax(&largest[2], bitcast<u32>(largestOf(value)));
    atomicMax(&largestBias, bitcast<u32>(largestOf(bias)));
  }
  workgroupBarrier();

  // Biases are edges from a unit input: their squares join at exponent 0.
  let biasExponent = select(ZERO_EXPONENT, 0, exponentOf(bitcast<f32>(atomicLoad(&largestBias))) != ZERO_EXPONENT);
  let sliceFirst = local / HIDDEN_QUADS * SLICE_QUADS;
  let sliceQuads = sliceEnd(local);
  var ahead = pathFed(lane, local, 0u);
  for (var step = 0u; step < steps; step++) {
    let read = (step & 1u) * OTHER_HALF;
    let fed = ahead;
    ahead = pathFed(lane, local, min(step + 1u, steps - 1u));
    let shift = exponentOf(bitcast<f32>(atomicLoad(&largest[(step + 2u) % 3u])));
    let normaliser = select(powerOfTwo(-shift), 0.0, shift == ZERO_EXPONENT);
    exponent = select(exponent + shift, ZERO_EXPONENT, shift == ZERO_EXPONENT);
    if (step > 0u && owns) {
      storeRow(before, quad, value * normaliser, exponent);
    }

    var sum = vec4<f32>();
    for (var i = 0u; i < sliceQuads; i++) {
      var weights = weightsAt(w, i);
      if (!KEPT) {
        weights = mat4x4<f32>(weights[0] * weights[0], weights[1] * weights[1], weights[2] * weights[2],
          weights[3] * weights[3]);
      }
      sum += weights * (state[read + sliceFirst + i] * normaliser);
    }
    if (SLICES > 1u) {
      pieces[local] = sum;
      workgroupBarrier();
      if (owns) {
        sum = joined(quad, sum);
      }
    }
    let base = max(max(fed.exponent, biasExponent), exponent);
    if (owns) {
      value = scaled4(fed.value, fed.exponent - base) + scaled4(bias, biasExponent - base)
        + scaled4(sum, exponent - base);
      state[OTHER_HALF - read + quad] = value;
      atomicMax(&largest[step % 3u], bitcast<u32>(largestOf(value)));
    }
    exponent = base;
    if (local == 0u) {
      // Read in the step before, filled in the next one.
      atomicStore(&largest[(step + 1u) % 3u], 0u);
    }
    before = pathRow(lane, step + 1u);
    workgroupBarrier();
  }
  let shift = exponentOf(bitcast<f32>(atomicLoad(&largest[(steps + 2u) % 3u])));
  if (!owns) {
    return;
  }
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
