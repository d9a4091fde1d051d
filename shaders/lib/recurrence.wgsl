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
// An emulated GPU reads workgroup memory one invocation after another. There an invocation has four quads of outputs
// (QUADS) of a tile of one sequence, so that each number it reads serves sixteen sums.
//
// Some compilers do not unroll loops, and an array that a loop indexes then lies in memory: whatever belongs in registers
// is indexed by numbers that are written out, here or in the call.
//
// A feedforward network has one time step and nothing to multiply: an empty sum in one slice.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read_write> gamma: array<vec4<u32>>;     // rows of gamma.wgsl

const COLUMNS = (HIDDEN_QUADS + QUADS - 1u) / QUADS;    // invocations of a slice
const THREADS = SLICES * COLUMNS;
const TILE_OUTPUTS = TILE * HIDDEN_QUADS;   // of a time step: [sequence, HIDDEN_QUADS]
const OWN_OUTPUTS = (TILE_OUTPUTS + THREADS - 1u) / THREADS;    // of them an invocation's, THREADS apart
const PIECE_QUADS = COLUMNS * QUADS;    // of a slice; those past HIDDEN_QUADS are not read
const STATE_QUADS = SLICES * SLICE_QUADS;   // of a row: whole slices, the padding stays zero
const OTHER_HALF = select(0u, TILE * STATE_QUADS, SLICES == 1u);

var<workgroup> state: array<vec4<f32>, TILE * STATE_QUADS + OTHER_HALF>;    // [half, sequence, STATE_QUADS]
// [sequence, slice, PIECE_QUADS]
var<workgroup> pieces: array<vec4<f32>, select(TILE * SLICES * PIECE_QUADS, 1u, SLICES == 1u)>;
// [half, HIDDEN_QUADS]: largest of each quad of a path row, as bits. Every reader takes the largest of all: some drivers are wrong about
// atomics in workgroup memory.
var<workgroup> largest: array<u32, 2u * HIDDEN_QUADS>;

var<private> kept: array<mat4x4<f32>, select(1u, SLICE_QUADS * QUADS, KEPT)>;   // [quad of the slice, QUADS]

// First packed quad of an invocation's weights.
fn weightsOf(lane: u32, local: u32) -> u32 {
  let slice = local / COLUMNS;
  return lane * PACKED_QUADS + dispatch.weights + slice * SLICE_QUADS * 4u * HIDDEN_QUADS + local % COLUMNS * QUADS;
}

// Puts an invocation's weights into registers: of up to eight quads, MOST_KEPT in src/engine/webgpu/sizes.ts.
fn keepWeights(w: u32, local: u32, isPath: bool) {
  if (!KEPT) {
    return;
  }
  keepQuad(w, local, 0u, isPath);
  if (SLICE_QUADS > 1u) { keepQuad(w, local, 1u, isPath); }
  if (SLICE_QUADS > 2u) { keepQuad(w, local, 2u, isPath); }
  if (SLICE_QUADS > 3u) { keepQuad(w, local, 3u, isPath); }
  if (SLICE_QUADS > 4u) { keepQuad(w, local, 4u, isPath); }
  if (SLICE_QUADS > 5u) { keepQuad(w, local, 5u, isPath); }
  if (SLICE_QUADS > 6u) { keepQuad(w, local, 6u, isPath); }
  if (SLICE_QUADS > 7u) { keepQuad(w, local, 7u, isPath); }
}

fn keepQuad(w: u32, local: u32, i: u32, isPath: bool) {
  kept[QUADS * i] = ownWeights(w, local, i, isPath);
  if (QUADS == 4u) {
    kept[4u * i + 1u] = ownWeights(w + 1u, local, i, isPath);
    kept[4u * i + 2u] = ownWeights(w + 2u, local, i, isPath);
    kept[4u * i + 3u] = ownWeights(w + 3u, local, i, isPath);
  }
}

// Of a quad of the slice; zeros where the last slice is shorter.
fn ownWeights(w: u32, local: u32, i: u32, isPath: bool) -> mat4x4<f32> {
  if (i >= sliceEnd(local)) {
    return mat4x4<f32>();
  }
  return weightsAt(w, i, isPath);
}

