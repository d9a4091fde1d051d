import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  BadInputError,
  engineKind,
  HelpRequest,
  numberIn,
  readArguments,
  textPath,
} from '../../src/cli/arguments.ts';
import { formatDuration } from '../../src/cli/progress.ts';
import { readShaders } from '../../src/cli/shaders.ts';
import { unitaryPermutation } from '../../src/engine/initialise.ts';
import { matricesOf } from '../../src/engine/layout.ts';
import { parseLink } from '../../src/experiment/link.ts';
import {
  type Command,
  type Result,
  resultOf,
  runCommand as run,
  startCommand as start,
  textOf,
} from './commands.ts';

/** Whole numbers to a hundred, as a flag may ask for them. */
const HUNDRED = { min: 1, max: 100, integer: true } as const;

/** A line of output: which of its fields there are depends on the kind of line. */
interface Line {
  readonly step: number;
  readonly lane: number;
  readonly loss?: number;
  readonly metric?: number;
  readonly gradientNorm?: number;
  readonly pathNormLog2?: number;
  readonly msPerStep?: number;
  readonly stopped?: string;
  readonly text?: string;
  readonly heldOut?: { readonly loss: number; readonly metric: number };
}

/** All lines but the first. */
const linesOf = ({ stdout }: Result): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'path-sgd-cli-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const TINY = 'length=6&hidden=4&batch=3';

