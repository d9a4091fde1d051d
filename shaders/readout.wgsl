// The readout y = W_out h + b_out at the scored steps, its loss, its measure, and dL/dy in the place of y.

@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;          // [lane, PACKED_QUADS]
@group(0) @binding(3) var<storage, read> hidden: array<vec4<f32>>;          // rows of hiddenRow, top layer
@group(0) @binding(4) var<storage, read> targets: array<u32>;               // float32 bits or classes
@group(0) @binding(5) var<storage, read_write> outputs: array<vec4<f32>>;   // [lane, scored step, batch, OUTPUT_QUADS]
@group(0) @binding(6) var<storage, read_write> rowResults: array<vec2<f32>>; // [lane, scored step, batch] loss, measure

// Rows of a workgroup; their outputs pass through workgroup memory.
const ROWS = 16u;

var<workgroup> readouts: array<vec4<f32>, ROWS * OUTPUT_QUADS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.z;
  let rows = (dispatch.length - dispatch.scoredFrom) * dispatch.batch;
  let first = workgroup.x * ROWS;
  for (var pair = local; pair < ROWS * OUTPUT_QUADS; pair += 64u) {
    let row = min(first + pair / OUTPUT_QUADS, rows - 1u);
    let quad = pair % OUTPUT_QUADS;
    let w = lane * PACKED_QUADS + dispatch.weights + quad;
    let h = hiddenRow(lane, i32(dispatch.scoredFrom), row);
    var sum = packed[lane * PACKED_QUADS + dispatch.bias + quad];
    for (var i = 0u; i < HIDDEN_QUADS; i++) {
      let at = w + i * 4u * OUTPUT_QUADS;
      sum += mat4x4<f32>(packed[at], packed[at + OUTPUT_QUADS], packed[at + 2u * OUTPUT_QUADS],
        packed[at + 3u * OUTPUT_QUADS]) * hidden[h + i];
    }
    readouts[pair] = sum;
  }
  workgroupBarrier();
  if (local < ROWS && first + local < rows) {
    let laneRows = (dispatch.length - dispatch.scoredFrom) * dispatch.capacity;
    let row = lane * laneRows + first + local;
    if (SOFTMAX) {
      crossEntropy(local, row, first + local);
    } else {
      squaredError(local, row, first + local);
    }
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

fn crossEntropy(local: u32, row: u32, example: u32) {
  let wanted = targets[example];
  let readout = local * OUTPUT_QUADS;
  var highest = readouts[readout].x;
  var answer = 0u;
  for (var o = 1u; o < OUTPUTS; o++) {
    let y = readouts[readout + o / 4u][o % 4u];
    if (y > highest) {
      highest = y;
      answer = o;
    }
  }
  var sum = 0.0;
  for (var o = 0u; o < OUTPUTS; o++) {
    sum += exp(readouts[readout + o / 4u][o % 4u] - highest);
  }
  for (var quad = 0u; quad < OUTPUT_QUADS; quad++) {
    var gradient = vec4<f32>();
    for (var c = 0u; c < min(4u, OUTPUTS - quad * 4u); c++) {
      let share = exp(readouts[readout + quad][c] - highest) / sum;
      gradient[c] = dispatch.lossScale * (share - select(0.0, 1.0, quad * 4u + c == wanted));
    }
    outputs[row * OUTPUT_QUADS + quad] = gradient;
  }
  let counts = example / dispatch.batch >= dispatch.measureFrom;
  let loss = highest - readouts[readout + wanted / 4u][wanted % 4u] + log(sum);
  rowResults[row] = vec2<f32>(loss, select(0.0, 1.0, counts && answer == wanted));
}
