// gamma_in and gamma_out (squared; u and v of the mathematics, section 2.3) of a lane: one row per layer and time step,
// HIDDEN_QUADS quads of mantissas (float32 bits), the largest in [1, 2), then a quad whose first word is the row's
// exponent. gammaIn has a row of zeros before time 0, gammaOut one after the last: time -1 is row 0 in the one, time
// `length` the last row in the other.

const GAMMA_QUADS = HIDDEN_QUADS + 1u;

fn gammaRow(lane: u32, layer: u32, row: u32) -> u32 {
  return ((lane * LAYERS + layer) * (dispatch.length + 1u) + row) * GAMMA_QUADS;
}
