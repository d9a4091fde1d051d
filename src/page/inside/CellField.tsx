import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useState } from 'react';

/** A cell of the pictures of one field. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

interface CellFieldProps {
  /** What the cells are, for a screen reader. */
  readonly label: string;
  readonly rows: number;
  readonly columns: number;
  /** What a cell reads. */
  readonly describe: (cell: Cell) => string;
  /** Pictures of the same rows and columns; one that fills an element marks it with `data-cells`. */
  readonly children: (cursor: Cell | null) => ReactNode;
}

/** Cells that a page key moves. */
const PAGE = 10;

/**
 * Pictures of cells with one cursor for all, moved by pointer or by the arrow keys; what it stands on is read out below
 * them and, moved by keys, told to a screen reader.
 */
export function CellField({ label, rows, columns, describe, children }: CellFieldProps) {
  const [cursor, setCursor] = useState<Cell | null>(null);
  const [told, setTold] = useState('');
  const hintId = useId();
  // Another matrix may be smaller.
  const inside = cursor && cursor.row < rows && cursor.column < columns ? cursor : null;

  const onPointer = (event: PointerEvent<HTMLElement>): void => {
    const picture = (event.target as Element).closest('[data-cells]');
    if (!picture) return;
    const { left, top, width, height } = picture.getBoundingClientRect();
    const clamp = (share: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    const row = clamp((event.clientY - top) / height, rows);
    const column = clamp((event.clientX - left) / width, columns);
    if (inside?.row !== row || inside.column !== column) setCursor({ row, column });
  };
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      setCursor(null);
      return;
    }
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const [down, right] = move;
    const clamp = (place: number, count: number): number => Math.min(count - 1, Math.max(0, place));
    const next = inside
      ? { row: clamp(inside.row + down, rows), column: clamp(inside.column + right, columns) }
      : { row: 0, column: 0 };
    setCursor(next);
    setTold(describe(next));
  };

  return (
    <div
      className="cell-field"
      role="application"
      aria-label={label}
      aria-describedby={hintId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move its cursor
      tabIndex={0}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={(event) => {
        if (!event.currentTarget.contains(document.activeElement)) setCursor(null);
      }}
      onKeyDown={onKey}
    >
      {children(inside)}
      <p className="cell-reading">
        {inside ? describe(inside) : 'Point at a cell, or move with the arrow keys, to read it.'}
      </p>
      <p id={hintId} hidden>
        Arrow keys move from cell to cell.
      </p>
      <p role="status" className="visually-hidden">
        {told}
      </p>
    </div>
  );
}

/** Rows down and columns to the right. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-PAGE, 0],
  PageDown: [PAGE, 0],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};
