// A batch of MNIST digits, one row of 28 pixels a step. Twin of src/experiment/tasks/mnistRows.ts.

@group(0) @binding(2) var<storage, read> state: array<u32>;               // [0]: steps done
@group(0) @binding(3) var<storage, read_write> inputs: array<f32>;        // [28, batch, INPUT_STRIDE]
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;       // [batch], classes
// Words: [0] training images, [1] held-out images, [2..257] float32 bits of the standardised value of each byte, then
// training pixels, training labels, held-out pixels, held-out labels, as bytes, each part starting at a word.
@group(0) @binding(5) var<storage, read> images: array<u32>;

const SIDE = 28u;
const PIXELS = 784u;
const TABLE = 2u;
const FIRST_PART = 258u;

fn byteAt(part: u32, index: u32) -> u32 {
  return (images[part + index / 4u] >> (8u * (index % 4u))) & 0xffu;
}

// One invocation reads one row of one image.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let sequence = id.y;
  let row = id.x;
  if (row >= SIDE || sequence >= dispatch.batch) {
    return;
  }
  let trainingPixels = FIRST_PART;
  let trainingLabels = trainingPixels + images[0] * (PIXELS / 4u);
  let heldOutPixels = trainingLabels + (images[0] + 3u) / 4u;
  let heldOutLabels = heldOutPixels + images[1] * (PIXELS / 4u);

  var image = dispatch.firstSequence + sequence;
  if (dispatch.heldOut == 0u) {
    image = randomWords(dispatch.seed, dispatch.stream, state[0] + 1u, image).x % images[0];
  }
  let pixels = select(trainingPixels, heldOutPixels, dispatch.heldOut == 1u);
  let labels = select(trainingLabels, heldOutLabels, dispatch.heldOut == 1u);
  for (var column = 0u; column < SIDE; column++) {
    let pixel = byteAt(pixels, image * PIXELS + row * SIDE + column);
    inputs[(row * dispatch.batch + sequence) * INPUT_STRIDE + column] = bitcast<f32>(images[TABLE + pixel]);
  }
  if (row == 0u) {
    targets[sequence] = byteAt(labels, image);
  }
}
