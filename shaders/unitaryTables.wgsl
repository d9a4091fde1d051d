// What the kernels of a uRNN need of its parameters, once for a step: exp(i theta), normals u = v root(2) / |v| of the
// reflections R = I - u u*, h_0, and the biases of the modReLU. One workgroup per lane.

@group(0) @binding(2) var<storage, read> parameters: array<f32>;            // [lane, PARAMETERS]
@group(0) @binding(3) var<storage, read_write> tables: array<vec2<f32>>;    // [lane, TABLE]: see lib/unitary.wgsl

const TABLE = 7u * UNITS + 2u;

var<workgroup> squares: array<vec2<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.x;
  let phases = lane * PARAMETERS + dispatch.sourceOffset;
  let reflections = phases + 3u * UNITS;
  let biases = reflections + 4u * UNITS;
  let initial = biases + UNITS;
  let table = lane * TABLE;
  var own = vec2<f32>();
  for (var i = local; i < 2u * UNITS; i += 64u) {
    let v = vec2<f32>(parameters[reflections + i], parameters[reflections + 2u * UNITS + i]);
    own += v * v;
  }
  squares[local] = own;
  workgroupBarrier();
  var square = vec2<f32>();
  for (var i = 0u; i < 64u; i++) {
    square += squares[i];
  }
  // A vector of zeros reflects nothing.
  let scale = select(sqrt(2.0 / square), vec2<f32>(), square == vec2<f32>());
  for (var i = local; i < 3u * UNITS; i += 64u) {
    tables[table + i] = turnOf(parameters[phases + i]);
  }
  for (var i = local; i < UNITS; i += 64u) {
    let first = reflections + i;
    let second = first + 2u * UNITS;
    tables[table + 3u * UNITS + i] = scale.x * vec2<f32>(parameters[first], parameters[first + UNITS]);
    tables[table + 4u * UNITS + i] = scale.y * vec2<f32>(parameters[second], parameters[second + UNITS]);
    tables[table + 5u * UNITS + i] = vec2<f32>(parameters[initial + i], parameters[initial + UNITS + i]);
    tables[table + 6u * UNITS + i] = vec2<f32>(parameters[biases + i], 0.0);
  }
  if (local == 0u) {
    tables[table + 7u * UNITS] = vec2<f32>(scale.x, 0.0);
    tables[table + 7u * UNITS + 1u] = vec2<f32>(scale.y, 0.0);
  }
}

// (cos, sin) by Cephes' sinf and cosf (Moshier), on what is left of the angle after whole quarter turns. WGSL's own may err
// by 5e-4.
fn turnOf(angle: f32) -> vec2<f32> {
  let quarters = round(angle * 0.636619772);
  let x = ((angle - quarters * 1.5703125) - quarters * 4.837512969970703125e-4) - quarters * 7.549789948768648e-8;
  let z = x * x;
  let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * x + x;
  let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
  let quadrant = u32(i32(quarters)) & 3u;
  var turn = vec2<f32>(cosine, sine);
  if ((quadrant & 1u) == 1u) {
    turn = vec2<f32>(-sine, cosine);
  }
  if (quadrant >= 2u) {
    turn = -turn;
  }
  return turn;
}
