// Joins the chunks of rows of the weight gradients, and sums g*g and g*g/kappa over each chunk of parameters, relative
// to the largest of the chunk, so that neither sum leaves float32.

@group(0) @binding(2) var<storage, read> partials: array<f32>;              // [split, lane, PARAMETERS]
@group(0) @binding(3) var<storage, read> kappa1: array<f32>;                // [lane, PARAMETERS]
@group(0) @binding(4) var<storage, read> kappa2: array<vec4<u32>>;          // see kappa2.wgsl
@group(0) @binding(5) var<storage, read> exponents: array<i32>;             // [lane, EXPONENTS]
@group(0) @binding(6) var<storage, read> chunks: array<Chunk>;
@group(0) @binding(7) var<storage, read_write> gradient: array<f32>;        // [lane, PARAMETERS]
@group(0) @binding(8) var<storage, read_write> sums: array<vec4<u32>>;      // [lane, chunk, 2]: of g*g, of g*g/kappa:
                                                                            // exponent, mantissa, not finite

// The highest exponents of each invocation, and whether it has a number that is not finite: some drivers are wrong about atomics
// in workgroup memory.
var<workgroup> highest: array<vec3<i32>, 64>;
var<workgroup> squares: array<vec2<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.y;
  let chunkIndex = dispatch.begin + workgroup.x;
  let chunk = chunks[chunkIndex];
  let divides = isPath(lane);
  var g = vec4<f32>();        // component i is of parameter first + local + 64 i
  var root = vec4<f32>();     // g / sqrt(kappa) = root * 2^rootExponent
  var rootExponent = vec4<i32>();
  var ownHighest = vec3<i32>(ZERO_EXPONENT, ZERO_EXPONENT, 0);
  for (var i = 0u; i < 4u; i++) {
    let at = local + 64u * i;
    if (at < chunk.count) {
      let parameter = chunk.first + at;
      var sum = 0.0;
      for (var split = 0u; split < dispatch.splits; split++) {
        sum += partials[(split * dispatch.lanes + lane) * PARAMETERS + parameter];
      }
      gradient[lane * PARAMETERS + parameter] = sum;
      g[i] = sum;
      if (!isFinite(sum)) {
        ownHighest.z = 1;
      }
      let exponent = exponentOf(sum);
      ownHighest.x = max(ownHighest.x, exponent);
      if (divides) {
        let kappa = kappaOf(lane, chunk, parameter);
        if (kappa.mantissa > 0.0 && exponent != ZERO_EXPONENT) {
          root[i] = scaled(sum, -exponent) / sqrt(kappa.mantissa);
          rootExponent[i] = exponent - kappa.exponent / 2;
          ownHighest.y = max(ownHighest.y, exponentOf(root[i]) + rootExponent[i]);
        }
      }
    }
  }
  highest[local] = ownHighest;
  workgroupBarrier();
  if (local == 0u) {
    for (var i = 1u; i < 64u; i++) {
      ownHighest = max(ownHighest, highest[i]);
    }
    highest[0] = ownHighest;
  }
  workgroupBarrier();
  let highestExponents = highest[0];
  var own = vec2<f32>();
  for (var i = 0u; i < 4u; i++) {
    let relative = vec2<f32>(scaled(g[i], -highestExponents.x), scaled(root[i], rootExponent[i] - highestExponents.y));
    own += relative * relative;
  }
  squares[local] = own;
  workgroupBarrier();
  if (local == 0u) {
    var total = vec2<f32>();
    for (var i = 0u; i < 64u; i++) {
      total += squares[i];
    }
    let at = (lane * dispatch.chunks + chunkIndex) * 2u;
    sums[at] = vec4<u32>(bitcast<u32>(highestExponents.x), bitcast<u32>(total.x), u32(highestExponents.z), 0u);
    sums[at + 1u] = vec4<u32>(bitcast<u32>(highestExponents.y), bitcast<u32>(total.y), 0u, 0u);
  }
}
