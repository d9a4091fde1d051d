import { BATCH_CASES } from './checks/batches.ts';
import { NETWORK_CASES, RANGE_CASES, SIZE_CASES, TILING_CASES } from './checks/comparisons.ts';
import { FAULT_CASES } from './checks/faults.ts';
import { INVARIANCE_CASES } from './checks/invariance.ts';
import { adaptiveOptimizers } from './checks/optimizers.ts';
import { garbageInMemory } from './checks/poison.ts';
import { DIVERGENCE_CASES, determinism, SPLITTING_CASES, tiles } from './checks/runs.ts';
import type { CheckCase } from './checks/support.ts';
import { UNITARY_CASES } from './checks/unitary.ts';

export type { CheckResult } from './checks/compare.ts';
export { type CheckCase, type CheckContext, type CheckSet, isIn } from './checks/support.ts';

/**
 * Every check of the WebGPU engine, in the order in which the page lists them: those that share kernels are near each other, for
 * a device keeps only the kernels that it used last.
 */
export const CHECK_CASES: readonly CheckCase[] = [
  ...BATCH_CASES,
  ...SIZE_CASES,
  ...TILING_CASES,
  tiles,
  ...SPLITTING_CASES,
  ...NETWORK_CASES,
  determinism,
  ...INVARIANCE_CASES,
  adaptiveOptimizers,
  ...DIVERGENCE_CASES,
  ...RANGE_CASES,
  ...UNITARY_CASES,
  garbageInMemory,
  ...FAULT_CASES,
];
