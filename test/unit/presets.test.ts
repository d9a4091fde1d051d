import { expect, test } from 'vitest';
import { GUIDE_STEPS, parseLink } from '../../src/experiment/link.ts';
import { PRESET_SKETCHES } from '../../src/experiment/presetSketches.ts';
import { PRESET_GROUPS, PRESETS } from '../../src/experiment/presets.ts';
import { TASK_NAMES, taskOf } from '../../src/experiment/tasks/index.ts';
import { presetsByGroup } from '../../src/page/gallery/groups.ts';
import { sketchLines } from '../../src/page/gallery/sketchLines.ts';
import { watchFor } from '../../src/page/gallery/watchFor.ts';
import { STEPS } from '../../src/page/guide/steps.tsx';

test('the presets cover every task, and each stands in one group of the gallery', () => {
  const tasks = new Set([...PRESETS.values()].map(({ link }) => parseLink(link).experiment.task));
  expect([...tasks].sort()).toEqual([...TASK_NAMES].sort());
  const groups = presetsByGroup();
  expect(groups.map(({ group }) => group)).toEqual([...PRESET_GROUPS]);
  for (const { presets } of groups) expect(presets.length).toBeGreaterThanOrEqual(3);
  const names = groups.flatMap(({ presets }) => presets.map(([name]) => name));
  expect(names.sort()).toEqual([...PRESETS.keys()].sort());
  expect(new Set([...PRESETS.values()].map(({ title }) => title)).size).toBe(PRESETS.size);
});

test.each([...PRESETS])('the sketch of %s is of the preset as it is', (name, { link, steps }) => {
  const { experiment } = parseLink(link);
  const sketch = PRESET_SKETCHES[name];
  expect(sketch, 'run scripts/preset-sketches.ts').toBeDefined();
  if (!sketch) return;
  expect({ link: sketch.link, steps: sketch.steps }, 'run scripts/preset-sketches.ts').toEqual({
    link,
    steps,
  });
  expect(sketch.lanes).toHaveLength(experiment.lanes.length);
  expect(sketch.stops).toHaveLength(experiment.lanes.length);
  const task = taskOf(experiment);
  if (task.data === null) {
    expect(sketch.baseline).toBeCloseTo(task.baseline(experiment, null)?.loss ?? Number.NaN, 3);
  }
  for (const [lane, losses] of sketch.lanes.entries()) {
    for (const loss of losses) expect(loss).toBeGreaterThan(0);
    const stop = sketch.stops[lane] ?? null;
    if (stop === null) expect(losses).toHaveLength(24);
    else expect(stop).toBeLessThanOrEqual(steps);
  }
});

test('twins of Path-SGD have the very same sketch, those of SGD have not', () => {
  const [sgd, rescaledSgd, path, rescaledPath] = PRESET_SKETCHES['feedforward-unbalanced']?.lanes ?? [];
  expect(path).toEqual(rescaledPath);
  expect(sgd).not.toEqual(rescaledSgd);
});

test('a sketch has less loss lower, keeps what is far off at its edge, and ends where a lane stopped', () => {
  const size = { width: 100, height: 50 };
  const { lines, baseline } = sketchLines(
    {
      link: '',
      steps: 100,
      baseline: 1,
      stops: [null, 25],
      lanes: [
        [1e9, 1, 0.1, 0.01],
        [1, 2],
      ],
    },
    size,
  );
  const [long, short] = lines;
  const ys = [...(long?.path.matchAll(/[ML][\d.]+ ([\d.]+)/g) ?? [])].map(([, y]) => Number(y));
  expect(ys).toHaveLength(4);
  expect([...ys].sort((a, b) => a - b)).toEqual(ys);
  expect(ys[1]).toBe(baseline);
  for (const y of ys) expect(y).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ys)).toBeLessThanOrEqual(size.height);
  expect(long?.stopped).toBe(false);
  expect(short?.stopped).toBe(true);
  expect(short?.end.x).toBeLessThan(size.width / 2);
});

test('every step of the guide has a question with an answer, presets that exist and a source', () => {
  expect(STEPS).toHaveLength(GUIDE_STEPS);
  for (const { title, choices, right, preset, further, sources } of STEPS) {
    expect(choices.length, title).toBeGreaterThanOrEqual(2);
    expect(new Set(choices).size).toBe(choices.length);
    expect(choices[right], title).toBeDefined();
    expect(PRESETS.has(preset), preset).toBe(true);
    if (further) expect(PRESETS.has(further.preset), further.preset).toBe(true);
    expect(sources.length).toBeGreaterThan(0);
  }
});

test('an experiment that is no preset has a sentence too, which knows twins and single lanes', () => {
  const sentence = (link: string): string => watchFor(parseLink(link).experiment);
  expect(sentence('lane=sgd')).toMatch(/^First the loss comes to the dashed baseline/);
  expect(sentence('lane=sgd&lane=path')).toMatch(/^Which of the 2 lanes/);
  expect(sentence('lane=sgd&lane=path')).not.toContain('last bit');
  expect(sentence('lane=path&lane=path,unbalance:2')).toContain('to the last bit');
  expect(sentence('lane=path,clip:1&lane=path,clip:1,unbalance:2')).not.toContain('last bit');
  expect(sentence('lane=path&lane=path,unbalance:2,rate:1')).not.toContain('last bit');
  expect(sentence('task=text&lane=sgd&lane=path')).toContain('bits');
  expect(sentence('task=mnist-rows&lane=sgd&lane=path')).toContain('the share of');
});
