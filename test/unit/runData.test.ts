import { describe, expect, test } from 'vitest';
import type { LaneMetrics } from '../../src/engine/engine.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { columnsOf, transferablesOf } from '../../src/session/protocol.ts';

const line = (step: number, lane: number, loss: number, stopped: string | null = null): LaneMetrics => ({
  step,
  lane,
  loss,
  metric: loss / 2,
  gradientNorm: loss * 2,
  pathNormLog2: -loss,
  stopped,
});

describe('RunData', () => {
  test('sorts the lines of a batch into the series of their lanes', () => {
    const data = new RunData(2);
    data.addMetrics(columnsOf([line(1, 0, 1), line(1, 1, 10), line(2, 0, 2), line(2, 1, 20)]), 2, 40, 0.5);
    expect(data.lanes.map(({ loss }) => loss.last)).toEqual([2, 20]);
    expect(data.lanes.map(({ metric }) => metric.last)).toEqual([1, 10]);
    expect(data.lanes.map(({ gradientNorm }) => gradientNorm.last)).toEqual([4, 40]);
    expect(data.lanes.map(({ pathNormLog2 }) => pathNormLog2.last)).toEqual([-2, -20]);
    expect([data.step, data.stepsPerSecond, data.clock.secondsAt(1)]).toEqual([2, 40, 0.25]);
  });

  test('a line of a lane that the run does not have is left out', () => {
    const data = new RunData(1);
    data.addMetrics(columnsOf([line(1, 0, 1), line(1, 7, 10)]), 1, 0, 0.1);
    expect(data.lanes[0]?.loss.last).toBe(1);
  });

  test('tells its listeners of every change, until they leave', () => {
    const data = new RunData(1);
    let calls = 0;
    const leave = data.subscribe(() => calls++);
    data.addMetrics(columnsOf([line(1, 0, 1)]), 1, 0, 0.1);
    data.addEvaluation({ step: 1, lanes: [{ loss: 1, metric: 0 }] });
    expect(calls).toBe(2);
    expect(data.version).toBe(2);
    leave();
    data.addMetrics(columnsOf([line(2, 0, 1)]), 2, 0, 0.2);
    expect(calls).toBe(2);
  });

  test('keeps at most 65 evaluations of a long run, in order, the latest always among them', () => {
    const data = new RunData(1);
    for (let step = 100; step <= 100_000; step += 100) {
      data.addEvaluation({ step, lanes: [{ loss: step, metric: 0 }] });
      expect(data.evaluations.at(-1)?.step).toBe(step);
    }
    const steps = data.evaluations.map(({ step }) => step);
    expect(steps.length).toBeLessThanOrEqual(65);
    expect(steps.length).toBeGreaterThan(30);
    expect(steps).toEqual([...new Set(steps)].sort((left, right) => left - right));
    expect(steps[0]).toBe(100);
  });
});

describe('columnsOf', () => {
  test('collects the lanes that stopped, with step and reason', () => {
    const columns = columnsOf([line(3, 0, 1), line(3, 1, Number.NaN, 'the loss is not finite')]);
    expect(columns.stops).toEqual([{ lane: 1, step: 3, reason: 'the loss is not finite' }]);
  });

  test('the columns of a progress event can be handed over', () => {
    const metrics = columnsOf([line(1, 0, 1)]);
    const event = { type: 'progress', run: 1, step: 1, stepsPerSecond: 0, seconds: 0, metrics } as const;
    const received = structuredClone(event, { transfer: transferablesOf(event) });
    expect(received.metrics.loss).toEqual(Float64Array.of(1));
    expect(metrics.loss.length).toBe(0);
  });
});
