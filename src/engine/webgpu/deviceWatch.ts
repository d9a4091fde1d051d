import type { EngineLostError } from '../engine.ts';
import type { Device } from './device.ts';

/** Milliseconds that news of a lost device may come after the failures that it causes. */
const LOSS_NOTICE = 1000;
const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** What one engine hears of its device, which it may share with others, until it is disposed of. */
export class DeviceWatch {
  readonly #device: Device;
  #disposed = false;
  /** What the device's losses are told to; null: nobody listens. */
  #listener: ((loss: EngineLostError) => void) | null = null;

  constructor(device: Device) {
    this.#device = device;
  }

  /** @throws Error where the engine is disposed of, or the device is gone */
  check(): void {
    if (this.#disposed) throw new Error('This engine was disposed of.');
    const failure = this.#device.failure();
    if (failure !== null) throw failure;
  }

  /**
   * What was asked of the device. What waits for a lost device fails, and what fails because the device did says so.
   * @throws Error also where the engine is disposed of meanwhile: whoever went on would use buffers that are destroyed
   */
  async checked<Result>(result: Promise<Result>): Promise<Result> {
    const { device, losses, failure } = this.#device;
    let tell = (_loss: Error): void => {};
    const lost = new Promise<never>((_, reject) => {
      tell = reject;
      losses.add(tell);
      // One that came before is not told again.
      const already = failure();
      if (already !== null) reject(already);
    });
    try {
      const value = await Promise.race([result, lost]);
      if (this.#disposed) this.check();
      return value;
    } catch (error) {
      if (this.#disposed) throw error;
      // A device that is gone may say so only after what was asked of it has failed.
      await Promise.race([device.lost, wait(LOSS_NOTICE)]);
      this.check();
      throw error;
    } finally {
      losses.delete(tell);
    }
  }

  /** Tells the listener when the device goes away; at once if it already has. */
  onLoss(listener: (loss: EngineLostError) => void): void {
    const { losses, failure } = this.#device;
    this.#forgetListener();
    const already = failure();
    if (already !== null) {
      listener(already);
      return;
    }
    this.#listener = listener;
    losses.add(listener);
  }

  dispose(): void {
    this.#disposed = true;
    this.#forgetListener();
  }

  #forgetListener(): void {
    if (this.#listener) this.#device.losses.delete(this.#listener);
    this.#listener = null;
  }
}
