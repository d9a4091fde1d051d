// The factors of the unitary matrix W = D3 R2 F^-1 D2 P R1 F D1 of a uRNN (Arjovsky, Shah, Bengio, ICML 2016), for two complex
// vectors at a time: a vec4 is a number of each. Forward these are two sequences; backward the state and the gradient of one,
// since the inverse of every factor is its adjoint.
//
// A workgroup has PAIRS such pairs. An invocation owns four of a pair's UNITS elements, those at q + r QUARTER, the columns of
// a matrix: of these a Fourier transform takes its first and leaves its last butterflies. What others have made passes through
// `exchanged`, whose two halves are written and read by turns so that one barrier is enough; with one half it takes two.

@group(0) @binding(2) var<storage, read> tables: array<vec2<f32>>;          // [lane, TABLE], see unitaryTables.wgsl
@group(0) @binding(3) var<storage, read> twiddles: array<vec2<f32>>;        // [UNITS]: exp(-2 pi i m / UNITS)
@group(0) @binding(4) var<storage, read> permutations: array<u32>;          // [lane, UNITS]

const QUARTER = UNITS / 4u;
const THREADS = PAIRS * QUARTER;
const HALVES = select(1u, 2u, UNITS <= 256u);    // as many as 16 KiB of workgroup memory have room for

// Parts of a lane's table.
const NORMALS = 3u * UNITS;      // of the reflections, behind the turns of D1, D2, D3
const INITIAL = 5u * UNITS;
const BIASES = 6u * UNITS;       // real
const SCALES = 7u * UNITS;       // root(2) / |v| of both reflections
const TABLE = 7u * UNITS + 2u;

var<workgroup> exchanged: array<vec4<f32>, HALVES * PAIRS * UNITS>;
var<workgroup> pieces: array<vec4<f32>, HALVES * PAIRS * QUARTER>;
var<private> half: u32 = 0u;

// Of an invocation's elements.
var<private> turns: array<vec2<f32>, 12>;       // of D1, D2, D3
var<private> normals: array<vec2<f32>, 8>;      // of R1, R2
var<private> places: array<u32, 8>;             // from which P takes, and for R2 their own
var<private> moved: array<vec2<f32>, 8>;        // normals at these places
var<private> pair: u32;                         // of the workgroup
var<private> q: u32;

// A product with W goes through two stages, D, Fourier transform, reflection and permutation, and a last D. They are one
// loop, and the passes of a transform are another, of ends that the compiler cannot know: it would lay out their barriers one
// by one, which takes long on a processor that emulates a GPU.
fn stages() -> u32 {
  return min(2u, dispatch.length + 1u);
}

fn unitsOfTransform() -> u32 {
  return min(UNITS, dispatch.length * UNITS);
}

// Takes what an invocation needs all the time.
fn loadFactors(lane: u32, local: u32) {
  pair = local / QUARTER;
  q = local % QUARTER;
  let table = lane * TABLE;
  for (var r = 0u; r < 4u; r++) {
    let element = q + r * QUARTER;
    for (var d = 0u; d < 3u; d++) {
      turns[d * 4u + r] = tables[table + d * UNITS + element];
    }
    places[r] = permutations[lane * UNITS + element];
    places[4u + r] = element;
    for (var i = 0u; i < 2u; i++) {
      let first = table + NORMALS + i * UNITS;
      normals[4u * i + r] = tables[first + element];
      moved[4u * i + r] = tables[first + places[4u * i + r]];
    }
  }
}

// i x
fn quarterTurn(x: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(-x.y, x.x, -x.w, x.z);
}

fn turned(x: vec4<f32>, by: vec2<f32>) -> vec4<f32> {
  return by.x * x + by.y * quarterTurn(x);
}

fn turnedBack(x: vec4<f32>, by: vec2<f32>) -> vec4<f32> {
  return by.x * x - by.y * quarterTurn(x);
}

// D, and with sign -1 its inverse.
fn turnAll(x: mat4x4<f32>, d: u32, sign: f32) -> mat4x4<f32> {
  let by = vec2<f32>(1.0, sign);
  return mat4x4<f32>(turned(x[0], by * turns[d * 4u]), turned(x[1], by * turns[d * 4u + 1u]),
    turned(x[2], by * turns[d * 4u + 2u]), turned(x[3], by * turns[d * 4u + 3u]));
}

// First place of the pair in this turn's half.
fn exchangeAt() -> u32 {
  return (half * PAIRS + pair) * UNITS;
}

// The elements that an invocation owns, once all have written theirs, and the other half comes next.
fn exchange() -> mat4x4<f32> {
  let at = exchangeAt() + q;
  workgroupBarrier();
  let own = mat4x4<f32>(exchanged[at], exchanged[at + QUARTER], exchanged[at + 2u * QUARTER], exchanged[at + 3u * QUARTER]);
  endExchange();
  return own;
}

fn endExchange() {
  if (HALVES == 1u) {
    workgroupBarrier();
  } else {
    half = 1u - half;
  }
}

// The unitary Fourier transform (sign -1), or its inverse (1), in Stockham's passes of four, after one of two where the
// power is odd: as src/engine/cpu/fourier.ts.
fn fourier(given: mat4x4<f32>, sign: f32) -> mat4x4<f32> {
  var x = given * inverseSqrt(f32(UNITS));
  var joined = mat4x4<f32>();
  var done = 1u;
  if (ODD_POWER) {
    let at = exchangeAt() + 2u * q;
    exchanged[at] = x[0] + x[2];
    exchanged[at + 1u] = x[0] - x[2];
    exchanged[at + 2u * QUARTER] = x[1] + x[3];
    exchanged[at + 2u * QUARTER + 1u] = x[1] - x[3];
    x = exchange();
    done = 2u;
  }
  loop {
    let k = q % done;
    let step = k * (QUARTER / done);
    let by = vec2<f32>(1.0, -sign);
    let b = turned(x[1], by * twiddles[step]);
    let c = turned(x[2], by * twiddles[2u * step]);
    let d = turned(x[3], by * twiddles[3u * step]);
    let across = sign * quarterTurn(b - d);
    joined = mat4x4<f32>(x[0] + c + (b + d), x[0] - c + across, x[0] + c - (b + d), x[0] - c - across);
    if (4u * done >= unitsOfTransform()) {
      break;
    }
    let at = exchangeAt() + (q - k) * 4u + k;
    exchanged[at] = joined[0];
    exchanged[at + done] = joined[1];
    exchanged[at + 2u * done] = joined[2];
    exchanged[at + 3u * done] = joined[3];
    x = exchange();
    done *= 4u;
  }
  return joined;
}

// Leaves an invocation's part of u* x, of normals of its elements, for `joinedPieces` after a barrier.
fn storePiece(piece: vec4<f32>) {
  pieces[(half * PAIRS + pair) * QUARTER + q] = piece;
}

fn joinedPieces() -> vec4<f32> {
  let first = (half * PAIRS + pair) * QUARTER;
  var sum = vec4<f32>();
  for (var i = 0u; i < QUARTER; i++) {
    sum += pieces[first + i];
  }
  return sum;
}
