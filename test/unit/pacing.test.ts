import { describe, expect, test } from 'vitest';
import {
  type EvaluationClock,
  evaluationDue,
  generationDue,
  initialPace,
  MAX_STEPS_PER_CALL,
  nextPace,
  type Pace,
} from '../../src/session/worker/pacing.ts';

/** The pace after that many calls on a device of the given overhead and cost of a step, in milliseconds. */
function settle(overhead: number, cost: number, calls = 30, start: Pace = initialPace): Pace {
  let pace = start;
  for (let call = 0; call < calls; call++) pace = nextPace(pace, pace.steps, overhead + cost * pace.steps);
  return pace;
}

describe('nextPace', () => {
  test.each([0.01, 0.1, 0.5, 2, 5])('without overhead, steps of %f ms fill a call of 8 to 16 ms', (cost) => {
    const { steps } = settle(0.2, cost);
    const milliseconds = 0.2 + steps * cost;
    expect(milliseconds).toBeLessThanOrEqual(16);
    expect(steps === MAX_STEPS_PER_CALL || milliseconds >= 7).toBe(true);
  });

  test('a step longer than a call should be runs alone', () => {
    expect(settle(0, 300).steps).toBe(1);
  });

  test('where waiting takes 100 ms whatever the work, work is at least a third of a call', () => {
    const { steps } = settle(100, 0.5);
    expect(steps * 0.5).toBeGreaterThan(33);
    expect(steps * 0.5).toBeLessThan(150);
  });

  test('the first calls, which compile, do not slow down the later ones', () => {
    let pace = nextPace(initialPace, 1, 4000);
    pace = nextPace(pace, 1, 500);
    expect(settle(0.2, 0.5, 30, pace).steps).toBeGreaterThan(10);
  });

  test('grows at most twofold a call, and halves after one that took too long', () => {
    let pace = settle(0, 1);
    const fast = nextPace(pace, pace.steps, 0.001);
    expect(fast.steps).toBeLessThanOrEqual(2 * pace.steps);
    pace = nextPace(pace, pace.steps, 1000);
    expect(pace.steps).toBeLessThanOrEqual(6);
  });

  test('follows a device that becomes ten times slower', () => {
    const before = settle(0.2, 0.1);
    const after = settle(0.2, 1, 30, before);
    expect(after.steps).toBeGreaterThanOrEqual(5);
    expect(after.steps).toBeLessThanOrEqual(16);
  });
});

describe('evaluationDue', () => {
  test('the first is due at once, later ones leave 95 % of the time to training', () => {
    expect(evaluationDue(null, 0)).toBe(true);
    let clock: EvaluationClock | null = null;
    let evaluating = 0;
    let now = 0;
    for (; now < 10_000; now += 1) {
      if (!evaluationDue(clock, now)) continue;
      now += 20;
      evaluating += 20;
      clock = { ended: now, milliseconds: 20 };
    }
    expect(evaluating / now).toBeLessThanOrEqual(0.055);
    expect(evaluating / now).toBeGreaterThan(0.045);
  });
});

describe('generationDue', () => {
  test('is seldom enough to read, and leaves 95 % of the time to training', () => {
    expect(generationDue(null, 0)).toBe(true);
    expect(generationDue({ ended: 0, milliseconds: 1 }, 1999)).toBe(false);
    expect(generationDue({ ended: 0, milliseconds: 1 }, 2000)).toBe(true);
    expect(generationDue({ ended: 0, milliseconds: 500 }, 9499)).toBe(false);
    expect(generationDue({ ended: 0, milliseconds: 500 }, 9500)).toBe(true);
  });
});
