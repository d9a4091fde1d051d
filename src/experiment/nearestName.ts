/** How many characters must be added, left out, replaced or swapped with the next one to turn one word into another. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, (beforeLast[column - 2] as number) + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] as number;
}

/** The name that a mistyped one is closest to; null where none is close. Short words may differ less. */
export function nearestName(word: string, names: readonly string[]): string | null {
  const allowed = Math.min(2, Math.floor(word.length / 3));
  let nearest: string | null = null;
  let least = allowed + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > allowed) continue;
    const apart = distance(word, name);
    if (apart >= least) continue;
    nearest = name;
    least = apart;
  }
  return nearest;
}

/** " (did you mean length?)", or nothing where no name is close to the word. */
export function didYouMean(word: string, names: readonly string[]): string {
  const nearest = nearestName(word, names);
  return nearest === null ? '' : ` (did you mean ${nearest}?)`;
}
