import { type ReactNode, useState } from 'react';
import { messageOf } from '../../engine/engine.ts';

/**
 * For what a press of a button does and what may fail.
 * @param what as a sentence begins that says it failed, e.g. "This could not be saved"
 * @returns what does it, and the failure of the last time to show in its place; null where there was none
 */
export function useAttempt(
  what: string,
): readonly [attempt: (act: () => Promise<void> | void) => void, problem: ReactNode] {
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = (act: () => Promise<void> | void): void => {
    setProblem(null);
    void (async () => act())().catch((error: unknown) => setProblem(messageOf(error)));
  };
  const said = problem !== null && (
    <p role="alert" className="field-error">
      {what}: {problem}
    </p>
  );
  return [attempt, said];
}
