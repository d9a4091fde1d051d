import { type DragEvent, useEffect, useState } from 'react';
import { offerFiles } from './workbench.ts';

const hasFiles = (event: { readonly dataTransfer: DataTransfer | null }): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false;

/**
 * Takes text files that are dropped on an element.
 * @param taken whether the experiment's task reads a text of the visitor's
 * @returns whether a file is held over the element, and the element's handlers
 */
export function useTextDrop(taken: boolean) {
  // Every element inside fires events of its own: the file is over while more were entered than left.
  const [entered, setEntered] = useState(0);

  useEffect(() => {
    // A file that misses its place would open in the place of the page, and end the run.
    const keep = (event: globalThis.DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    window.addEventListener('dragover', keep);
    window.addEventListener('drop', keep);
    return () => {
      window.removeEventListener('dragover', keep);
      window.removeEventListener('drop', keep);
    };
  }, []);

  const handlers = {
    onDragEnter: (event: DragEvent) => {
      if (hasFiles(event)) setEntered((count) => count + 1);
    },
    onDragLeave: (event: DragEvent) => {
      if (hasFiles(event)) setEntered((count) => Math.max(0, count - 1));
    },
    onDrop: (event: DragEvent) => {
      setEntered(0);
      void offerFiles(event.dataTransfer.files);
    },
  };
  return { over: taken && entered > 0, handlers: taken ? handlers : {} };
}
