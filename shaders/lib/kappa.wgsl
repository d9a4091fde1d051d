// kappa of a parameter, from kappa1 and, where a lane takes it, kappa2.

// A chunk of at most CHUNK parameters of one matrix.
struct Chunk {
  first: u32,         // first parameter
  count: u32,
  matrix: u32,
  columns: u32,       // of W_rec; 0: another matrix, which has no kappa2
  matrixOffset: u32,  // first parameter of the matrix
  layer: u32,
  pad0: u32,
  pad1: u32,
}

const CHUNK = 256u;

// value = mantissa * 2^exponent, the exponent even; zero: a dead path.
struct Kappa {
  mantissa: f32,
  exponent: i32,
}

fn kappaOf(lane: u32, chunk: Chunk, parameter: u32) -> Kappa {
  let mantissa = kappa1[lane * PARAMETERS + parameter];
  let exponent = exponents[lane * EXPONENTS + chunk.matrix];
  if (chunk.columns == 0u || lanes[lane].optimizer != PATH2) {
    return Kappa(mantissa, exponent);
  }
  let j = (parameter - chunk.matrixOffset) / HIDDEN;
  let k = (parameter - chunk.matrixOffset) % HIDDEN;
  let row = (((lane * LAYERS + chunk.layer) * HIDDEN + j) * 2u + 1u) * (HIDDEN_QUADS + 1u);
  let second = bitcast<vec4<f32>>(kappa2[row + k / 4u])[k % 4u];
  let secondExponent = exponents[lane * EXPONENTS + MATRICES + chunk.layer * HIDDEN + j];
  let base = max(exponent, secondExponent);
  return Kappa(scaled(mantissa, exponent - base) + scaled(second, secondExponent - base), base);
}
