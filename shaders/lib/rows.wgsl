// Sums over the scored sequences of a batch, in an order that depends on their number only.

var<workgroup> partialSums: array<vec2<f32>, 64>;

// Call from all 64 invocations of a workgroup: sum of (loss, measure) of the rows.
fn sumRows(firstRow: u32, rows: u32, local: u32) -> vec2<f32> {
  var sum = vec2<f32>();
  for (var row = local; row < rows; row += 64u) {
    sum += rowResults[firstRow + row];
  }
  partialSums[local] = sum;
  workgroupBarrier();
  var total = vec2<f32>();
  for (var i = 0u; i < 64u; i++) {
    total += partialSums[i];
  }
  return total;
}
