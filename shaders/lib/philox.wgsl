// Philox4x32-10 (Salmon et al., SC 2011). Twin of src/experiment/philox.ts, equal bit for bit.

// The 64-bit product of two words as (high, low); WGSL has no 64-bit integers, so it goes by 16-bit parts.
fn multiplyWide(a: u32, b: u32) -> vec2<u32> {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle1 = aHigh * bLow + ((aLow * bLow) >> 16u);
  let middle2 = aLow * bHigh + (middle1 & 0xffffu);
  return vec2<u32>(aHigh * bHigh + (middle1 >> 16u) + (middle2 >> 16u), a * b);
}

fn philox4x32(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let p0 = multiplyWide(0xd2511f53u, c.x);
    let p1 = multiplyWide(0xcd9e8d57u, c.z);
    c = vec4<u32>(p1.x ^ c.y ^ k.x, p1.y, p0.x ^ c.w ^ k.y, p0.y);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

fn randomWords(seed: u32, stream: u32, step: u32, element: u32) -> vec4<u32> {
  return philox4x32(vec4<u32>(stream, step, element, 0u), vec2<u32>(seed, 0u));
}
