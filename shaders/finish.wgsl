// Ends the measuring part of a step: loss, measure, norms and path norm of each lane into the ring of metrics; whether
// the lane goes on; and by which factor its step is multiplied. One workgroup per lane.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read> gammaIn: array<vec4<u32>>;         // rows of gamma.wgsl
@group(0) @binding(4) var<storage, read> rowResults: array<vec2<f32>>;      // [lane, scored step, batch]
@group(0) @binding(5) var<storage, read> sums: array<vec4<u32>>;            // [lane, chunk, 2], see reduce.wgsl
@group(0) @binding(6) var<storage, read_write> run: array<u32>;             // see state.wgsl
@group(0) @binding(7) var<storage, read_write> ring: array<u32>;            // [step mod RING_STEPS, lane, 8]

var<workgroup> exponents: array<i32, 64>;
var<workgroup> flags: array<u32, 64>;
var<workgroup> pieces: array<f32, 64>;

// A norm or a sum that may leave float32: mantissa * 2^exponent.
struct Scaled {
  mantissa: f32,
  exponent: i32,
}

struct Norm {
  value: Scaled,
  isBroken: bool,    // whether the sum has a number that is not finite; of the first invocation only
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.x;
  let settings = lanes[lane];
  let laneRows = (dispatch.length - dispatch.scoredFrom) * dispatch.capacity;
  let rows = (dispatch.length - dispatch.scoredFrom) * dispatch.batch;
  let results = sumRows(lane * laneRows, rows, local);
  let norm = normOf(lane, 0u, local);
  let gradientNorm = norm.value;
  let dualNorm = normOf(lane, 1u, local).value;
  var pathNorm = Scaled();
  if (!UNITARY) {
    pathNorm = pathNormOf(lane, local);
  }
  if (local > 0u) {
    return;
  }

  let loss = results.x * dispatch.lossScale;
  let step = run[0] + 1u;
  let own = laneState(lane);
  if (run[own] == 0u && (!isFinite(loss) || norm.isBroken)) {
    run[own] = step;
  }
  let stopped = run[own];

  // g <- g min(1, c / |g|), then s <- s min(1, c / n), n = sqrt(sum g^2 / kappa) of the g that is left.
  var clipped = 1.0;
  if (settings.clip > 0.0 && gradientNorm.mantissa > 0.0) {
    clipped = min(1.0, scaled(settings.clip / gradientNorm.mantissa, -gradientNorm.exponent));
  }
  let adaptive = settings.optimizer == ADAGRAD || settings.optimizer == RMSPROP || settings.optimizer == ADAM;
  var factor = select(settings.rate * clipped, clipped, adaptive);
  if (settings.dualclip > 0.0 && dualNorm.mantissa > 0.0) {
    factor *= min(1.0, scaled(settings.dualclip / (clipped * dualNorm.mantissa), -dualNorm.exponent));
  }
  run[own + 1u] = bitcast<u32>(factor);
  run[own + 2u] = bitcast<u32>(biasCorrection(settings.logMomentum, step));
  run[own + 3u] = bitcast<u32>(biasCorrection(settings.logDecay, step));

  let slot = (step % RING_STEPS * dispatch.lanes + lane) * 8u;
  ring[slot] = step;
  ring[slot + 1u] = stopped;
  ring[slot + 2u] = bitcast<u32>(loss);
  ring[slot + 3u] = bitcast<u32>(results.y * dispatch.measureScale);
  ring[slot + 4u] = bitcast<u32>(gradientNorm.mantissa);
  ring[slot + 5u] = bitcast<u32>(gradientNorm.exponent);
  ring[slot + 6u] = bitcast<u32>(pathNorm.mantissa);
  ring[slot + 7u] = bitcast<u32>(pathNorm.exponent);
}

// 1 - b^step from the logarithm of b. By the step alone, so that a run goes on from a checkpoint with the same bits; the
// series where the difference would lose digits.
fn biasCorrection(logarithm: f32, step: u32) -> f32 {
  let y = max(f32(step) * logarithm, -100.0);
  if (y < -0.5) {
    return 1.0 - exp(y);
  }
  var series = 1.0;
  for (var n = 8u; n > 1u; n--) {
    series = 1.0 + y / f32(n) * series;
  }
  return -y * series;
}

