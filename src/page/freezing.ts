import { useRun } from '../session/page/runStore.ts';
import { notify } from './workbench.ts';

/**
 * Tells the visitor where training paused by the browser's doing. A tab out of sight trains on, but Chromium freezes one
 * some minutes later where it saves energy; nothing is lost, and the run goes on by itself. Other browsers have no such
 * events (Page Lifecycle).
 */
export function tellOfFreezing(): void {
  let frozenAt: number | null = null;
  document.addEventListener('freeze', () => {
    frozenAt = useRun.getState().status === 'running' ? Date.now() : null;
  });
  document.addEventListener('resume', () => {
    if (frozenAt === null) return;
    const seconds = Math.round((Date.now() - frozenAt) / 1000);
    const time = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
    notify({
      topic: 'freezing',
      kind: 'information',
      lines: [
        `The browser froze this tab for ${time}, to save energy: training paused then, and now goes on.`,
      ],
    });
  });
}
