import { MAP_READ, USAGE } from './device.ts';

/** Something to be read from the device. */
export interface Reading {
  readonly size: number;
  readonly copy: (encoder: GPUCommandEncoder, staging: GPUBuffer, offset: number) => void;
}

/** The buffers of an engine, by name, and the reading of them. */
export class Buffers {
  readonly #device: GPUDevice;
  readonly #buffers = new Map<string, GPUBuffer>();
  /** Of readings under way: a lost device may never end one. */
  readonly #stagings = new Set<GPUBuffer>();
  #isDestroyed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Makes a buffer, all zeros.
   * @throws Error where the buffers were destroyed while somebody waited for what goes into this one
   */
  make(name: string, bytes: number, usage: number = USAGE.storage): GPUBuffer {
    if (this.#isDestroyed) throw new Error('The buffers of this engine are destroyed.');
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const flags = usage | USAGE.copySource | USAGE.copyDestination;
    const buffer = this.#device.createBuffer({ label: name, size, usage: flags });
    this.#buffers.set(name, buffer);
    return buffer;
  }

  /** Makes a buffer with that content. */
  makeFilled(name: string, content: ArrayBuffer, usage: number = USAGE.storage): void {
    this.#device.queue.writeBuffer(this.make(name, content.byteLength, usage), 0, content);
  }

  /** @throws Error where there is none of that name */
  get(name: string): GPUBuffer {
    const buffer = this.#buffers.get(name);
    if (!buffer) throw new Error(`There is no buffer ${name}.`);
    return buffer;
  }

  /** Overwrites a buffer from the given byte on. */
  write(name: string, content: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, offset = 0): void {
    this.#device.queue.writeBuffer(this.get(name), offset, content);
  }

  release(name: string): void {
    this.#buffers.get(name)?.destroy();
    this.#buffers.delete(name);
  }

  destroy(): void {
    this.#isDestroyed = true;
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
    for (const staging of this.#stagings) staging.destroy();
    this.#stagings.clear();
  }

  /** The reading of a whole buffer. */
  wholeOf(name: string): Reading {
    const buffer = this.get(name);
    return {
      size: buffer.size,
      copy: (encoder, staging, offset) => encoder.copyBufferToBuffer(buffer, 0, staging, offset, buffer.size),
    };
  }

  /** The contents of whole buffers, by their names. */
  async readAll(names: readonly string[]): Promise<Contents> {
    const contents = await this.read(names.map((name) => this.wholeOf(name)));
    const bytesOf = (name: string): ArrayBuffer => {
      const content = contents[names.indexOf(name)];
      if (!content) throw new Error(`The buffer ${name} was not read.`);
      return content;
    };
    return {
      floats: (name) => new Float32Array(bytesOf(name)),
      words: (name) => new Int32Array(bytesOf(name)),
    };
  }

  /** Reads everything at one moment of the device's work, through as many buffers as it takes. */
  async read(readings: readonly Reading[]): Promise<ArrayBuffer[]> {
    const limit = this.#device.limits.maxBufferSize;
    const groups: Reading[][] = [];
    let size = Number.POSITIVE_INFINITY;
    for (const reading of readings) {
      size += reading.size;
      if (size > limit) {
        groups.push([]);
        size = reading.size;
      }
      groups.at(-1)?.push(reading);
    }
    const encoder = this.#device.createCommandEncoder();
    const stagings: GPUBuffer[] = [];
    try {
      for (const group of groups) stagings.push(this.#copied(group, encoder));
      this.#device.queue.submit([encoder.finish()]);
      await Promise.all(stagings.map((staging) => staging.mapAsync(MAP_READ)));
      return groups.flatMap((group, index) => contentsOf(stagings[index] as GPUBuffer, group));
    } finally {
      for (const staging of stagings) {
        staging.destroy();
        this.#stagings.delete(staging);
      }
    }
  }

  /** A buffer to which readings are to be copied, one after another. */
  #copied(readings: readonly Reading[], encoder: GPUCommandEncoder): GPUBuffer {
    const size = readings.reduce((sum, reading) => sum + reading.size, 0);
    const staging = this.#device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyDestination });
    this.#stagings.add(staging);
    let offset = 0;
    for (const reading of readings) {
      reading.copy(encoder, staging, offset);
      offset += reading.size;
    }
    return staging;
  }
}

/** What was copied to a buffer that is mapped. */
function contentsOf(staging: GPUBuffer, readings: readonly Reading[]): ArrayBuffer[] {
  const mapped = staging.getMappedRange();
  let end = 0;
  return readings.map(({ size }) => {
    end += size;
    return mapped.slice(end - size, end);
  });
}

/** What was read of several buffers. */
export interface Contents {
  readonly floats: (name: string) => Float32Array<ArrayBuffer>;
  readonly words: (name: string) => Int32Array<ArrayBuffer>;
}
