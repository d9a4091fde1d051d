// A workgroup that sums over many terms has GROUPS times 64 invocations: each group of 64 has its own share of the terms, so
// that more of them are on their way from memory at once, and the sums of the groups are joined in workgroup memory.

var<workgroup> ofGroup: array<mat4x4<f32>, select(64u, 1u, GROUPS == 1u)>;

// The sum over the groups, in their order, for the first one. Call from all invocations; `index` is that in the group.
fn joinGroups(own: mat4x4<f32>, group: u32, index: u32) -> mat4x4<f32> {
  var sum = own;
  for (var other = 1u; other < GROUPS; other++) {
    workgroupBarrier();
    if (group == other) {
      ofGroup[index] = own;
    }
    workgroupBarrier();
    if (group == 0u) {
      sum += ofGroup[index];
    }
  }
  return sum;
}