// Four rows of weights by four outputs; squared for the path row.
fn weightsAt(w: u32, i: u32, isPath: bool) -> mat4x4<f32> {
  let at = w + i * 4u * HIDDEN_QUADS;
  let weights = mat4x4<f32>(packed[at], packed[at + HIDDEN_QUADS], packed[at + 2u * HIDDEN_QUADS],
    packed[at + 3u * HIDDEN_QUADS]);
  if (isPath) {
    return mat4x4<f32>(weights[0] * weights[0], weights[1] * weights[1], weights[2] * weights[2],
      weights[3] * weights[3]);
  }
  return weights;
}

// Quads of an invocation's slice that are there.
fn sliceEnd(local: u32) -> u32 {
  if (!RECURRENT) {
    return 0u;
  }
  if (SLICES == 1u) {
    return SLICE_QUADS;
  }
  return min(SLICE_QUADS, HIDDEN_QUADS - min(HIDDEN_QUADS, local / COLUMNS * SLICE_QUADS));
}

// An invocation's part of the product with the sequences of a half of the state, a column each; or, of squared weights,
// with the path row alone, first multiplied by a power of two. With four quads of outputs, a column for each of them.
fn product(w: u32, local: u32, half: u32, isPath: bool, factor: f32) -> mat4x4<f32> {
  let first = half + local / COLUMNS * SLICE_QUADS;
  var sum = mat4x4<f32>();
  if (KEPT) {
    sum += keptProduct(0u, first, isPath, factor);
    if (SLICE_QUADS > 1u) { sum += keptProduct(1u, first, isPath, factor); }
    if (SLICE_QUADS > 2u) { sum += keptProduct(2u, first, isPath, factor); }
    if (SLICE_QUADS > 3u) { sum += keptProduct(3u, first, isPath, factor); }
    if (SLICE_QUADS > 4u) { sum += keptProduct(4u, first, isPath, factor); }
    if (SLICE_QUADS > 5u) { sum += keptProduct(5u, first, isPath, factor); }
    if (SLICE_QUADS > 6u) { sum += keptProduct(6u, first, isPath, factor); }
    if (SLICE_QUADS > 7u) { sum += keptProduct(7u, first, isPath, factor); }
    return sum;
  }
  let end = sliceEnd(local);
  for (var i = 0u; i < end; i++) {
    sum += quadProduct(weightsAt(w, i, isPath), first + i, isPath, factor);
  }
  return sum;
}

fn keptProduct(i: u32, first: u32, isPath: bool, factor: f32) -> mat4x4<f32> {
  if (QUADS == 4u) {
    let x = state[first + i] * factor;
    return mat4x4<f32>(kept[4u * i] * x, kept[4u * i + 1u] * x, kept[4u * i + 2u] * x, kept[4u * i + 3u] * x);
  }
  return quadProduct(kept[i], first + i, isPath, factor);
}

// The terms of one quad of the state.
fn quadProduct(weights: mat4x4<f32>, at: u32, isPath: bool, factor: f32) -> mat4x4<f32> {
  var terms = mat4x4<f32>();
  if (isPath) {
    terms[0] = weights * (state[at] * factor);
    return terms;
  }
  if (TILE == 4u) {
    return weights * mat4x4<f32>(state[at], state[at + STATE_QUADS], state[at + 2u * STATE_QUADS],
      state[at + 3u * STATE_QUADS]);
  }
  terms[0] = weights * state[at];
  if (TILE == 2u) {
    terms[1] = weights * state[at + STATE_QUADS];
  }
  return terms;
}

// Leaves an invocation's part of the product for `joined`: so many columns, each of a sequence or, with four quads of
// outputs, of a quad.
fn sharePieces(local: u32, sum: mat4x4<f32>, columns: u32) {
  if (SLICES == 1u) {
    return;
  }
  let at = local / COLUMNS * PIECE_QUADS + local % COLUMNS * QUADS;
  const COLUMN_STRIDE = select(SLICES * PIECE_QUADS, 1u, QUADS == 4u);
  pieces[at] = sum[0];
  if (columns > 1u) {
    pieces[at + COLUMN_STRIDE] = sum[1];
  }
  if (columns > 2u) {
    pieces[at + 2u * COLUMN_STRIDE] = sum[2];
    pieces[at + 3u * COLUMN_STRIDE] = sum[3];
  }
  workgroupBarrier();
}

