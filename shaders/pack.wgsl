// Lays out the parameters for the other kernels: matrices in quads, padded with zeros, each in the orientation in which
// it is summed, so that one load serves four outputs. Runs at the start of every step.

struct Job {
  source: u32,        // first parameter
  outer: u32,         // outputs: packed side by side in quads
  outerStride: u32,
  inner: u32,         // terms of the sum: one packed row each
  innerStride: u32,
  packed: u32,        // first quad
  innerPadded: u32,   // rows, with the padding to whole quads
  pad0: u32,
}

@group(0) @binding(2) var<storage, read> parameters: array<f32>;            // [lane, PARAMETERS]
@group(0) @binding(3) var<storage, read> jobs: array<Job>;
@group(0) @binding(4) var<storage, read_write> packed: array<vec4<f32>>;    // [lane, PACKED_QUADS]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let job = jobs[id.y];
  let lane = dispatch.firstLane + id.z;
  let quads = (job.outer + 3u) / 4u;
  if (id.x >= quads * job.innerPadded) {
    return;
  }
  let inner = id.x / quads;
  let outer = id.x % quads * 4u;
  var quad = vec4<f32>();
  if (inner < job.inner) {
    let at = lane * PARAMETERS + job.source + inner * job.innerStride + outer * job.outerStride;
    quad.x = parameters[at];
    if (outer + 1u < job.outer) { quad.y = parameters[at + job.outerStride]; }
    if (outer + 2u < job.outer) { quad.z = parameters[at + 2u * job.outerStride]; }
    if (outer + 3u < job.outer) { quad.w = parameters[at + 3u * job.outerStride]; }
  }
  packed[lane * PACKED_QUADS + job.packed + id.x] = quad;
}
