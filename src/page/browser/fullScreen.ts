// iPhones have no full screen, and a frame may not allow it: what asks for it must do without.

/** Shows an element on the full screen, where the browser lets the page. Call it within a click or a key. */
export function enterFullScreen(element: Element): void {
  try {
    // Older browsers return nothing.
    void Promise.resolve(element.requestFullscreen?.()).catch(() => {});
  } catch {
    // The same no, said at once.
  }
}

export function leaveFullScreen(): void {
  if (!isFullScreen()) return;
  void Promise.resolve(document.exitFullscreen()).catch(() => {
    // The visitor was faster.
  });
}

export const isFullScreen = (): boolean => Boolean(document.fullscreenElement);

/** @param listener told when the full screen comes or goes; returns what ends that */
export function onFullScreen(listener: (event: Event) => void): () => void {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
}
