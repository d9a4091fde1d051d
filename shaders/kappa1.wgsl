// kappa1 = sum_t gamma_out(head) gamma_in(tail) of a layer's [W_rec | W_in | b] or of the readout's [W_out | b_out]
// (mathematics, section 2.3), with one exponent per matrix: the largest exponent of a term, so that nothing overflows.

@group(0) @binding(2) var<storage, read> gammaIn: array<vec4<u32>>;         // rows of gamma.wgsl
@group(0) @binding(3) var<storage, read> gammaOut: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read_write> kappa1: array<f32>;          // [lane, PARAMETERS], mantissas
@group(0) @binding(5) var<storage, read_write> exponents: array<i32>;       // [lane, EXPONENTS], even: of each matrix,
                                                                            // then of each row of kappa2

// The highest exponents that some invocations see: of the terms of the matrix on hidden, on the source, and the bias. Some drivers
// are wrong about atomics in workgroup memory.
var<workgroup> highest: array<vec3<i32>, 64>;

@compute @workgroup_size(8, 8, GROUPS)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32) {
  let lane = dispatch.firstLane + workgroup.z;
  if (!needsKappa1(lane)) {
    return;
  }
  let readout = dispatch.layer == LAYERS;
  let tile = dispatch.begin + workgroup.y;
  let firstStep = select(0u, dispatch.scoredFrom, readout);
  if (index < 64u) {
    var own = vec3<i32>(ZERO_EXPONENT);
    for (var t = firstStep + index; t < dispatch.length; t += 64u) {
      let out = headExponent(lane, t);
      own = max(own, vec3<i32>(out + tailExponent(lane, t, true), out + tailExponent(lane, t, false), out));
    }
    highest[index] = own;
  }
  workgroupBarrier();
  if (index == 0u) {
    var all = highest[0];
    for (var i = 1u; i < 64u; i++) {
      all = max(all, highest[i]);
    }
    highest[0] = all;
  }
  workgroupBarrier();
  let exponentsOfAll = highest[0];
  let hiddenExponent = evenAbove(exponentsOfAll.x);
  let sourceExponent = evenAbove(exponentsOfAll.y);
  let biasExponent = evenAbove(exponentsOfAll.z);
  if (workgroup.x == 0u && tile == 0u && index == 0u) {
    let at = lane * EXPONENTS + dispatch.matrix;
    if (readout) {
      exponents[at] = hiddenExponent;
      exponents[at + 1u] = biasExponent;
    } else if (RECURRENT) {
      exponents[at] = sourceExponent;
      exponents[at + 1u] = hiddenExponent;
      exponents[at + 2u] = biasExponent;
    } else {
      exponents[at] = sourceExponent;
      exponents[at + 1u] = biasExponent;
    }
  }

  let leftQuad = tile * 8u + local.y;
  let column = workgroup.x * 8u + local.x;
  // A feedforward network has columns on `hidden` in the readout only.
  let sourceColumn = select(0u, HIDDEN_QUADS, RECURRENT || readout);
  let biasColumn = sourceColumn + dispatch.sourceQuads;
  let isThere = leftQuad < dispatch.leftQuads && column <= biasColumn;
  var exponent = hiddenExponent;
  if (column >= biasColumn) {
    exponent = biasExponent;
  } else if (column >= sourceColumn) {
    exponent = sourceExponent;
  }
  let end = select(0u, dispatch.length, isThere);
  var own = mat4x4<f32>();
  for (var t = firstStep + local.z; t < end; t += GROUPS) {
    var out = vec4<f32>(1.0);
    if (!readout) {
      out = bitcast<vec4<f32>>(gammaOut[gammaRow(lane, dispatch.layer, t) + leftQuad]);
    }
    var shift = headExponent(lane, t) - exponent;
    var into = vec4<f32>(1.0);
    if (column < sourceColumn) {
      into = bitcast<vec4<f32>>(gammaIn[tailRow(lane, t, true) + column]);
      shift += tailExponent(lane, t, true);
    } else if (column < biasColumn && dispatch.layer > 0u) {
      into = bitcast<vec4<f32>>(gammaIn[tailRow(lane, t, false) + column - sourceColumn]);
      shift += tailExponent(lane, t, false);
    }
    let head = out * powerOfTwo(shift);
    own += mat4x4<f32>(into * head.x, into * head.y, into * head.z, into * head.w);
  }
  var total = joinGroups(own, local.z, local.y * 8u + local.x);
  if (local.z > 0u || !isThere) {
    return;
  }

  let rows = select(HIDDEN, OUTPUTS, readout);
  var columns = HIDDEN;
  var offset = dispatch.hiddenOffset;
  var firstColumn = column * 4u;
  if (column >= biasColumn) {
    columns = 1u;
    offset = dispatch.biasOffset;
    firstColumn = 0u;
  } else if (column >= sourceColumn) {
    columns = select(HIDDEN, INPUTS, dispatch.layer == 0u);
    offset = dispatch.sourceOffset;
    firstColumn = (column - sourceColumn) * 4u;
  }
  let count = min(4u, columns - firstColumn);
  for (var r = 0u; r < min(4u, rows - leftQuad * 4u); r++) {
    let at = lane * PARAMETERS + offset + (leftQuad * 4u + r) * columns + firstColumn;
    kappa1[at] = total[r].x;
    if (count > 1u) { kappa1[at + 1u] = total[r].y; }
    if (count > 2u) { kappa1[at + 2u] = total[r].z; }
    if (count > 3u) { kappa1[at + 3u] = total[r].w; }
  }
}

fn headExponent(lane: u32, t: u32) -> i32 {
  if (dispatch.layer == LAYERS) {
    return 0;
  }
  return bitcast<i32>(gammaOut[gammaRow(lane, dispatch.layer, t) + HIDDEN_QUADS].x);
}

// gammaIn at the tail of an edge: of the same layer a step before (for the readout the top layer at the same step), or
// of the layer below. gammaIn has a row of zeros in front.
fn tailRow(lane: u32, t: u32, recurrent: bool) -> u32 {
  if (dispatch.layer == LAYERS) {
    return gammaRow(lane, LAYERS - 1u, t + 1u);
  }
  if (recurrent) {
    return gammaRow(lane, dispatch.layer, t);
  }
  return gammaRow(lane, dispatch.layer - 1u, t + 1u);
}

fn tailExponent(lane: u32, t: u32, recurrent: bool) -> i32 {
  if (!recurrent && dispatch.layer == 0u) {
    return 0;
  }
  if (dispatch.layer != LAYERS && recurrent && t == 0u) {
    return ZERO_EXPONENT;
  }
  return bitcast<i32>(gammaIn[tailRow(lane, t, recurrent) + HIDDEN_QUADS].x);
}
