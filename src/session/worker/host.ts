import { createEngine } from '../../engine/create.ts';
import { messageOf } from '../../engine/engine.ts';
import type { Command, ReadCommand } from '../protocol.ts';
import { realClock } from './clock.ts';
import { loadData } from './data.ts';
import { Recovery } from './recovery.ts';
import { RunLoop, type Surroundings } from './runLoop.ts';

export interface Host {
  receive(command: Command): void;
}

/** Makes engines, and tells the time; others in tests. */
const REAL = { create: createEngine, clock: realClock };

/** What a host needs; what it does not say is real. */
export type HostOptions = Omit<Surroundings, keyof typeof REAL> & Partial<typeof REAL>;

/** Trains on command, in a worker or in the page: one run at a time. */
export function createHost(options: HostOptions): Host {
  const around: Surroundings = { ...REAL, ...options };
  let loop: RunLoop | null = null;
  // How often devices are lost is a matter of the machine, not of a run.
  const recovery = new Recovery();

  async function read({ ownText, experiment, base }: ReadCommand): Promise<void> {
    const problem = await loadData({ ownText, experiment, base }, () => {}).then(() => null, messageOf);
    around.post({ type: 'read', number: ownText.number, problem });
  }

  return {
    receive(command) {
      if (command.type === 'create' || command.type === 'dispose') {
        loop?.dispose();
        loop = command.type === 'create' ? new RunLoop(command, around, recovery) : null;
      } else if (command.type === 'read') {
        void read(command);
      } else if (command.run === loop?.run) {
        loop.receive(command);
      }
    },
  };
}
