import { useEffect } from 'react';
import { pause, play, reset, step, useRun } from '../session/runStore.ts';

/** Elements that a key belongs to themselves: there, a shortcut would take it away from them. */
const OWN_KEYS = 'input, textarea, select, button, summary, a, [contenteditable]';

/** Starts a run that waits, pauses one that runs. */
export function togglePlay(): void {
  const { status, playWhenReady } = useRun.getState();
  if (status === 'running' || playWhenReady) pause();
  else play();
}

/** Space plays and pauses, `s` steps, `r` resets, anywhere on the page but in controls. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const inControl = event.target instanceof Element && event.target.closest(OWN_KEYS) !== null;
      if (inControl || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.key === ' ') togglePlay();
      else if (event.key === 's') step();
      else if (event.key === 'r') reset();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