// The root of the sum over all chunks of a lane: part 0 of g*g, part 1 of g*g/kappa.
fn normOf(lane: u32, part: u32, local: u32) -> Norm {
  let first = lane * dispatch.chunks * 2u + part;
  var ownExponent = ZERO_EXPONENT;
  var ownFlag = 0u;
  for (var chunk = local; chunk < dispatch.chunks; chunk += 64u) {
    let sum = sums[first + 2u * chunk];
    ownExponent = max(ownExponent, bitcast<i32>(sum.x));
    ownFlag |= sum.z;
  }
  flags[local] = ownFlag;
  let exponent = highestOf(ownExponent, local);
  var flag = 0u;
  if (local == 0u) {
    for (var i = 0u; i < 64u; i++) {
      flag |= flags[i];
    }
  }
  var own = 0.0;
  for (var chunk = local; chunk < dispatch.chunks; chunk += 64u) {
    let sum = sums[first + 2u * chunk];
    own += scaled(bitcast<f32>(sum.y), 2 * (bitcast<i32>(sum.x) - exponent));
  }
  return Norm(Scaled(sqrt(sumPieces(own, local)), exponent), flag != 0u);
}

// The highest exponent of all invocations. Some drivers are wrong about atomics in workgroup memory. There must be a barrier before
// the next call.
fn highestOf(own: i32, local: u32) -> i32 {
  exponents[local] = own;
  workgroupBarrier();
  if (local == 0u) {
    var highest = own;
    for (var i = 1u; i < 64u; i++) {
      highest = max(highest, exponents[i]);
    }
    exponents[0] = highest;
  }
  workgroupBarrier();
  return exponents[0];
}

// gamma^2 = sum over scored steps of sum_o (sum_k W_out[o, k]^2 u_t[k] + b_out[o]^2).
fn pathNormOf(lane: u32, local: u32) -> Scaled {
  let bias = lane * PACKED_QUADS + dispatch.bias;
  var biasSquares = 0.0;
  for (var quad = 0u; quad < OUTPUT_QUADS; quad++) {
    biasSquares += dot(packed[bias + quad], packed[bias + quad]);
  }
  biasSquares *= f32(dispatch.length - dispatch.scoredFrom);
  var ownExponent = exponentOf(biasSquares);
  for (var t = dispatch.scoredFrom + local; t < dispatch.length; t += 64u) {
    ownExponent = max(ownExponent, bitcast<i32>(gammaIn[gammaRow(lane, LAYERS - 1u, t + 1u) + HIDDEN_QUADS].x));
  }
  let exponent = highestOf(ownExponent, local);
  // An invocation has a quad of units at every STRIDE-th scored step, so that it sums the squared readout once.
  const STRIDE = max(1u, 64u / HIDDEN_QUADS);
  var own = 0.0;
  if (local < STRIDE * HIDDEN_QUADS) {
    let quad = local % HIDDEN_QUADS;
    var squared = vec4<f32>();
    for (var o = 0u; o < OUTPUTS; o++) {
      let w = packed[lane * PACKED_QUADS + dispatch.weights + o * HIDDEN_QUADS + quad];
      squared += w * w;
    }
    for (var t = dispatch.scoredFrom + local / HIDDEN_QUADS; t < dispatch.length; t += STRIDE) {
      let row = gammaRow(lane, LAYERS - 1u, t + 1u);
      let mantissas = bitcast<vec4<f32>>(gammaIn[row + quad]);
      own += dot(squared, mantissas) * powerOfTwo(bitcast<i32>(gammaIn[row + HIDDEN_QUADS].x) - exponent);
    }
  }
  if (local == 0u) {
    own += scaled(biasSquares, -exponent);
  }
  return Scaled(sumPieces(own, local), exponent);
}

fn sumPieces(own: f32, local: u32) -> f32 {
  pieces[local] = own;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += pieces[i];
  }
  workgroupBarrier();
  return total;
}
