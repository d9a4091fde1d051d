// gamma_in or gamma_out (squared) of a lane: one row per layer and time step, HIDDEN mantissas (float32 bits) with the
// largest in [1, 2), then the row's exponent.

fn gammaRow(lane: u32, layer: u32, t: u32) -> u32 {
  return ((lane * LAYERS + layer) * dispatch.length + t) * (HIDDEN + 1u);
}
