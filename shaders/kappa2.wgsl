// kappa2 of W_rec (mathematics, section 2.3) in a streamed form, without powers of A = W*W and without a sum over pairs
// of times. Let G_t[k, j] be the path mass that leaves unit k at time t, walks to j inside the layer and leaves j one
// step later over gamma_out: G_t = diag(v_{t+1}) + A G_{t+1}. Then kappa2[j, k] = 4 A[j, k] sum_t u_{t-1}[k] G_t[k, j].
// Column j of G is a recurrence of its own, so columns take the place of sequences: a workgroup has four of them, an
// invocation a quad of k. Every column carries its own exponents, of G and of the sum.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read> gammaIn: array<vec4<u32>>;         // rows of gamma.wgsl
@group(0) @binding(4) var<storage, read> gammaOut: array<vec4<u32>>;
// [lane, layer, HIDDEN j, part, HIDDEN_QUADS + 1]: part 0 is G, part 1 the sum and in the end kappa2 itself; each with
// its exponent behind it, as in gamma.wgsl. Carries the recurrence from one range of time to the next.
@group(0) @binding(5) var<storage, read_write> kappa2: array<vec4<u32>>;
@group(0) @binding(6) var<storage, read_write> exponents: array<i32>;       // [lane, EXPONENTS]

const COLUMNS = 4u;
const PART = HIDDEN_QUADS + 1u;

var<workgroup> state: array<vec4<f32>, 2u * COLUMNS * HIDDEN_QUADS>;
// [half, HIDDEN_QUADS]: largest of each quad, of every column, as bits. Every reader takes the largest of all: some drivers are wrong
// about atomics in workgroup memory.
var<workgroup> largest: array<vec4<u32>, 2u * HIDDEN_QUADS>;

