import type { LaneWorkers } from '../../src/engine/cpu/laneWorkers.ts';
import { parseLink } from '../../src/experiment/link.ts';
import type { Command, CreateCommand, ReadCommand, SessionEvent } from '../../src/session/protocol.ts';
import { createHost, type Host } from '../../src/session/worker/host.ts';

/** The host on the CPU engine, with all that it posts. */
export class Session {
  readonly events: SessionEvent[] = [];
  readonly #host: Host;
  #waiting: { until: (event: SessionEvent) => boolean; resolve: (event: SessionEvent) => void }[] = [];

  constructor(mayRefuse = false, laneWorkers?: LaneWorkers) {
    this.#host = createHost({
      gpu: undefined,
      mayRefuse,
      laneWorkers,
      post: (event) => {
        this.events.push(event);
        const ready = this.#waiting.filter(({ until }) => until(event));
        this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
        for (const { resolve } of ready) resolve(event);
      },
    });
  }

  send(command: Command): void {
    this.#host.receive(command);
  }

  create(link: string, run: number, change: Partial<CreateCommand> = {}): void {
    const { experiment } = parseLink(link);
    this.send({
      type: 'create',
      run,
      experiment,
      from: null,
      reached: 0,
      engine: 'cpu',
      ownText: null,
      base: 'http://localhost/',
      pageHasGpu: false,
      powerPreference: 'high-performance',
      ...change,
    });
  }

  /** Waits for the next event of a run that the condition holds for. */
  next<Type extends SessionEvent['type']>(
    type: Type,
    run: number,
    condition: (event: Extract<SessionEvent, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<SessionEvent, { type: Type }>> {
    const isWanted = (event: SessionEvent): event is Extract<SessionEvent, { type: Type }> =>
      event.type === type && 'run' in event && event.run === run;
    return new Promise((resolve) => {
      this.#waiting.push({
        until: (event) => isWanted(event) && condition(event),
        resolve: (event) => {
          if (isWanted(event)) resolve(event);
        },
      });
    });
  }

  /** What the host says of a text. */
  async problemOf({ ownText, experiment }: Omit<ReadCommand, 'type' | 'base'>): Promise<string | null> {
    const answer = new Promise<SessionEvent>((resolve) => {
      this.#waiting.push({
        until: (event) => event.type === 'read' && event.number === ownText.number,
        resolve,
      });
    });
    this.send({ type: 'read', ownText, experiment, base: 'http://localhost/' });
    const event = await answer;
    return event.type === 'read' ? event.problem : null;
  }

  /** Losses of a lane by step, of a run, as far as they have been posted. */
  losses(run: number, lane = 0): Map<number, number> {
    const losses = new Map<number, number>();
    for (const event of this.events) {
      if (event.type !== 'progress' || event.run !== run) continue;
      event.metrics.step.forEach((step, line) => {
        if (event.metrics.lane[line] === lane) losses.set(step, event.metrics.loss[line] as number);
      });
    }
    return losses;
  }
}