// The sum over the slices, of one output; the invocation's own part is all of it where there is one slice.
fn joined(output: u32, part: vec4<f32>) -> vec4<f32> {
  if (SLICES == 1u) {
    return part;
  }
  let first = output / HIDDEN_QUADS * SLICES * PIECE_QUADS + output % HIDDEN_QUADS;
  var sum = vec4<f32>();
  for (var slice = 0u; slice < SLICES; slice++) {
    sum += pieces[first + slice * PIECE_QUADS];
  }
  return sum;
}

// Puts zeros where the padding of the state stays.
fn clearPadding(local: u32) {
  if (STATE_QUADS == HIDDEN_QUADS) {
    return;
  }
  for (var i = local; i < TILE * STATE_QUADS + OTHER_HALF; i += THREADS) {
    state[i] = vec4<f32>();
  }
  workgroupBarrier();
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
  clearPadding(local);
  if (owns) {
    value = bitcast<vec4<f32>>(gamma[before + quad]);
    if (hasBias) {
      bias = packed[lane * PACKED_QUADS + dispatch.bias + quad];
      bias *= bias;
    }
    state[quad] = value;
    largest[quad] = largestBits(value);
    largest[HIDDEN_QUADS + quad] = largestBits(bias);
  }
  workgroupBarrier();
  // Biases are edges from a unit input: their squares join at exponent 0.
  let biasExponent = select(ZERO_EXPONENT, 0, exponentOfAll(HIDDEN_QUADS) != ZERO_EXPONENT);
  workgroupBarrier();

  var ahead = pathFed(lane, local, 0u);
  for (var step = 0u; step < steps; step++) {
    let read = (step & 1u) * OTHER_HALF;
    let fed = ahead;
    ahead = pathFed(lane, local, min(step + 1u, steps - 1u));
    let largestRead = (step & 1u) * HIDDEN_QUADS;
    let shift = exponentOfAll(largestRead);
    let normaliser = select(powerOfTwo(-shift), 0.0, shift == ZERO_EXPONENT);
    exponent = select(exponent + shift, ZERO_EXPONENT, shift == ZERO_EXPONENT);
    if (step > 0u && owns) {
      storeRow(before, quad, value * normaliser, exponent);
    }

    let parts = product(w, local, read, true, normaliser);
    sharePieces(local, parts, QUADS);
    let base = max(max(fed.exponent, biasExponent), exponent);
    if (owns) {
      value = scaled4(fed.value, fed.exponent - base) + scaled4(bias, biasExponent - base)
        + scaled4(joined(quad, parts[0]), exponent - base);
      state[OTHER_HALF - read + quad] = value;
      largest[HIDDEN_QUADS - largestRead + quad] = largestBits(value);
    }
    exponent = base;
    before = pathRow(lane, step + 1u);
    workgroupBarrier();
  }
  let shift = exponentOfAll((steps & 1u) * HIDDEN_QUADS);
  if (!owns) {
    return;
  }
  if (shift == ZERO_EXPONENT) {
    storeRow(before, quad, vec4<f32>(), ZERO_EXPONENT);
  } else {
    storeRow(before, quad, value * powerOfTwo(-shift), exponent + shift);
  }
}

// Exponent of the largest of a half.
fn exponentOfAll(half: u32) -> i32 {
  var bits = 0u;
  for (var i = 0u; i < HIDDEN_QUADS; i++) {
    bits = max(bits, largest[half + i]);
  }
  return exponentOf(bitcast<f32>(bits));
}

fn storeRow(row: u32, quad: u32, mantissas: vec4<f32>, exponent: i32) {
  gamma[row + quad] = bitcast<vec4<u32>>(mantissas);
  if (quad == 0u) {
    gamma[row + HIDDEN_QUADS] = vec4<u32>(bitcast<u32>(exponent), 0u, 0u, 0u);
  }
}