@compute @workgroup_size(HIDDEN_QUADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) quad: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  if (!needsKappa2(lane)) {
    return;
  }
  let layer = dispatch.layer;
  let first = workgroup.x * COLUMNS;
  let w = lane * PACKED_QUADS + dispatch.weights + quad;
  var g = mat4x4<f32>();
  var sum = mat4x4<f32>();
  var gExponent = vec4<i32>(ZERO_EXPONENT);
  var sumExponent = vec4<i32>(ZERO_EXPONENT);
  if (dispatch.end + 1u < dispatch.length) {
    for (var c = 0u; c < COLUMNS; c++) {
      let at = partOf(lane, first + c, 0u);
      g[c] = bitcast<vec4<f32>>(kappa2[at + quad]);
      gExponent[c] = bitcast<i32>(kappa2[at + HIDDEN_QUADS].x);
      sum[c] = bitcast<vec4<f32>>(kappa2[at + PART + quad]);
      sumExponent[c] = bitcast<i32>(kappa2[at + PART + HIDDEN_QUADS].x);
    }
  }
  for (var c = 0u; c < COLUMNS; c++) {
    state[c * HIDDEN_QUADS + quad] = g[c];
  }
  largest[quad] = largestOfColumns(g);
  workgroupBarrier();

  let steps = dispatch.end - dispatch.begin;
  for (var step = 0u; step < steps; step++) {
    let t = dispatch.end - 1u - step;
    let read = (step & 1u) * COLUMNS * HIDDEN_QUADS;
    let to = COLUMNS * HIDDEN_QUADS - read;
    let largestRead = (step & 1u) * HIDDEN_QUADS;
    let head = gammaRow(lane, layer, t + 1u);
    let headExponent = bitcast<i32>(gammaOut[head + HIDDEN_QUADS].x);
    let tail = gammaRow(lane, layer, t);    // u_{t-1}: gammaIn has a row more in front
    let tailExponent = bitcast<i32>(gammaIn[tail + HIDDEN_QUADS].x);
    let into = bitcast<vec4<f32>>(gammaIn[tail + quad]);

    var normaliser = vec4<f32>();
    let largestBefore = bitcast<vec4<f32>>(largestOfAll(largestRead));
    for (var c = 0u; c < COLUMNS; c++) {
      let shift = exponentOf(largestBefore[c]);
      normaliser[c] = select(powerOfTwo(-shift), 0.0, shift == ZERO_EXPONENT);
      gExponent[c] = select(gExponent[c] + shift, ZERO_EXPONENT, shift == ZERO_EXPONENT);
    }
    var walked = mat4x4<f32>();
    for (var i = 0u; i < HIDDEN_QUADS; i++) {
      let at = w + i * 4u * HIDDEN_QUADS;
      let w0 = packed[at];
      let w1 = packed[at + HIDDEN_QUADS];
      let w2 = packed[at + 2u * HIDDEN_QUADS];
      let w3 = packed[at + 3u * HIDDEN_QUADS];
      let before = read + i;
      walked += mat4x4<f32>(w0 * w0, w1 * w1, w2 * w2, w3 * w3) * mat4x4<f32>(state[before] * normaliser.x,
        state[before + HIDDEN_QUADS] * normaliser.y, state[before + 2u * HIDDEN_QUADS] * normaliser.z,
        state[before + 3u * HIDDEN_QUADS] * normaliser.w);
    }
    for (var c = 0u; c < COLUMNS; c++) {
      let j = first + c;
      var leaves = vec4<f32>();
      if (j / 4u == quad) {
        leaves[j % 4u] = bitcast<vec4<f32>>(gammaOut[head + quad])[j % 4u];
      }
      let base = max(gExponent[c], headExponent);
      g[c] = scaled4(leaves, headExponent - base) + scaled4(walked[c], gExponent[c] - base);
      gExponent[c] = base;
      state[to + c * HIDDEN_QUADS + quad] = g[c];
      // The exponent that counts is that of the product, known only of its factors: it may lag by the growth of a step.
      let termExponent = max(base + tailExponent, 2 * ZERO_EXPONENT);
      let sumBase = max(sumExponent[c], termExponent);
      sum[c] = scaled4(sum[c], sumExponent[c] - sumBase) + scaled4(g[c] * into, termExponent - sumBase);
      sumExponent[c] = sumBase;
    }
    largest[HIDDEN_QUADS - largestRead + quad] = largestOfColumns(g);
    workgroupBarrier();
  }

  if (dispatch.begin > 1u) {
    for (var c = 0u; c < COLUMNS; c++) {
      let at = partOf(lane, first + c, 0u);
      if (first + c < HIDDEN) {
        kappa2[at + quad] = bitcast<vec4<u32>>(g[c]);
        kappa2[at + PART + quad] = bitcast<vec4<u32>>(sum[c]);
        if (quad == 0u) {
          kappa2[at + HIDDEN_QUADS] = vec4<u32>(bitcast<u32>(gExponent[c]), 0u, 0u, 0u);
          kappa2[at + PART + HIDDEN_QUADS] = vec4<u32>(bitcast<u32>(sumExponent[c]), 0u, 0u, 0u);
        }
      }
    }
    return;
  }
  for (var c = 0u; c < COLUMNS; c++) {
    let j = min(first + c, HIDDEN - 1u);
    let weights = vec4<f32>(weightOf(lane, j, quad * 4u), weightOf(lane, j, quad * 4u + 1u),
      weightOf(lane, j, quad * 4u + 2u), weightOf(lane, j, quad * 4u + 3u));
    sum[c] *= 4.0 * weights * weights;
  }
  largest[quad] = largestOfColumns(sum);
  workgroupBarrier();
  let largestOfRows = bitcast<vec4<f32>>(largestOfAll(0u));
  for (var c = 0u; c < COLUMNS; c++) {
    if (first + c < HIDDEN) {
      let shift = evenAbove(exponentOf(largestOfRows[c]) + sumExponent[c]) - sumExponent[c];
      let at = partOf(lane, first + c, 1u);
      kappa2[at + quad] = bitcast<vec4<u32>>(scaled4(sum[c], -shift));
      if (quad == 0u) {
        exponents[lane * EXPONENTS + MATRICES + layer * HIDDEN + first + c] = sumExponent[c] + shift;
      }
    }
  }
}

fn largestOfColumns(x: mat4x4<f32>) -> vec4<u32> {
  return vec4<u32>(largestBits(x[0]), largestBits(x[1]), largestBits(x[2]), largestBits(x[3]));
}

// Of every column, the largest of a half.
fn largestOfAll(half: u32) -> vec4<u32> {
  var bits = vec4<u32>();
  for (var i = 0u; i < HIDDEN_QUADS; i++) {
    bits = max(bits, largest[half + i]);
  }
  return bits;
}

fn partOf(lane: u32, j: u32, part: u32) -> u32 {
  return (((lane * LAYERS + dispatch.layer) * HIDDEN + j) * 2u + part) * PART;
}

// W_rec[j, k]; zero for the padding.
fn weightOf(lane: u32, j: u32, k: u32) -> f32 {
  return packed[lane * PACKED_QUADS + dispatch.weights + k * HIDDEN_QUADS + j / 4u][j % 4u];
}
