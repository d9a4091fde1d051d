import { type RefObject, useEffect, useRef } from 'react';

/**
 * A canvas that is drawn when it is there, and anew when its size, the colour scheme or the drawing changes.
 * @param draw the same function for as long as the drawing is the same
 */
export function useCanvas(draw: (canvas: HTMLCanvasElement) => void): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const again = (): void => draw(element);
    const observer = new ResizeObserver(again);
    observer.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', again);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', again);
    };
  }, [draw]);
  return canvas;
}
