type Words = readonly [bigint, bigint, bigint, bigint];

/** Philox4x32-10 on exact integers: an independent reading of the paper. */
export function philoxReference(counter: readonly bigint[], key: readonly bigint[]): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter as Words;
  let [k0, k1] = key as readonly [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = c0 * 0xd2511f53n;
    const product1 = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & mask,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

/** The four words of an element of a stream, by the convention of src/experiment/philox.ts. */
export const wordsReference = (seed: number, stream: number, step: number, element: number): number[] =>
  philoxReference([BigInt(stream), BigInt(step), BigInt(element), 0n], [BigInt(seed), 0n]);
