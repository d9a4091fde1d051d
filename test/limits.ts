/**
 * The limits of the tests, in milliseconds. They end what hangs and tell nobody that a machine is slow: each is about ten times what the
 * longest takes on two quiet cores.
 */
export const LIMITS = {
  /** What takes milliseconds. */
  instant: 10_000,
  /** One thing that is waited for: a page, a program, kernels that compile on a software adapter. */
  wait: 180_000,
  /** A test, or what is done before and after it. */
  test: 900_000,
  /** All checks of check.html in one browser. */
  checks: 1_200_000,
  /** A test of `npm run test:long`. */
  longTest: 7_200_000,
} as const;
