import { useEffect, useState } from 'react';
import type { Arithmetic } from '../../lookup/arithmetic.ts';
import type { Errors } from '../../lookup/measure.ts';
import type { GreyPicture } from '../../lookup/picture.ts';
import type { LookupSettings } from '../../lookup/settings.ts';
import type { BuiltView } from './protocol.ts';
import { useLookupWorker } from './useLookupWorker.ts';

/** What is shown of a construction. */
export interface Construction {
  /** The last one that could be built; null while the first is. */
  readonly view: BuiltView | null;
  readonly errors: Partial<Record<Arithmetic, Errors>>;
  readonly busy: boolean;
  /** Why the settings give none; what is shown is then the one before. */
  readonly problem: string | null;
}

/** What a construction depends on: the rest of the settings may change without another one. */
const keyOf = ({ sizes, source, formula }: LookupSettings): string =>
  JSON.stringify([sizes, source, source === 'typed' ? formula : '']);

/** Builds and measures the network of the settings in a worker, whenever they change. */
export function useConstruction(settings: LookupSettings, picture: GreyPicture | null): Construction {
  const { ask, cancel } = useLookupWorker();
  const [state, setState] = useState<Construction>({ view: null, errors: {}, busy: true, problem: null });
  const key = keyOf(settings);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what matters of the settings
  useEffect(() => {
    if (settings.source === 'picture' && !picture) {
      cancel();
      setState({ view: null, errors: {}, busy: false, problem: null });
      return;
    }
    setState((before) => ({ ...before, busy: true }));
    ask(
      { kind: 'build', settings, picture: settings.source === 'picture' ? picture : null },
      {
        onReply: (reply) => {
          if (reply.kind === 'built') setState({ view: reply.view, errors: {}, busy: true, problem: null });
          if (reply.kind === 'errors')
            setState((before) => ({
              ...before,
              errors: { ...before.errors, [reply.errors.arithmetic]: reply.errors },
            }));
          if (reply.kind === 'done') setState((before) => ({ ...before, busy: false }));
        },
        onFailure: (message) => setState((before) => ({ ...before, busy: false, problem: message })),
      },
    );
  }, [key, picture, ask, cancel]);

  return state;
}
