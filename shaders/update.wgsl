// The step of every parameter, g the clipped gradient. sgd: s = rate g, path: s = rate g / kappa, 0 where kappa is 0;
// adagrad, rmsprop: s = rate g / root of the sum or the mean of g*g; then v <- m v + s, p <- p - v. adam: v and the squares
// are means of g and g*g, p <- p - rate v / root of the squares, both corrected for their start at zero. A stopped lane
// stays as it is. Ends the step.

// [lane, PARAMETERS], then velocity likewise, then squares (of adagrad, rmsprop and adam) likewise
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> kappa1: array<f32>;                // [lane, PARAMETERS]
@group(0) @binding(4) var<storage, read> kappa2: array<vec4<u32>>;          // see kappa2.wgsl
@group(0) @binding(5) var<storage, read> exponents: array<i32>;             // [lane, EXPONENTS]
@group(0) @binding(6) var<storage, read> chunks: array<Chunk>;
@group(0) @binding(7) var<storage, read> gradient: array<f32>;              // [lane, PARAMETERS]
@group(0) @binding(8) var<storage, read_write> run: array<u32>;             // see state.wgsl

// What is added to the root of the squares, so that it is never divided by zero: the usual values.
const ADAGRAD_EPSILON = 1e-10;
const EPSILON = 1e-8;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  let chunkIndex = dispatch.begin + workgroup.x;
  let chunk = chunks[chunkIndex];
  if (lane == 0u && chunkIndex == 0u && local == 0u) {
    run[0] += 1u;
  }
  if (run[laneState(lane)] != 0u) {
    return;
  }
  let settings = lanes[lane];
  let factor = bitcast<f32>(run[laneState(lane) + 1u]);
  let velocity = dispatch.lanes * PARAMETERS;
  for (var i = local; i < chunk.count; i += 64u) {
    let parameter = chunk.first + i;
    let at = lane * PARAMETERS + parameter;
    var step = factor * gradient[at];
    if (settings.optimizer == ADAM) {
      let mean = settings.momentum * parameters[velocity + at] + settings.momentumRest * step;
      parameters[velocity + at] = mean;
      let root = sqrt(addSquare(at, step, settings) / bitcast<f32>(run[laneState(lane) + 3u]));
      parameters[at] -= settings.rate * (mean / bitcast<f32>(run[laneState(lane) + 2u])) / (root + EPSILON);
      continue;
    }
    if (settings.optimizer == ADAGRAD) {
      step = settings.rate * step / (sqrt(addSquare(at, step, settings)) + ADAGRAD_EPSILON);
    } else if (settings.optimizer == RMSPROP) {
      step = settings.rate * step / (sqrt(addSquare(at, step, settings)) + EPSILON);
    } else if (settings.optimizer != SGD) {
      let kappa = kappaOf(lane, chunk, parameter);
      let exponent = exponentOf(kappa.mantissa);
      if (exponent == ZERO_EXPONENT) {
        step = 0.0;
      } else {
        step = scaled(step / scaled(kappa.mantissa, -exponent), -exponent - kappa.exponent);
      }
    }
    let moved = settings.momentum * parameters[velocity + at] + step;
    parameters[velocity + at] = moved;
    parameters[at] -= moved;
  }
}

// Takes g into the squares of a parameter; returns them.
fn addSquare(at: u32, g: f32, settings: LaneSettings) -> f32 {
  let squares = 2u * dispatch.lanes * PARAMETERS + at;
  var sum = parameters[squares];
  if (settings.optimizer == ADAGRAD) {
    sum += g * g;
  } else {
    sum = settings.decay * sum + settings.decayRest * g * g;
  }
  parameters[squares] = sum;
  return sum;
}
