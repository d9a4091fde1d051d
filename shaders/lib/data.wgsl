// The data of a task in words: two counts, what else the task has, then parts of bytes, each starting at a word.

@group(0) @binding(5) var<storage, read> data: array<u32>;

fn byteAt(part: u32, index: u32) -> u32 {
  return (data[part + index / 4u] >> (8u * (index % 4u))) & 0xffu;
}
