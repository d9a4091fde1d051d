// Joins the sequences' gradients of a uRNN's factors, biases and h_0, as the first of the partial sums of reduce.wgsl.

@group(0) @binding(2) var<storage, read> run: array<u32>;                   // [0]: steps done
@group(0) @binding(3) var<storage, read> tables: array<vec2<f32>>;          // [lane, TABLE]: see lib/unitary.wgsl
@group(0) @binding(4) var<storage, read> sums: array<f32>;                  // see unitaryBackward.wgsl
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;        // [split, lane, PARAMETERS]

const TABLE = 7u * UNITS + 2u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let lane = dispatch.firstLane + id.y;
  if (id.x >= 10u * UNITS) {
    return;
  }
  var sum = sumOf(lane, id.x);
  let table = lane * TABLE;
  if (id.x >= 3u * UNITS && id.x < 7u * UNITS) {
    // dL/dv = -root(2)/|v| (sum - product u)
    let reflection = (id.x - 3u * UNITS) / (2u * UNITS);
    let element = (id.x - 3u * UNITS) % (2u * UNITS);
    let normal = tables[table + (3u + reflection) * UNITS + element % UNITS];
    let scale = tables[table + 7u * UNITS + reflection].x;
    let product = sumOf(lane, 10u * UNITS + reflection);
    sum = -scale * (sum - product * select(normal.x, normal.y, element >= UNITS));
  }
  // States that were carried are no parameters.
  if (id.x >= 8u * UNITS && dispatch.carries == 1u && run[0] % dispatch.segments != 0u) {
    sum = 0.0;
  }
  partials[lane * PARAMETERS + dispatch.sourceOffset + id.x] = sum;
}

fn sumOf(lane: u32, index: u32) -> f32 {
  let first = lane * dispatch.batch * UNITARY_SUMS + index;
  var sum = 0.0;
  for (var sequence = 0u; sequence < dispatch.batch; sequence++) {
    sum += sums[first + sequence * UNITARY_SUMS];
  }
  return sum;
}
