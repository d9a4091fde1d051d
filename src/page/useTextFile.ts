import { type DragEvent, useEffect, useRef, useState } from 'react';
import { offerText } from './workbench.ts';

/** A file that a visitor offers as the text to train on, and how that goes. */
export interface TextFile {
  /** Name of the file that is being read, or null. */
  readonly reading: string | null;
  /** Why the last file could not be used, or null. */
  readonly problem: string | null;
  /** Whether a file is held over the element with `dropProps`. */
  readonly over: boolean;
  offer(files: FileList | null): void;
  /** For the element on which files may be dropped; empty where none is taken. */
  readonly dropProps: {
    readonly onDragEnter?: (event: DragEvent) => void;
    readonly onDragLeave?: (event: DragEvent) => void;
    readonly onDrop?: (event: DragEvent) => void;
  };
}

const hasFiles = (event: { readonly dataTransfer: DataTransfer | null }): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false;

/** @param taken whether the experiment's task reads a text of the visitor's */
export function useTextFile(taken: boolean): TextFile {
  const [reading, setReading] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // Every element inside fires an event of its own: the file is over while more were entered than left.
  const [entered, setEntered] = useState(0);

  const latest = useRef<File>(null);

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

  useEffect(() => {
    if (!taken) setProblem(null);
  }, [taken]);

  const offer = (files: FileList | null): void => {
    const [file, ...others] = files ?? [];
    if (!file) return;
    if (others.length > 0) {
      setProblem(`${others.length + 1} files came: it must be one.`);
      return;
    }
    latest.current = file;
    setReading(file.name);
    setProblem(null);
    void offerText(file).then((problem) => {
      if (latest.current !== file) return;
      setReading(null);
      setProblem(problem);
    });
  };

  const dropProps = {
    onDragEnter: (event: DragEvent) => {
      if (hasFiles(event)) setEntered((count) => count + 1);
    },
    onDragLeave: (event: DragEvent) => {
      if (hasFiles(event)) setEntered((count) => Math.max(0, count - 1));
    },
    onDrop: (event: DragEvent) => {
      setEntered(0);
      event.preventDefault();
      offer(event.dataTransfer.files);
    },
  };
  return { reading, problem, over: entered > 0, offer, dropProps: taken ? dropProps : {} };
}
