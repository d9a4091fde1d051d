import type { GuideStep } from './step.ts';
import { METHOD_STEPS } from './stepsMethod.tsx';
import { PRACTICE_STEPS } from './stepsPractice.tsx';

/** Every step of the guide, in its order; a link names them from 1. */
export const STEPS: readonly GuideStep[] = [...METHOD_STEPS, ...PRACTICE_STEPS];
