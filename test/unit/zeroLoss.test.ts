import { describe, expect, test } from 'vitest';
import { parseLink } from '../../src/experiment/link.ts';
import { taskOf } from '../../src/experiment/tasks/index.ts';
import { explainZeroLoss } from '../../src/page/zeroLossText.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { columnsOf } from '../../src/session/protocol.ts';

const measureOf = (link: string) => {
  const { experiment } = parseLink(link);
  return taskOf(experiment).measure(experiment);
};
const ZERO = { step: 1812, metric: 1, gradientNorm: 0, pathNormLog2: 3 };

describe('a loss of exactly 0', () => {
  test('is noted at the first step that has it, with what else was measured', () => {
    const data = new RunData(2);
    const lineOf = (step: number, lane: number, loss: number) => ({
      ...{ step, lane, loss, metric: step / 10, gradientNorm: step, pathNormLog2: -step, stopped: null },
    });
    data.addMetrics(columnsOf([lineOf(1, 0, 0.5), lineOf(1, 1, 1e-300)]), 1, 1, 1);
    expect(data.lanes.map(({ zeros }) => zeros.first)).toEqual([null, null]);
    data.addMetrics(columnsOf([lineOf(2, 0, 0), lineOf(2, 1, -1e-300), lineOf(3, 0, 0)]), 3, 1, 2);
    expect(data.lanes.map(({ zeros }) => zeros.first)).toEqual([
      { step: 2, metric: 0.2, gradientNorm: 2, pathNormLog2: -2 },
      null,
    ]);
    const restored = RunData.restored(data.save());
    expect(restored.lanes[0]?.zeros.first).toBeNull();
  });

  test.each([
    [
      'copying',
      /^The loss was exactly 0 at step 1,812: .*right, with a probability that rounds to 1\..*the gradient was 0 too\.$/,
    ],
    [
      'adding',
      /^The loss was exactly 0 at step 1,812: .*was exactly its target\..*the gradient was 0 too\.$/,
    ],
  ])('of right answers, %s', (task, text) => {
    expect(explainZeroLoss(ZERO, measureOf(`task=${task}`), 'webgpu')).toMatch(text);
  });

  test('of right characters, with what is left of the gradient', () => {
    const zero = { ...ZERO, metric: 0, gradientNorm: 6.67e-16 };
    expect(explainZeroLoss(zero, measureOf('task=text'), 'cpu')).toMatch(/gradient norm was 6\.67e-16\.$/);
  });

  test.each([
    ['webgpu', /driver that returns zeros looks the same/],
    ['cpu', /answer\.$/],
  ] as const)('of a dead network, on %s', (engine, text) => {
    const zero = { ...ZERO, pathNormLog2: Number.NEGATIVE_INFINITY };
    const explained = explainZeroLoss(zero, measureOf('task=mnist-rows'), engine);
    expect(explained).toMatch(/path norm: no path .* dead network/);
    expect(explained).toMatch(text);
  });

  test.each([
    ['webgpu', /driver may be returning zeros: let Engine be CPU/],
    ['cpu', /fault of this page/],
  ] as const)('that its measure contradicts, on %s', (engine, text) => {
    const explained = explainZeroLoss({ ...ZERO, metric: 0 }, measureOf('task=adding'), engine);
    expect(explained).toMatch(/contradicts its answers within 0\.04 \(0\.0 %\)/);
    expect(explained).toMatch(text);
  });
});
