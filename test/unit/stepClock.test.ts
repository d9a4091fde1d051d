import { describe, expect, test } from 'vitest';
import { StepClock } from '../../src/session/page/stepClock.ts';

describe('StepClock', () => {
  test('between two marks, every step takes as long as the others', () => {
    const clock = new StepClock([
      { step: 10, seconds: 1 },
      { step: 30, seconds: 5 },
    ]);
    expect([0, 5, 10, 20, 30].map((step) => clock.secondsAt(step))).toEqual([0, 0.5, 1, 3, 5]);
    expect(clock.secondsAt(99)).toBe(5);
    expect(clock.seconds).toBe(5);
  });

  test('a clock without a mark stands at 0', () => {
    const clock = new StepClock();
    expect([clock.secondsAt(7), clock.seconds, clock.marks]).toEqual([0, 0, []]);
  });

  test('a mark that is not later is left out', () => {
    const clock = new StepClock([{ step: 10, seconds: 1 }]);
    clock.add(10, 2);
    clock.add(9, 3);
    clock.add(11, 0.5);
    clock.add(12, Number.NaN);
    expect(clock.marks).toEqual([{ step: 10, seconds: 1 }]);
  });

  test('a long run keeps a bounded number of marks, the latest among them, and its times', () => {
    const clock = new StepClock();
    // A run that slows down.
    const secondsAt = (step: number): number => (step / 1e5) ** 1.5;
    for (let step = 100; step <= 1_000_000; step += 100) clock.add(step, secondsAt(step));
    expect(clock.marks.length).toBeLessThanOrEqual(1025);
    expect(clock.marks.at(-1)?.step).toBe(1_000_000);
    for (const step of [12_345, 500_000, 987_654]) {
      expect(clock.secondsAt(step) / secondsAt(step)).toBeCloseTo(1, 2);
    }
    const copy = new StepClock(clock.marks);
    expect(copy.secondsAt(987_654)).toBeCloseTo(clock.secondsAt(987_654), 9);
    expect(copy.marks.length).toBeLessThanOrEqual(1025);
  });
});
