// The backward recurrence of a uRNN: delta_t = dL/dz_t in place over what project.wgsl wrote into `deltas`, then dL/dh_{t-1}
// = W* delta_t, with W h_{t-1} run back beside it for the gradients of the factors. These are summed over time for each
// sequence; unitaryReduce.wgsl joins the sequences. Complex gradients are dL/dRe + i dL/dIm.

@group(0) @binding(5) var<storage, read> linear: array<f32>;                // z_t, rows of deltaRow
@group(0) @binding(6) var<storage, read> rotated: array<f32>;               // W h_{t-1}, rows of deltaRow
@group(0) @binding(7) var<storage, read_write> deltas: array<f32>;          // rows of deltaRow
// [lane, batch, UNITARY_SUMS]: of the phases [3, UNITS], the reflections [2, 2, UNITS], the biases [UNITS], then dL/dh before
// `begin` [2, UNITS], and a number for each reflection
@group(0) @binding(8) var<storage, read_write> sums: array<f32>;

const PHASE_SUMS = 0u;
const REFLECTION_SUMS = 3u * UNITS;
const BIAS_SUMS = 7u * UNITS;
const STATE_GRADIENT = 8u * UNITS;
const PRODUCTS = 10u * UNITS;

var<private> phaseSums: array<f32, 12> = array<f32, 12>();    // [3, own elements]
var<private> reflectionSums: array<vec2<f32>, 8> = array<vec2<f32>, 8>();    // [2, own elements]
var<private> products: vec2<f32> = vec2<f32>();

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  loadFactors(lane, local);
  // A sequence past the end of the batch repeats the last one and is not stored.
  let wanted = workgroup.x * PAIRS + pair;
  let sequence = min(wanted, dispatch.batch - 1u);
  let stores = wanted == sequence;
  let first = (lane * dispatch.batch + sequence) * UNITARY_SUMS;
  let own = first + q;
  let goesOn = dispatch.end < dispatch.length;
  var biases = vec4<f32>();
  var biasSums = vec4<f32>();
  var x = mat4x4<f32>();    // of an element: the state, and its gradient
  for (var r = 0u; r < 4u; r++) {
    let at = own + r * QUARTER;
    biases[r] = tables[lane * TABLE + BIASES + q + r * QUARTER].x;
    // The sums go on where the dispatch before ended, so that they do not depend on where that was.
    if (goesOn) {
      x[r] = vec4<f32>(0.0, 0.0, sums[at + STATE_GRADIENT], sums[at + STATE_GRADIENT + UNITS]);
      biasSums[r] = sums[at + BIAS_SUMS];
      for (var d = 0u; d < 3u; d++) {
        phaseSums[d * 4u + r] = sums[at + PHASE_SUMS + d * UNITS];
      }
      for (var i = 0u; i < 2u; i++) {
        let real = at + REFLECTION_SUMS + 2u * i * UNITS;
        reflectionSums[i * 4u + r] = vec2<f32>(sums[real], sums[real + UNITS]);
      }
    }
  }
  if (goesOn) {
    products = vec2<f32>(sums[first + PRODUCTS], sums[first + PRODUCTS + 1u]);
  }
  // All have read what belongs to a sequence before its sums are written, also where two have the last one.
  workgroupBarrier();

  for (var step = 0u; step < dispatch.end - dispatch.begin; step++) {
    let t = dispatch.end - 1u - step;
    let row = deltaRow(lane, t, sequence) * 4u + q;
    for (var r = 0u; r < 4u; r++) {
      let at = row + r * QUARTER;
      var g = x[r].zw;
      if (t >= dispatch.sourceFrom) {
        g += vec2<f32>(deltas[at], deltas[at + UNITS]);
      }
      let z = vec2<f32>(linear[at], linear[at + UNITS]);
      let modulus = sqrt(dot(z, z));
      let below = modulus + MODULUS_EPSILON;
      let component = dot(g, z);
      let change = select(component * (MODULUS_EPSILON - biases[r]) / (below * below * modulus), 0.0, modulus == 0.0);
      let isOff = modulus + biases[r] <= 0.0;
      let delta = select((modulus + biases[r]) / below * g + change * z, vec2<f32>(), isOff);
      biasSums[r] += select(component / below, 0.0, isOff);
      x[r] = vec4<f32>(rotated[at], rotated[at + UNITS], delta);
    }
    // Two pairs of a workgroup may read the row of the last sequence, which one of them writes.
    workgroupBarrier();
    if (stores) {
      for (var r = 0u; r < 4u; r++) {
        deltas[row + r * QUARTER] = x[r].z;
        deltas[row + r * QUARTER + UNITS] = x[r].w;
      }
    }

    for (var back = stages(); back > 0u; back--) {
      let stage = back - 1u;
      x = phasesBack(x, back);
      let at = exchangeAt();
      var piece = vec4<f32>();
      for (var r = 0u; r < 4u; r++) {
        piece += turnedBack(x[r], moved[4u * stage + r]);
        exchanged[at + places[4u * stage + r]] = x[r];
      }
      storePiece(piece);
      workgroupBarrier();
      let a = joinedPieces();
      for (var r = 0u; r < 4u; r++) {
        x[r] = exchanged[at + q + r * QUARTER];
      }
      endExchange();
      x = fourier(reflectionBack(x, a, stage), select(-1.0, 1.0, stage == 0u));
    }
    x = phasesBack(x, 0u);
  }
  if (stores) {
    for (var r = 0u; r < 4u; r++) {
      let at = own + r * QUARTER;
      for (var d = 0u; d < 3u; d++) {
        sums[at + PHASE_SUMS + d * UNITS] = phaseSums[d * 4u + r];
      }
      for (var i = 0u; i < 2u; i++) {
        let real = at + REFLECTION_SUMS + 2u * i * UNITS;
        sums[real] = reflectionSums[i * 4u + r].x;
        sums[real + UNITS] = reflectionSums[i * 4u + r].y;
      }
      sums[at + BIAS_SUMS] = biasSums[r];
      sums[at + STATE_GRADIENT] = x[r].z;
      sums[at + STATE_GRADIENT + UNITS] = x[r].w;
    }
    if (q == 0u) {
      sums[first + PRODUCTS] = products.x;
      sums[first + PRODUCTS + 1u] = products.y;
    }
  }
}

// Back through D; dL/dtheta = Im(g conj(y)), y and g behind the turn.
fn phasesBack(x: mat4x4<f32>, d: u32) -> mat4x4<f32> {
  for (var r = 0u; r < 4u; r++) {
    phaseSums[d * 4u + r] += x[r].w * x[r].x - x[r].z * x[r].y;
  }
  return turnAll(x, d, -1.0);
}

// Back through R = I - u u*, its own inverse; `a` has u* of the state and of the gradient behind it. The sums are of
// conj(u* g) x - conj(u* y) g and of -Re(conj(u* g) u* y), x being the state before it.
fn reflectionBack(x: mat4x4<f32>, a: vec4<f32>, index: u32) -> mat4x4<f32> {
  var before = x;
  for (var r = 0u; r < 4u; r++) {
    before[r] -= turned(a, normals[index * 4u + r]);
    reflectionSums[index * 4u + r] += conjugateTimes(a.zw, before[r].xy) - conjugateTimes(a.xy, x[r].zw);
  }
  products[index] -= dot(a.xy, a.zw);
  return before;
}

fn conjugateTimes(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(dot(a, b), a.x * b.y - a.y * b.x);
}
