/**
 * Trains presets on the CPU engine and writes what their losses looked like into src/experiment/presetSketches.ts, for
 * the gallery and the guide: npx tsx scripts/preset-sketches.ts [name ...]. Without names it trains them all, which
 * takes some ten minutes on two cores; with names it leaves the other sketches as they are. Prints the held-out
 * loss and measure of each lane, on which the presets' sentences rest.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadData } from '../src/cli/data.ts';
import { laneWorkers } from '../src/cli/laneWorkers.ts';
import { readShaders } from '../src/cli/shaders.ts';
import { createEngine } from '../src/engine/create.ts';
import { METRIC_STEPS } from '../src/engine/engine.ts';
import { formatLane, parseLink } from '../src/experiment/link.ts';
import { PRESET_SKETCHES, type PresetSketchData } from '../src/experiment/presetSketches.ts';
import { PRESETS, type Preset } from '../src/experiment/presets.ts';
import { taskOf } from '../src/experiment/tasks/index.ts';
import { MetricSeries } from '../src/session/page/series.ts';
import { runTool } from './install.mjs';

const POINTS = 24;
/** Digits that a sketch can show. */
const DIGITS = 3;
const FILE = fileURLToPath(new URL('../src/experiment/presetSketches.ts', import.meta.url));

const short = (value: number): number => Number(value.toPrecision(DIGITS));

async function measure(name: string, { link, steps }: Preset): Promise<PresetSketchData> {
  const { experiment } = parseLink(link);
  const data = await loadData(experiment, null);
  const { engine } = await createEngine({
    experiment,
    kind: 'cpu',
    gpu: undefined,
    shaders: readShaders(),
    data,
    workers: laneWorkers,
  });
  const series = experiment.lanes.map(() => ({ loss: new MetricSeries(), metric: new MetricSeries() }));
  const stops: (number | null)[] = experiment.lanes.map(() => null);
  const lanes: number[][] = experiment.lanes.map(() => []);
  for (let point = 1; point <= POINTS; point++) {
    const until = Math.round((point * steps) / POINTS);
    while (engine.step < until) {
      const since = engine.step;
      await engine.train(Math.min(until - since, METRIC_STEPS));
      for (const { lane, step, loss, metric, stopped } of await engine.metrics(since)) {
        series[lane]?.loss.append(step, loss);
        series[lane]?.metric.append(step, metric);
        if (stopped !== null) stops[lane] = step;
      }
    }
    for (const [lane, losses] of lanes.entries()) {
      const smooth = series[lane]?.loss.smooth ?? Number.NaN;
      const stop = stops[lane] ?? null;
      const before = Math.round(((point - 1) * steps) / POINTS);
      // A stopped lane's last point is that of the part of the run in which it stopped.
      if (Number.isFinite(smooth) && (stop === null || stop > before)) losses.push(short(smooth));
    }
  }
  const { lanes: heldOut } = await engine.evaluate();
  console.log(`${name}, ${steps} steps`);
  for (const [index, lane] of experiment.lanes.entries()) {
    const { loss, metric } = heldOut[index] ?? { loss: Number.NaN, metric: Number.NaN };
    const stop = stops[index] ?? null;
    console.log(
      `  ${formatLane(lane, experiment).padEnd(44)} held out ${short(loss)}, ${short(metric)}; training, smoothed ${short(series[index]?.loss.smooth ?? Number.NaN)}, ${short(series[index]?.metric.smooth ?? Number.NaN)}${stop === null ? '' : `; stopped at step ${stop}`}`,
    );
  }
  engine.dispose();
  const baseline = taskOf(experiment).baseline(experiment, data);
  return { link, steps, baseline: baseline && short(baseline.loss), stops, lanes };
}

function write(sketches: Readonly<Record<string, PresetSketchData>>): void {
  const source = readFileSync(FILE, 'utf8');
  const head = source.slice(0, source.indexOf('export const PRESET_SKETCHES'));
  const entries = [...PRESETS.keys()].flatMap((name) => {
    const sketch = sketches[name];
    if (!sketch) return [];
    const { link, steps, baseline, stops, lanes } = sketch;
    const rows = lanes.map((losses) => `      ${JSON.stringify(losses)},`);
    return `  '${name}': {\n    link: '${link}',\n    steps: ${steps},\n    baseline: ${baseline},\n    stops: ${JSON.stringify(stops)},\n    lanes: [\n${rows.join('\n')}\n    ],\n  },`;
  });
  writeFileSync(
    FILE,
    `${head}export const PRESET_SKETCHES: Readonly<Record<string, PresetSketchData>> = {\n${entries.join('\n')}\n};\n`,
  );
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !PRESETS.has(name));
if (unknown.length > 0) {
  console.error(`Not a preset: ${unknown.join(', ')}. There are ${[...PRESETS.keys()].join(', ')}.`);
  process.exit(2);
}
const sketches = { ...PRESET_SKETCHES };
for (const [name, preset] of PRESETS) {
  if (names.length > 0 && !names.includes(name)) continue;
  sketches[name] = await measure(name, preset);
  write(sketches);
}
process.exit(await runTool('@biomejs/biome/bin/biome', ['format', '--write', FILE]));
