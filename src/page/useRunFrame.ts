import { useEffect, useState } from 'react';
import type { RunData } from '../session/page/runData.ts';

/**
 * Draws a component again when the run's numbers change, at most once per interval and not while the page is hidden.
 * @param interval milliseconds; a function is asked before each wait
 * @returns the version drawn
 */
export function useRunFrame(data: RunData, interval: number | (() => number)): number {
  const [version, setVersion] = useState(data.version);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      if (!document.hidden) setVersion(data.version);
    };
    const schedule = (): void => {
      timer ??= setTimeout(draw, typeof interval === 'number' ? interval : interval());
    };
    draw();
    const unsubscribe = data.subscribe(schedule);
    document.addEventListener('visibilitychange', draw);
    return () => {
      unsubscribe();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', draw);
    };
  }, [data, interval]);
  return version;
}
