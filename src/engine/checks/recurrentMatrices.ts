import { randomWords, STREAM, uniformFromWord } from '../../experiment/philox.ts';

/** Uniform numbers in [-1, 1) for a matrix of checks. */
function randomMatrix(size: number): Float64Array {
  const words = new Uint32Array(4);
  return Float64Array.from({ length: size * size }, (_, element) => {
    randomWords(7, STREAM.sampling, 0, element, words);
    return 2 * uniformFromWord(words[0] as number) - 1;
  });
}

/**
 * A random matrix, row-major, of about that spectral radius: the circular law gives sqrt(size) times the standard
 * deviation of an entry.
 */
export function withSpectralRadius(size: number, radius: number): Float32Array {
  const scale = radius / Math.sqrt(size / 3);
  return Float32Array.from(randomMatrix(size), (value) => value * scale);
}

/** That radius on the diagonal and small numbers beside it. */
export function nearDiagonal(size: number, radius: number): Float32Array {
  return Float32Array.from(randomMatrix(size), (value, i) => (i % (size + 1) === 0 ? radius : 0.01 * value));
}
