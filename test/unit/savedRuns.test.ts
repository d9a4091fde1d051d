import { describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { everything, runCsv, toJson } from '../../src/page/charts/tables.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { USUAL_SMOOTHING } from '../../src/session/page/series.ts';
import { columnsOf } from '../../src/session/protocol.ts';
import { type RunRecord, recordRun } from '../../src/session/store/runRecord.ts';

const { experiment } = parseLink('hidden=8&batch=4&lane=sgd&lane=path');
const NAMES = ['SGD, rate 0.01', 'the "other"'];

function record(): RunRecord {
  const data = new RunData(2);
  const line = (step: number, lane: number, loss: number) => ({
    ...{ step, lane, loss, metric: 0.25, gradientNorm: 3, stopped: null },
    // Beyond what a floating-point number holds as it is.
    pathNormLog2: lane === 0 ? 1 : 2000,
  });
  data.addMetrics(
    columnsOf([line(1, 0, 1 / 3), line(1, 1, 1), line(2, 0, 0.5), line(2, 1, Number.NaN)]),
    2,
    9,
    0.5,
  );
  data.addEvaluation({
    step: 2,
    lanes: [
      { loss: 0.125, metric: 0.75 },
      { loss: Number.NaN, metric: 0 },
    ],
  });
  return recordRun({
    experiment,
    data,
    engine: { kind: 'cpu', name: 'float32', software: false },
    stops: [{ lane: 1, step: 2, reason: 'the loss is not finite' }],
  });
}

/** The fields of the lines, as far as no field has a comma in it. */
const linesOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/"[^"]*, [^"]*"/g, 'quoted').split(','));

describe('runCsv', () => {
  test('has a line for every kept point of every lane, with all quantities', () => {
    const saved = record();
    const csv = runCsv(saved, NAMES, everything(saved, USUAL_SMOOTHING));
    const [head = [], ...lines] = linesOf(csv);
    expect(head.slice(0, 11)).toEqual([
      ...['lane', 'name', 'set', 'first_step', 'step', 'examples', 'seconds'],
      ...['loss', 'loss_min', 'loss_max', 'loss_smoothed_0.98'],
    ]);
    expect(head).toHaveLength(7 + 4 * 4);
    for (const line of lines) expect(line).toHaveLength(head.length);
    const column = (name: string): (string | undefined)[] => lines.map((line) => line[head.indexOf(name)]);
    expect(column('lane')).toEqual(['0', '0', '0', '1', '1', '1']);
    expect(column('set')).toEqual(['training', 'training', 'held out', 'training', 'training', 'held out']);
    expect(column('step')).toEqual(['1', '2', '2', '1', '2', '2']);
    expect(column('examples')).toEqual(['4', '8', '8', '4', '8', '8']);
    expect(column('seconds')).toEqual(['0.25', '0.5', '0.5', '0.25', '0.5', '0.5']);
    // What is not finite is no number of a table.
    expect(column('loss')).toEqual(['0.333333333', '0.5', '0.125', '1', '', '']);
    expect(column('pathNormLog2')).toEqual(['1', '1', '', '2000', '2000', '']);
    expect(csv).toContain('"SGD, rate 0.01"');
    expect(csv).toContain('"the ""other"""');
  });

  test('of one chart has its quantity and its lanes only', () => {
    const csv = runCsv(record(), NAMES, { quantities: ['gradientNorm'], lanes: [1], smoothing: 0 });
    const [head, ...lines] = linesOf(csv);
    expect(head?.at(-1)).toBe('gradientNorm_smoothed_0.5');
    expect(head).toHaveLength(7 + 4);
    expect(lines.map((line) => [line[0], line[2], line[4]])).toEqual([
      ['1', 'training', '1'],
      ['1', 'training', '2'],
    ]);
  });
});

describe('toJson', () => {
  test('a run comes back with everything that defines it', () => {
    const saved = record();
    const back = JSON.parse(toJson(saved)) as RunRecord;
    expect(back.format).toBe('path-sgd-playground run');
    expect(back.version).toBe(1);
    expect(back.experiment).toEqual(experiment);
    expect(parseLink(back.link).experiment).toEqual(experiment);
    expect([back.engine, back.step, back.clock, back.stops]).toEqual([
      saved.engine,
      saved.step,
      saved.clock,
      saved.stops,
    ]);
    expect(back.lanes[0]?.loss.linear[0]?.mean).toBe(0.333333333);
    expect(back.lanes[1]?.pathNormLog2.log).toHaveLength(2);
    expect(back.evaluations[0]?.lanes[0]).toEqual({ loss: 0.125, metric: 0.75 });
    expect(back.evaluations[0]?.lanes[1]?.loss).toBeNull();
  });
});
