// A batch of MNIST digits, read in any order and any number of pixels a step. Twin of src/experiment/tasks/mnist.ts,
// equal bit for bit.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [time, batch, INPUT_STRIDE]
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [batch], classes
// Words of `data`: training images, held-out images, float32 bits of the standardised value of each byte (of each sum of four
// bytes), the first pixel of each number read in the order of reading, then training pixels, training labels, held-out
// pixels, held-out labels, as bytes, each part starting at a word.

const SIDE = 28u;
const PIXELS = 784u;
const TABLE = 2u;
const BYTES = 256u;
const SUMS = 1021u;
// Numbers of an image that one invocation reads.
const SHARE = 28u;

// One invocation reads 28 numbers of one image.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = dispatch.begin + id.y;
  let first = id.x * SHARE;
  let numbers = dispatch.length * INPUTS;
  if (first >= numbers || sequence >= dispatch.batch) {
    return;
  }
  // Fewer numbers than pixels: each stands for a square of four.
  let squares = numbers < PIXELS;
  let order = TABLE + select(BYTES, SUMS, squares);
  let trainingPixels = order + numbers;
  let trainingLabels = trainingPixels + data[0] * (PIXELS / 4u);
  let heldOutPixels = trainingLabels + (data[0] + 3u) / 4u;
  let heldOutLabels = heldOutPixels + data[1] * (PIXELS / 4u);

  var image = dispatch.firstSequence + sequence;
  if (dispatch.heldOut == 0u) {
    image = randomWords(dispatch.seed, dispatch.stream, state[0] + 1u, image).x % data[0];
  }
  let pixels = select(trainingPixels, heldOutPixels, dispatch.heldOut == 1u);
  let labels = select(trainingLabels, heldOutLabels, dispatch.heldOut == 1u);
  for (var number = first; number < min(first + SHARE, numbers); number++) {
    let pixel = image * PIXELS + data[order + number];
    var entry = byteAt(pixels, pixel);
    if (squares) {
      entry += byteAt(pixels, pixel + 1u) + byteAt(pixels, pixel + SIDE) + byteAt(pixels, pixel + SIDE + 1u);
    }
    let row = (number / INPUTS) * dispatch.batch + sequence;
    inputs[row * INPUT_STRIDE + number % INPUTS] = bitcast<f32>(data[TABLE + entry]);
  }
  if (first == 0u) {
    targets[sequence] = byteAt(labels, image);
  }
}
