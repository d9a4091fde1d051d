// The readout y = W_out h + b_out at the scored steps, its loss, its measure, and dL/dy in the place of y.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow, top layer
@group(0) @binding(4) var<storage, read> targets: array<u32>;               // float32 bits or classes
@group(0) @binding(5) var<storage, read_write> outputs: array<vec4<f32>>;   // [lane, scored step, batch, OUTPUT_QUADS]
@group(0) @binding(6) var<storage, read_write> rowResults: array<vec2<f32>>; // [lane, scored step, batch] loss, measure

// A workgroup has READOUT_ROWS rows, whose outputs pass through workgroup memory, and so many invocations for each of them.
const WORKERS = 64u / READOUT_ROWS;

// Below every output.
const LOWEST = -0x1.fffffep+127f;

var<workgroup> readouts: array<vec4<f32>, READOUT_ROWS * OUTPUT_QUADS>;
var<workgroup> highs: array<f32, 64>;         // the highest output of each invocation's share
var<workgroup> sums: array<vec2<f32>, 64>;    // its sum, and whether it has a tie

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.z;
  let rows = (dispatch.length - dispatch.scoredFrom) * dispatch.batch;
  let first = (dispatch.begin + workgroup.x) * READOUT_ROWS;
  // An invocation has four rows of a quad of outputs: each weight that it loads serves all four.
  for (var item = local; item < READOUT_ROWS / 4u * OUTPUT_QUADS; item += 64u) {
    let quad = item % OUTPUT_QUADS;
    let fourth = item / OUTPUT_QUADS * 4u;
    let w = lane * PACKED_QUADS + dispatch.weights + quad;
    // Rows past the end repeat the last one.
    let row = min(vec4<u32>(first + fourth) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(rows - 1u));
    let h = vec4<u32>(hiddenRow(lane, i32(dispatch.scoredFrom), 0u)) + row * HIDDEN_QUADS;
    let bias = packed[lane * PACKED_QUADS + dispatch.bias + quad];
    var sum = mat4x4<f32>(bias, bias, bias, bias);
    for (var i = 0u; i < HIDDEN_QUADS; i++) {
      let at = w + i * 4u * OUTPUT_QUADS;
      sum += mat4x4<f32>(packed[at], packed[at + OUTPUT_QUADS], packed[at + 2u * OUTPUT_QUADS],
        packed[at + 3u * OUTPUT_QUADS]) * mat4x4<f32>(hidden[h.x + i], hidden[h.y + i], hidden[h.z + i], hidden[h.w + i]);
    }
    let to = fourth * OUTPUT_QUADS + quad;
    readouts[to] = sum[0];
    readouts[to + OUTPUT_QUADS] = sum[1];
    readouts[to + 2u * OUTPUT_QUADS] = sum[2];
    readouts[to + 3u * OUTPUT_QUADS] = sum[3];
  }
  workgroupBarrier();
  let laneRows = (dispatch.length - dispatch.scoredFrom) * dispatch.capacity;
  if (SOFTMAX) {
    let example = first + local / WORKERS;
    crossEntropy(local, lane * laneRows + example, min(example, rows - 1u), example < rows);
  } else if (local < READOUT_ROWS && first + local < rows) {
    squaredError(local, lane * laneRows + first + local, first + local);
  }
}

fn squaredError(local: u32, row: u32, example: u32) {
  var loss = 0.0;
  var within = true;
  for (var quad = 0u; quad < OUTPUT_QUADS; quad++) {
    var difference = vec4<f32>();
    for (var c = 0u; c < min(4u, OUTPUTS - quad * 4u); c++) {
      let wanted = bitcast<f32>(targets[example * OUTPUTS + quad * 4u + c]);
      let error = readouts[local * OUTPUT_QUADS + quad][c] - wanted;
      difference[c] = error;
      loss += error * error;
      within = within && abs(error) <= dispatch.tolerance;
    }
    outputs[row * OUTPUT_QUADS + quad] = 2.0 * dispatch.lossScale * difference;
  }
  rowResults[row] = vec2<f32>(loss, select(0.0, 1.0, within));
}

// The invocations of a row share its quads of outputs out among them.
fn crossEntropy(local: u32, row: u32, example: u32, stores: bool) {
  let readout = local / WORKERS * OUTPUT_QUADS;
  let worker = local % WORKERS;
  let firstOfRow = local - worker;
  let wanted = targets[example];
  let wantedOutput = readouts[readout + wanted / 4u][wanted % 4u];
  var highest = LOWEST;
  for (var quad = worker; quad < OUTPUT_QUADS; quad += WORKERS) {
    let y = select(vec4<f32>(LOWEST), readouts[readout + quad], classesOf(quad) < vec4<u32>(OUTPUTS));
    highest = max(highest, max(max(y.x, y.y), max(y.z, y.w)));
  }
  highs[local] = highest;
  workgroupBarrier();

  for (var other = 0u; other < WORKERS; other++) {
    highest = max(highest, highs[firstOfRow + other]);
  }
  var sum = 0.0;
  var tied = 0.0;    // a class before the wanted one is as high: it is the answer
  for (var quad = worker; quad < OUTPUT_QUADS; quad += WORKERS) {
    let y = readouts[readout + quad];
    let classes = classesOf(quad);
    let shares = select(vec4<f32>(), exp(y - highest), classes < vec4<u32>(OUTPUTS));
    readouts[readout + quad] = shares;
    sum += dot(shares, vec4<f32>(1.0));
    if (any((classes < vec4<u32>(wanted)) & (y == vec4<f32>(highest)))) {
      tied = 1.0;
    }
  }
  sums[local] = vec2<f32>(sum, tied);
  workgroupBarrier();

  var total = vec2<f32>();
  for (var other = 0u; other < WORKERS; other++) {
    total += sums[firstOfRow + other];
  }
  if (!stores) {
    return;
  }
  for (var quad = worker; quad < OUTPUT_QUADS; quad += WORKERS) {
    let hit = select(vec4<f32>(), vec4<f32>(1.0), classesOf(quad) == vec4<u32>(wanted));
    outputs[row * OUTPUT_QUADS + quad] = dispatch.lossScale * (readouts[readout + quad] / total.x - hit);
  }
  if (worker == 0u) {
    let counts = example / dispatch.batch >= dispatch.measureFrom;
    let right = counts && wantedOutput == highest && total.y == 0.0;
    rowResults[row] = vec2<f32>(highest - wantedOutput + logOfTotal(total.x), select(0.0, 1.0, right));
  }
}

// Of at least 1, the share of the highest. WGSL's logarithm may err by 2^-21 near 1, and be negative; what is not finite must stay so.
fn logOfTotal(total: f32) -> f32 {
  return select(total, max(log(total), 0.0), isFinite(total));
}

fn classesOf(quad: u32) -> vec4<u32> {
  return 4u * quad + vec4<u32>(0u, 1u, 2u, 3u);
}