describe('train', () => {
  test('prints the experiment and engine, then measures every so many steps and at the end, then held-out ones', async () => {
    const file = join(directory, 'run.jsonl');
    const link = `${TINY}&lane=sgd&lane=path,rate:0.001`;
    const result = await run(
      'train',
      link,
      '--steps=25',
      '--every',
      '10',
      '--evaluate',
      '20',
      '--engine',
      'cpu',
      '--out',
      file,
    );
    expect(result.code).toBe(0);
    const [first = ''] = result.stdout.split('\n');
    expect(JSON.parse(first)).toEqual({
      experiment: parseLink(link).experiment,
      engine: {
        kind: 'cpu',
        name: availableParallelism() > 1 ? 'float32, WebAssembly, 2 workers' : 'float32, WebAssembly',
        software: false,
      },
    });
    const lines = linesOf(result);
    expect(lines.map(({ step, lane, heldOut }) => [step, lane, heldOut !== undefined])).toEqual([
      [10, 0, false],
      [10, 1, false],
      [20, 0, false],
      [20, 1, false],
      [20, 0, true],
      [20, 1, true],
      [25, 0, false],
      [25, 1, false],
    ]);
    for (const line of lines) {
      if (line.heldOut) {
        expect(Object.keys(line)).toEqual(['step', 'lane', 'heldOut']);
        expect(line.heldOut.loss).toBeGreaterThan(0);
        expect(line.heldOut.metric).toBeGreaterThanOrEqual(0);
      } else {
        expect(Object.keys(line)).toEqual(
          'step lane loss metric gradientNorm pathNormLog2 msPerStep'.split(' '),
        );
        expect(Object.values(line).every((value) => Number.isFinite(value))).toBe(true);
      }
    }
    expect(readFileSync(file, 'utf8')).toBe(result.stdout);
    expect(result.stderr).toMatch(/Engine: cpu/);
    expect(result.stderr).toMatch(/step 25 of 25, loss \S+ \S+, \S+ steps\/s\n$/);
  });

  test('numbers do not depend on what is printed or evaluated, nor on lanes beside', async () => {
    const [often, seldom] = await Promise.all([
      run(
        'train',
        `${TINY}&lane=path`,
        '--steps',
        '12',
        '--every',
        '1',
        '--evaluate',
        '2',
        '--engine',
        'cpu',
      ),
      run(
        'train',
        `${TINY}&lane=sgd&lane=path`,
        '--steps',
        '12',
        '--every',
        '4',
        '--evaluate',
        '0',
        '--engine',
        'cpu',
      ),
    ]);
    const lossesOf = (result: Result, lane: number): Map<number, number | undefined> =>
      new Map(
        linesOf(result)
          .filter((line) => line.lane === lane && line.heldOut === undefined)
          .map(({ step, loss }) => [step, loss]),
      );
    const all = lossesOf(often, 0);
    expect([...all.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([...lossesOf(seldom, 1)]).toEqual([4, 8, 12].map((step) => [step, all.get(step)]));
    expect(linesOf(seldom).some(({ heldOut }) => heldOut)).toBe(false);
  });

  test('a lane whose loss is not finite prints why, once, and the others go on', async () => {
    const link = `${TINY}&lane=sgd,rate:100,clip:0&lane=sgd`;
    const result = await run(
      'train',
      link,
      '--steps',
      '300',
      '--every',
      '50',
      '--evaluate',
      '100',
      '--engine',
      'cpu',
    );
    expect(result.code).toBe(0);
    const lines = linesOf(result);
    const stops = lines.filter(({ stopped }) => stopped !== undefined);
    expect(stops).toHaveLength(1);
    expect(Object.keys(stops[0] as Line)).toEqual(['step', 'lane', 'stopped']);
    expect(stops[0]).toMatchObject({ lane: 0, stopped: expect.stringContaining('not finite') });
    expect(lines.slice(lines.indexOf(stops[0] as Line) + 1).every(({ lane }) => lane === 1)).toBe(true);
    expect(lines.filter(({ lane, heldOut }) => lane === 1 && heldOut)).toHaveLength(3);
    expect(lines.at(-1)?.step).toBe(300);
  });

  test('where every lane has stopped it is done', async () => {
    const result = await run(
      'train',
      `${TINY}&lane=sgd,rate:100,clip:0`,
      '--steps',
      '4000000000',
      '--engine',
      'cpu',
    );
    expect(result.code).toBe(0);
    expect(linesOf(result).at(-1)?.stopped).toContain('not finite');
    expect(result.stderr).toMatch(/Every lane has stopped/);
  });

  test('a closed pipe ends it quietly', async () => {
    const child = start('train', [TINY, '--steps', '4000000000', '--every', '1', '--engine', 'cpu']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const code = new Promise<number | null>((resolve) => child.on('close', resolve));
    const stderr = await textOf(child.stderr);
    expect(await code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error|at /);
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is an error', async () => {
    const result = await run('train', TINY, '--steps', '4', '--engine', 'cpu', '--out', '/dev/full');
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/ENOSPC/);
  });
});

describe('bad input ends with exit code 2, a message and no output', () => {
  const cases: [string, Command, string[], RegExp][] = [
    [
      'a link',
      'train',
      ['length=3&colour=red'],
      /^"colour" is not a key: .*\nlength is "3": it must be a whole number from 4 to 1000\n$/,
    ],
    [
      'a flag',
      'train',
      ['', '--stesp', '5'],
      /^--stesp is not a flag: it must be --steps, --every, --evaluate, --text, --generate, --temperature, --engine or --out\nUsage: npm run -s train/,
    ],
    [
      'a file that cannot be written',
      'train',
      ['', '--out', '/nonexistent/run.jsonl'],
      /^--out is "\/nonexistent\/run.jsonl": it must be a file that can be written/,
    ],
    [
      'no step to inspect',
      'inspect',
      [''],
      /^--step is missing: it must be a whole number from 1 to 4294967295\nUsage: npm run -s inspect/,
    ],
  ];
  test.each(cases)('%s', async (_, command, args, message) => {
    const result = await run(command, ...args);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(message);
  });
});

describe('arguments', () => {
  const read = (...args: string[]) => readArguments(args, ['steps', 'out'], 'usage');

  test('are one link or preset and flags, in any order', () => {
    const { experiment } = parseLink('preset=mnist-rows');
    expect(read('--steps', '5', 'mnist-rows', '--out=a=b')).toEqual({
      experiment,
      flags: { steps: '5', out: 'a=b' },
    });
    expect(read('#preset=mnist-rows')).toEqual({ experiment, flags: {} });
    expect(read('').experiment).toEqual(parseLink('').experiment);
  });

  test.each([
    [[], /^No link: it must be one link or the name of a preset/],
    [
      ['unbalance'],
      /^"unbalance" is neither a preset nor a link \(did you mean unbalanced\?\)\. Presets are .*mnist-rows/,
    ],
    [['a', 'b'], /^2 links: it must be one/],
    [['', '--step', '5'], /^--step is not a flag: it must be --steps or --out/],
    [['', '-s', '5'], /^-s is not a flag/],
    [['', '--steps'], /^--steps has no value/],
    [['', '--steps', '1', '--steps', '2'], /^--steps is given more than once/],
    [['constructor'], /^"constructor" is neither a preset nor a link\. Presets/],
  ])('%j is refused', (args, message) => {
    expect(() => read(...args)).toThrow(BadInputError);
    expect(() => read(...args)).toThrow(message);
  });

  test('may be a link that was mangled on its way, which is said', () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(read('“https://example.org/?Length=50&amp;lane=path”.').experiment).toEqual(
      parseLink('length=50&lane=path').experiment,
    );
    expect(written.mock.calls).toEqual([
      ['The link was mangled on its way. It is read as #length=50&lane=path\n'],
    ]);
    written.mockRestore();
  });

  test('may ask for help', () => {
    expect(() => read('--help')).toThrow(HelpRequest);
  });

  test.each(['-3', '1.5', '', '1e3', '0', '101', 'NaN', '0x10'])(
    '"%s" is no whole number from 1 to 100',
    (text) => {
      expect(() => numberIn('steps', text, HUNDRED)).toThrow(
        `--steps is "${text}": it must be a whole number from 1 to 100`,
      );
    },
  );

  test('numbers and engines that are allowed', () => {
    expect(numberIn('steps', '100', HUNDRED)).toBe(100);
    expect([engineKind(undefined), engineKind('cpu'), engineKind('webgpu')]).toEqual([
      'auto',
      'cpu',
      'webgpu',
    ]);
    expect(() => engineKind('gpu')).toThrow('--engine is "gpu": it must be webgpu or cpu');
  });
});

describe('the text of data=own', () => {
  const own = parseLink('task=text&data=own').experiment;

  test('is asked for where it is missing, and refused where it says nothing', () => {
    expect(textPath(own, 'a.txt')).toBe('a.txt');
    expect(textPath(parseLink('').experiment, undefined)).toBeNull();
    expect(() => textPath(own, undefined)).toThrow(BadInputError);
    expect(() => textPath(own, undefined)).toThrow(/^--text is missing: data=own needs/);
    expect(() => textPath(parseLink('task=text').experiment, 'a.txt')).toThrow(
      '--text is "a.txt", but the data here are moby-dick: it goes with task=text&data=own',
    );
    expect(() => textPath(parseLink('').experiment, 'a.txt')).toThrow('but the task here is adding');
  });

  test.each(['', '-1', '2.1', 'NaN', '1e0', 'warm'])('"%s" is no temperature', (text) => {
    expect(() => numberIn('temperature', text, { min: 0, max: 2 })).toThrow(
      `--temperature is "${text}": it must be a number from 0 to 2`,
    );
  });

  test('temperatures', () => {
    expect(['0', '0.75', '.5', '2'].map((text) => numberIn('temperature', text, { min: 0, max: 2 }))).toEqual(
      [0, 0.75, 0.5, 2],
    );
  });
});

test('durations', () => {
  expect([0.4, 59.4, 59.6, 200, 3599.7, 7500].map(formatDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min 0 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
  ]);
});

test('shaders come by their path below shaders/', () => {
  const shaders = readShaders();
  expect(Object.keys(shaders)).toContain('tasks/adding.wgsl');
  expect(shaders['tasks/adding.wgsl']).toBe(readFileSync('shaders/tasks/adding.wgsl', 'utf8'));
});

/** Numbers of a dump with their shape. */
interface Dumped {
  readonly shape: number[];
  readonly data: number[];
  readonly log2?: number | number[];
}

interface Dump {
  readonly experiment: unknown;
  readonly step: number;
  readonly batch: {
    readonly inputs: Dumped;
    readonly targets: Dumped;
    readonly loss: string;
    readonly readout: string;
  };
  readonly lanes: (Record<'gammaIn' | 'gammaOut', Dumped> &
    Record<'before' | 'gradient' | 'kappa1' | 'kappa2' | 'after', Record<string, Dumped>> & {
      readonly loss: number;
      readonly decay?: number;
      readonly initial?: Dumped[];
    })[];
}

const sizeOf = ({ shape }: Dumped): number => shape.reduce((product, size) => product * size, 1);

describe('inspect', () => {
  test('dumps the parameters of a uRNN by name, and no path quantities', async () => {
    const link = 'length=6&hidden=8&batch=3&lane=rmsprop,network:urnn,seed:4&lane=sgd';
    const { code, stdout } = await run('inspect', link, '--step', '1', '--engine', 'cpu');
    expect(code).toBe(0);
    const [lane, other] = (JSON.parse(stdout) as Dump).lanes;
    expect(Object.keys(lane ?? {}).join(' ')).toBe(
      'optimizer rate momentum decay clip dualclip network permutation loss before gradient after',
    );
    expect(lane).toMatchObject({ network: 'urnn', permutation: [...unitaryPermutation(8, 4)] });
    for (const part of ['before', 'gradient', 'after'] as const) {
      const shapes = Object.entries(lane?.[part] ?? {}).map(([name, { shape }]) => [name, shape]);
      expect(Object.fromEntries(shapes)).toEqual({
        'W_in.1': [16, 2],
        'theta.1': [3, 8],
        'v.1': [2, 16],
        'b.1': [8],
        'h_0.1': [16],
        W_out: [1, 16],
        b_out: [1],
      });
    }
    expect(Object.keys(other ?? {})).toContain('kappa1');
  });

  test('dumps everything about a step, as train reaches it', async () => {
    const link = 'length=6&hidden=5&layers=2&batch=3&lane=sgd,rate:0.5,momentum:0.5&lane=path2,unbalance:2';
    const file = join(directory, 'dump.json');
    const [third, fourth, trained] = await Promise.all([
      run('inspect', link, '--step', '3', '--engine', 'cpu', '--out', file),
      run('inspect', link, '--step', '4', '--engine', 'cpu'),
      run('train', link, '--steps', '4', '--every', '1', '--engine', 'cpu'),
    ]);
    expect([third.code, fourth.code, third.stdout]).toEqual([0, 0, '']);
    expect(fourth.stdout.trimEnd()).not.toContain('\n');
    const dump = JSON.parse(readFileSync(file, 'utf8')) as Dump;
    const next = JSON.parse(fourth.stdout) as Dump;

    expect(Object.keys(dump)).toEqual(['experiment', 'step', 'batch', 'lanes']);
    expect(dump.experiment).toEqual(parseLink(link).experiment);
    expect(dump.step).toBe(3);
    expect(dump.batch).toMatchObject({
      inputs: { shape: [6, 3, 2] },
      targets: { shape: [3, 1] },
      loss: 'squared',
      readout: 'last',
    });
    expect(dump.lanes).toHaveLength(2);
    expect(dump.lanes[0]).toMatchObject({
      optimizer: 'sgd',
      rate: 0.5,
      momentum: 0.5,
      decay: 0,
      clip: 1,
      dualclip: 0,
      activation: 'relu',
    });
    expect(Object.keys(dump.lanes[1] ?? {})).toEqual(
      'optimizer rate momentum decay clip dualclip activation loss before gradient kappa1 kappa2 gammaIn gammaOut after'.split(
        ' ',
      ),
    );

    const shapes = Object.fromEntries(
      matricesOf({ network: 'relu', inputs: 2, outputs: 1, hidden: 5, layers: 2, recurrent: true }).map(
        ({ name, shape }) => [name, shape],
      ),
    );
    for (const [index, lane] of dump.lanes.entries()) {
      for (const part of ['before', 'gradient', 'kappa1', 'kappa2', 'after'] as const) {
        const matrices = lane[part];
        expect(
          Object.fromEntries(Object.entries(matrices).map(([name, { shape }]) => [name, shape])),
        ).toEqual(shapes);
        const scaled = part.startsWith('kappa');
        for (const matrix of Object.values(matrices)) {
          expect(matrix.data).toHaveLength(sizeOf(matrix));
          expect(matrix.data.every((value) => Math.fround(value) === value)).toBe(true);
          expect(Number.isInteger(matrix.log2)).toBe(scaled);
        }
      }
      for (const gamma of [lane.gammaIn, lane.gammaOut]) {
        expect(gamma.shape).toEqual([2, 6, 5]);
        expect(gamma.data).toHaveLength(60);
        expect(gamma.log2).toHaveLength(60);
        expect((gamma.log2 as number[]).every(Number.isInteger)).toBe(true);
        expect(gamma.data.some((value) => value > 0)).toBe(true);
      }
      const lossAt = (step: number): number | undefined =>
        linesOf(trained).find((line) => line.step === step && line.lane === index)?.loss;
      expect(lane.loss).toBe(lossAt(3));
      expect(next.lanes[index]?.loss).toBe(lossAt(4));
      expect(next.lanes[index]?.before).toEqual(lane.after);
      expect(lane.after).not.toEqual(lane.before);
    }
  });

  test('a classification batch has class numbers', async () => {
    const result = await run('inspect', 'task=mnist-rows&hidden=4&batch=2', '--step', '1', '--engine', 'cpu');
    expect(result.code).toBe(0);
    const { batch, lanes } = JSON.parse(result.stdout) as Dump;
    expect(batch).toMatchObject({
      inputs: { shape: [28, 2, 28] },
      targets: { shape: [2] },
      loss: 'softmax',
      readout: 'last',
    });
    expect(batch.inputs.data).toHaveLength(28 * 2 * 28);
    expect(batch.targets.data.every((value) => Number.isInteger(value) && value >= 0 && value < 10)).toBe(
      true,
    );
    expect(lanes[0]?.before.W_out?.shape).toEqual([10, 4]);
  });
});

describe('a text of the user', () => {
  const link = 'task=text&data=own&length=5&hidden=4&batch=2&lane=adam&lane=path,rate:0.1';
  let file: string;
  beforeAll(() => {
    file = join(directory, 'own.txt');
    writeFileSync(file, 'to be or not to be, that is the question\n'.repeat(50));
  });
  const train = (...args: string[]) => run('train', link, '--engine', 'cpu', ...args);

  test('is trained on, and each lane writes text at every evaluation and at the end, the same each time', async () => {
    const args = ['--steps', '15', '--evaluate', '10', '--generate', '30', '--text', file];
    const [result, again, cold] = await Promise.all([
      train(...args),
      train(...args),
      train(...args, '--temperature', '0'),
    ]);
    expect(result.code).toBe(0);
    const textsOf = (of: Result): Line[] => linesOf(of).filter(({ text }) => text !== undefined);
    const texts = textsOf(result);
    expect(texts.map(({ step, lane }) => [step, lane])).toEqual([
      [10, 0],
      [10, 1],
      [15, 0],
      [15, 1],
    ]);
    for (const line of texts) {
      expect(Object.keys(line)).toEqual(['step', 'lane', 'text']);
      expect(line.text).toMatch(/^[a-z,\s]{30}$/);
    }
    expect(textsOf(again)).toEqual(texts);
    expect(textsOf(cold)).not.toEqual(texts);
    const losses = linesOf(result).filter(({ loss }) => loss !== undefined);
    for (const { loss = 0, metric = 0 } of losses) expect(metric * Math.LN2).toBeCloseTo(loss, 5);
  });

  test('what a step starts from is dumped where it is carried', async () => {
    const at = (step: string) =>
      run('inspect', link, '--text', file, '--step', step, '--engine', 'cpu').then(
        ({ stdout }) => JSON.parse(stdout) as Dump,
      );
    const [first, second] = await Promise.all([at('1'), at('2')]);
    expect(first.lanes.map(({ initial }) => initial)).toEqual([undefined, undefined]);
    expect(first.batch.targets.shape).toEqual([5, 2]);
    expect(first.lanes.map(({ decay }) => decay)).toEqual([0.999, 0]);
    for (const { initial } of second.lanes) {
      expect(initial?.map(({ shape }) => shape)).toEqual([[2, 4]]);
      expect(initial?.[0]?.data.some((value) => value > 0)).toBe(true);
    }
  });

  test('that does not do ends with exit code 2 and what would do', async () => {
    const binary = join(directory, 'binary.bin');
    writeFileSync(binary, Buffer.alloc(5000, 0xff));
    const short = join(directory, 'short.txt');
    writeFileSync(short, 'ab'.repeat(600));
    const [missing, absent, folder, bytes, tooShort, noText] = await Promise.all([
      train(),
      train('--text', join(directory, 'absent.txt')),
      train('--text', directory),
      train('--text', binary),
      run('train', 'task=text&data=own&batch=256', '--text', short, '--engine', 'cpu'),
      run('train', '', '--generate', '10', '--engine', 'cpu'),
    ]);
    const results = [missing, absent, folder, bytes, tooShort, noText];
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(Array(6).fill([2, '']));
    expect(missing.stderr).toMatch(/^--text is missing/);
    expect(absent.stderr).toMatch(/absent\.txt cannot be read .*give the path of a text file/);
    expect(folder.stderr).toMatch(/cannot be read/);
    expect(bytes.stderr).toMatch(/"binary\.bin" is not a UTF-8 text/);
    expect(tooShort.stderr).toMatch(/too short for batch 256 and length 50.*at most/);
    expect(noText.stderr).toMatch(/^--generate is "10", but the task here is adding/);
    for (const { stderr } of results) expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe('WebGPU in Node', () => {
  const train = [TINY, '--steps', '40', '--every', '10', '--evaluate', '20'];
  const hint = /There is no WebGPU adapter\. Install|The package webgpu cannot be loaded/;

  test('trains where there is an adapter, to the losses of the CPU engine, else says what to install', async () => {
    // Dawn falls silent when its object is collected: collect as often as can be.
    const collect = ['--expose-gc', '--import', 'data:text/javascript,setInterval(() => gc(), 100).unref()'];
    const [gpu, cpu] = await Promise.all([
      resultOf(start('train', [...train, '--engine', 'webgpu'], { nodeArgs: collect })),
      run('train', ...train, '--engine', 'cpu'),
    ]);
    if (gpu.code === 1) {
      expect(gpu.stderr).toMatch(hint);
      expect(gpu.stdout).toBe('');
      return;
    }
    expect(gpu.code).toBe(0);
    expect(JSON.parse(gpu.stdout.split('\n')[0] as string)).toMatchObject({ engine: { kind: 'webgpu' } });
    const expected = linesOf(cpu);
    const lines = linesOf(gpu);
    expect(lines.map(({ step, lane }) => [step, lane])).toEqual(
      expected.map(({ step, lane }) => [step, lane]),
    );
    for (const [index, { loss, heldOut }] of lines.entries()) {
      const other = expected[index] as Line;
      const [actual, wanted] = [heldOut?.loss ?? loss, other.heldOut?.loss ?? other.loss] as [number, number];
      expect(Math.abs(actual / wanted - 1)).toBeLessThan(1e-2);
    }
  });

  // Elsewhere the driver is the system's own, whatever the environment says.
  test.runIf(process.platform === 'linux')(
    'without an adapter, webgpu exits 1 and says what to install; no wish gets the CPU engine',
    async () => {
      // Names no driver, whatever the machine has.
      const env = { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' };
      const [wanted, any] = await Promise.all([
        resultOf(start('train', [...train, '--engine', 'webgpu'], { env })),
        resultOf(start('train', train, { env })),
      ]);
      expect([wanted.code, wanted.stdout]).toEqual([1, '']);
      expect(wanted.stderr).toMatch(hint);
      expect(any.code).toBe(0);
      expect(any.stderr).toMatch(hint);
      expect(JSON.parse(any.stdout.split('\n')[0] as string)).toMatchObject({ engine: { kind: 'cpu' } });
    },
  );
});
