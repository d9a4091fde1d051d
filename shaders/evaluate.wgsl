// Sums of loss and measure over a batch of the held-out set.

@group(0) @binding(2) var<storage, read> rowResults: array<vec2<f32>>;      // [lane, scored step, batch]
@group(0) @binding(3) var<storage, read_write> evaluation: array<vec2<f32>>; // [batch of the held-out set, lane]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = dispatch.firstLane + workgroup.x;
  let laneRows = (dispatch.length - dispatch.scoredFrom) * dispatch.capacity;
  let rows = (dispatch.length - dispatch.scoredFrom) * dispatch.batch;
  let results = sumRows(lane * laneRows, rows, local);
  if (local == 0u) {
    evaluation[dispatch.begin * dispatch.lanes + lane] = results;
  }
}
