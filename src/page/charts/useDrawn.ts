import { type RefObject, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { RunData } from '../../session/page/runData.ts';
import { DrawQueue, type DrawTurn } from './drawQueue.ts';

const queue = new DrawQueue({
  now: () => performance.now(),
  frame: (callback) => requestAnimationFrame(callback),
  wait: (callback, milliseconds) => setTimeout(callback, milliseconds),
});

/** How far outside of the window a chart is drawn, so that scrolling finds it done. */
const MARGIN = '120px';

/**
 * What a chart is to show now, another object at every drawing: it changes when the run's numbers or the content do, in its turn with the other charts,
 * and not while the chart is out of view or the page is hidden.
 * @param data the numbers that the content reads
 * @param content keeps its identity while nothing but the numbers change
 * @param element the chart on the page
 */
export function useDrawn<Content>(
  data: RunData,
  content: Content,
  element: RefObject<Element | null>,
): { readonly content: Content } {
  const [drawn, setDrawn] = useState({ content });
  const latest = useRef(content);
  const turn = useRef<DrawTurn | null>(null);

  useEffect(() => {
    let inView = typeof IntersectionObserver === 'undefined';
    let missed = false;
    const joined = queue.join(() => {
      // A new object, so that the same content with new numbers is drawn too.
      flushSync(() => setDrawn({ content: latest.current }));
    });
    const request = (asked = false): void => {
      missed = !inView || document.hidden;
      if (!missed) joined.request(asked);
    };
    const onVisible = (): void => {
      if (missed) request(true);
    };
    const observer = inView
      ? null
      : new IntersectionObserver(
          (entries) => {
            inView = entries.at(-1)?.isIntersecting ?? false;
            onVisible();
          },
          { rootMargin: MARGIN },
        );
    if (element.current) observer?.observe(element.current);
    turn.current = { ...joined, request };
    request();
    const unsubscribe = data.subscribe(() => request());
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      unsubscribe();
      observer?.disconnect();
      joined.leave();
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [data, element]);

  useEffect(() => {
    latest.current = content;
    turn.current?.request(true);
  }, [content]);

  return drawn;
}
