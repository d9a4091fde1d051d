import { type Answer, type Call, serveLanes } from '../../src/engine/cpu/laneServer.ts';
import type { LaneWorker, LaneWorkers } from '../../src/engine/cpu/laneWorkers.ts';

/** A worker in this thread: messages are cloned and arrive later, as those of real workers do. */
export class LocalWorker implements LaneWorker {
  readonly calls: Call[] = [];
  terminated = false;
  end: (reason: string) => void = () => {};
  #serve: (call: Call) => void = () => {};

  post(call: Call): void {
    this.calls.push(call);
    const copy = structuredClone(call);
    setTimeout(() => this.#serve(copy));
  }

  listen(onAnswer: (answer: Answer) => void, onEnd: (reason: string) => void): void {
    this.end = onEnd;
    this.#serve = serveLanes((answer) => {
      const copy = structuredClone(answer);
      setTimeout(() => {
        if (!this.terminated) onAnswer(copy);
      });
    });
  }

  terminate(): void {
    this.terminated = true;
  }
}

/** Workers in this thread, and those that were started. */
export function localWorkers(
  changes: Partial<LaneWorkers> = {},
): LaneWorkers & { readonly started: LocalWorker[] } {
  const started: LocalWorker[] = [];
  return {
    started,
    threads: 2,
    evenForOne: false,
    start() {
      const worker = new LocalWorker();
      started.push(worker);
      return worker;
    },
    ...changes,
  };
}
