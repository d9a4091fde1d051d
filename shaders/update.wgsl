// The step of every parameter: s = factor g (sgd) or factor g / kappa (path), 0 where kappa is 0; v <- m v + s,
// p <- p - v. A stopped lane stays as it is. Ends the step.

@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;      // [lane, PARAMETERS], then velocity likewise
@group(0) @binding(3) var<storage, read> kappa1: array<f32>;                // [lane, PARAMETERS]
@group(0) @binding(4) var<storage, read> kappa2: array<vec4<u32>>;          // see kappa2.wgsl
@group(0) @binding(5) var<storage, read> exponents: array<i32>;             // [lane, EXPONENTS]
@group(0) @binding(6) var<storage, read> chunks: array<Chunk>;
@group(0) @binding(7) var<storage, read> gradient: array<f32>;              // [lane, PARAMETERS]
@group(0) @binding(8) var<storage, read_write> run: array<u32>;             // see state.wgsl

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  let chunk = chunks[workgroup.x];
  if (lane == 0u && workgroup.x == 0u && local == 0u) {
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
    if (settings.optimizer != SGD) {
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
