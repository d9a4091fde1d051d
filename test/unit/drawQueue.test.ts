import { describe, expect, test } from 'vitest';
import { DrawQueue } from '../../src/page/charts/drawQueue.ts';

const FRAME = 16;

/** A queue in a made-up time: frames come every 16 ms, and each thing takes as long to draw, and then to paint, as it says. */
function madeUp() {
  let now = 1000;
  let painting = 0;
  let tasks: { readonly at: number; readonly run: () => void }[] = [];
  const queue = new DrawQueue({
    now: () => now,
    frame: (run) => tasks.push({ at: (Math.floor(now / FRAME) + 1) * FRAME, run }),
    wait: (run, milliseconds) => tasks.push({ at: now + milliseconds, run }),
  });
  const drawings: { readonly name: string; readonly at: number }[] = [];
  const join = (name: string, cost = 0, paint = 0) =>
    queue.join(() => {
      drawings.push({ name, at: now });
      now += cost;
      painting += paint;
    });
  const isDue = () => tasks.filter(({ at }) => at <= now);
  const runUntil = (end: number, everyFrame = (): void => {}): void => {
    for (; now < end; now += FRAME) {
      everyFrame();
      for (let due = isDue(); due.length > 0; due = isDue()) {
        tasks = tasks.filter((task) => !due.includes(task));
        for (const { run } of due) run();
        now += painting;
        painting = 0;
      }
    }
  };
  return { join, runUntil, drawings, pending: () => tasks.length };
}

describe('DrawQueue', () => {
  test('four charts that change all the time are drawn ten times a second each, one a frame', () => {
    const { join, runUntil, drawings } = madeUp();
    const turns = ['a', 'b', 'c', 'd'].map((name) => join(name));
    runUntil(11_000, () => {
      for (const turn of turns) turn.request();
    });
    for (const name of ['a', 'b', 'c', 'd']) {
      const times = drawings.filter((drawing) => drawing.name === name).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(60);
      for (const [index, at] of times.entries()) {
        expect(at - (times[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(100);
      }
    }
    expect(new Set(drawings.map(({ at }) => at)).size).toBe(drawings.length);
  });

  test('slow charts are drawn less often: all drawing takes a fifth of the time', () => {
    const { join, runUntil, drawings } = madeUp();
    const turns = [join('a', 60), join('b', 60)];
    runUntil(21_000, () => {
      for (const turn of turns) turn.request();
    });
    expect((60 * drawings.length) / 20_000).toBeLessThan(0.22);
    expect((60 * drawings.length) / 20_000).toBeGreaterThan(0.1);
  });

  test('what the browser takes to paint a drawing counts as well', () => {
    const { join, runUntil, drawings } = madeUp();
    const turns = [join('a', 10, 50), join('b', 10, 50)];
    runUntil(21_000, () => {
      for (const turn of turns) turn.request();
    });
    expect((60 * drawings.length) / 20_000).toBeLessThan(0.22);
    expect((60 * drawings.length) / 20_000).toBeGreaterThan(0.1);
  });

  test('what does not change is not drawn, and nothing waits', () => {
    const { join, runUntil, drawings, pending } = madeUp();
    const turn = join('a');
    join('b');
    turn.request();
    turn.request();
    runUntil(3000);
    expect(drawings.map(({ name }) => name)).toEqual(['a']);
    expect(pending()).toBe(0);
  });

  test('what has left is not drawn, and the others go on', () => {
    const { join, runUntil, drawings } = madeUp();
    const [gone, here] = [join('gone'), join('here')];
    gone.request();
    here.request();
    gone.leave();
    runUntil(2000);
    expect(drawings.map(({ name }) => name)).toEqual(['here']);
    here.request();
    here.leave();
    runUntil(3000);
    expect(drawings).toHaveLength(1);
  });

  test('a drawing that somebody asked for does not wait for one that was planned', () => {
    const { join, runUntil, drawings } = madeUp();
    const turns = [join('slow', 150), join('asked', 1)];
    // Both are drawn once, and then are to wait for 0.7 s and more.
    for (const turn of turns) turn.request();
    runUntil(1500);
    turns[0]?.request();
    runUntil(1516);
    const asked = 1516;
    turns[1]?.request(true);
    runUntil(3000);
    const [at] = drawings
      .filter((drawing) => drawing.name === 'asked' && drawing.at >= asked)
      .map(({ at }) => at);
    expect((at ?? Number.POSITIVE_INFINITY) - asked).toBeLessThanOrEqual(2 * FRAME);
    expect(drawings.filter(({ name }) => name === 'slow')).toHaveLength(2);
  });
});
