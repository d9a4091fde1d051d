/**
 * A percentile by nearest rank: the smallest value that at least that share of all is at or below; undefined of none.
 * @param sorted ascending
 * @param share from above 0 to 1
 */
export const percentile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.ceil(share * sorted.length) - 1];
