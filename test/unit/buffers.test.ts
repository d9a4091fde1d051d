import { expect, test } from 'vitest';
import { Buffers } from '../../src/engine/webgpu/buffers.ts';

/** A device with memory, as far as buffers are copied and read. */
function deviceOf(maxBufferSize: number) {
  const made: { size: number; destroyed: boolean }[] = [];
  const createBuffer = ({ size }: { size: number }) => {
    if (size > maxBufferSize) throw new RangeError(`A buffer of ${size} bytes.`);
    const buffer = {
      size,
      bytes: new Uint8Array(size),
      destroyed: false,
      mapAsync: async () => {},
      getMappedRange: () => buffer.bytes.buffer,
      destroy: () => {
        buffer.destroyed = true;
      },
    };
    made.push(buffer);
    return buffer;
  };
  const copies: (() => void)[] = [];
  type Memory = ReturnType<typeof createBuffer>;
  const device = {
    limits: { maxBufferSize },
    createBuffer,
    createCommandEncoder: () => ({
      copyBufferToBuffer: (from: Memory, first: number, to: Memory, offset: number, size: number) =>
        copies.push(() => to.bytes.set(from.bytes.subarray(first, first + size), offset)),
      finish: () => {},
    }),
    queue: {
      writeBuffer: (to: Memory, offset: number, content: ArrayBuffer) =>
        to.bytes.set(new Uint8Array(content), offset),
      submit: () => {
        for (const copy of copies.splice(0)) copy();
      },
    },
  };
  return { device: device as unknown as GPUDevice, made };
}

test.each([100, 160, 1000])(
  'what is read goes through buffers of at most %i bytes, in its order',
  async (limit) => {
    const { device, made } = deviceOf(limit);
    const buffers = new Buffers(device);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const [index, name] of names.entries()) {
      buffers.makeFilled(
        name,
        Float32Array.from({ length: 5 * (index + 1) }, (_, i) => 100 * index + i).buffer,
      );
    }
    const contents = await buffers.readAll(names);
    for (const [index, name] of names.entries()) {
      expect([...contents.floats(name)]).toEqual(
        Array.from({ length: 5 * (index + 1) }, (_, i) => 100 * index + i),
      );
    }
    const staged = made.slice(names.length);
    expect(staged.every(({ destroyed }) => destroyed)).toBe(true);
    expect(staged.reduce((sum, { size }) => sum + size, 0)).toBe(300);
  },
);
