import { describe, expect, test } from 'vitest';
import { SubmitBudget } from '../../src/engine/webgpu/submitBudget.ts';

/** Submits of a device of that speed, one after another, each followed by a wait. */
function run(speed: number, wait: number, submits: number, budget = new SubmitBudget()): SubmitBudget {
  let now = 1000;
  for (let submit = 0; submit < submits; submit++) {
    const { operations } = budget;
    budget.note(operations, now, now + operations / speed + wait);
    now += operations / speed + wait;
  }
  return budget;
}

describe('the work of a submit', () => {
  test.for([5e5, 5e6, 1e8])('comes to 8 to 16 ms at %d operations a millisecond', (speed) => {
    const milliseconds = run(speed, 0.3, 50).operations / speed;
    expect(milliseconds).toBeGreaterThan(8);
    expect(milliseconds).toBeLessThan(16);
  });

  test('never goes over 100 ms on a device of 1e9 operations a second, measured or not', () => {
    expect(new SubmitBudget().operations / 1e6).toBeLessThan(100);
    for (const submits of [1, 2, 10]) expect(run(1e6, 0, submits).operations / 1e6).toBeLessThan(100);
  });

  test('completions that are told of together are one, and none makes the next submits more than twice as large', () => {
    const budget = run(5e6, 0.3, 50);
    const { operations } = budget;
    let now = 1e6;
    for (let pair = 0; pair < 20; pair++) {
      const done = now + (2 * operations) / 5e6;
      budget.note(operations, now, done);
      budget.note(operations, now, done + 0.01);
      now = done + 0.01;
      expect(budget.operations).toBeLessThan(2.1 * operations);
    }
    expect(budget.operations / 5e6).toBeGreaterThan(8);
    expect(budget.operations / 5e6).toBeLessThan(16);
  });

  test('follows a device that becomes slower', () => {
    const budget = run(1e8, 0, 20);
    run(1e6, 0, 150, budget);
    expect(budget.operations / 1e6).toBeLessThan(16);
  });

  test('a wait of 100 ms for every answer leaves submits that are not tiny', () => {
    expect(run(1e7, 100, 50).operations).toBeGreaterThanOrEqual(2 ** 22);
  });
});
