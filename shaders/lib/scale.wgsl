// Exact multiplication by powers of two, on the exponent bits: no rounding, and nothing that a compiler may
// reassociate. Path quantities are carried as mantissas with integer exponents apart (mathematics, section 2.7),
// because gamma grows like rho(W*W)^length and leaves float32 at a few hundred steps.

// The exponent of what is zero throughout: below every other, and sums of a few of them stay in range.
const ZERO_EXPONENT = -100000000;

fn isFinite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// floor(log2 |x|); ZERO_EXPONENT for zero and subnormal numbers, which count as zero.
fn exponentOf(x: f32) -> i32 {
  let biased = i32((bitcast<u32>(x) >> 23u) & 0xffu);
  return select(biased - 127, ZERO_EXPONENT, biased == 0);
}

// x * 2^n; zero where that is below float32's normal range, infinite above it.
fn scaled(x: f32, n: i32) -> f32 {
  let bits = bitcast<u32>(x);
  let biased = i32((bits >> 23u) & 0xffu);
  let exponent = biased + n;
  var result = (bits & 0x807fffffu) | (u32(clamp(exponent, 0, 254)) << 23u);
  result = select(result, 0u, exponent <= 0);
  result = select(result, (bits & 0x80000000u) | 0x7f800000u, exponent >= 255);
  result = select(result, 0u, biased == 0);
  result = select(result, bits, biased == 255);
  return bitcast<f32>(result);
}

fn scaled4(x: vec4<f32>, n: i32) -> vec4<f32> {
  return vec4<f32>(scaled(x.x, n), scaled(x.y, n), scaled(x.z, n), scaled(x.w, n));
}

// 2^n for n from -126 to 127; zero below, infinite above.
fn powerOfTwo(n: i32) -> f32 {
  return bitcast<f32>(u32(clamp(n + 127, 0, 255)) << 23u);
}

// The even number at or above n: an exponent whose half is whole.
fn evenAbove(n: i32) -> i32 {
  return n + (n & 1);
}

// Bits of the largest of numbers that are not negative, which order like the numbers; what is not a number is above them all.
fn largestBits(x: vec4<f32>) -> u32 {
  let bits = bitcast<vec4<u32>>(x);
  return max(max(bits.x, bits.y), max(bits.z, bits.w));
}
