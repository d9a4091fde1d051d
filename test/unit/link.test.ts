import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultView, formatLane, formatLink, GUIDE_STEPS, parseLink } from '../../src/experiment/link.ts';
import { PRESETS } from '../../src/experiment/presets.ts';
import { SettingsReader } from '../../src/experiment/roomSettings.ts';
import {
  defaultExperiment,
  defaultLane,
  defaultLanes,
  type Experiment,
  MAX_LANES,
  parseExperiment,
  RANGES,
  type Range,
} from '../../src/experiment/schema.ts';
import { experimentOf, RUNS, viewOf } from './anyExperiment.ts';

const ALL_TASKS =
  'adding, copying, mnist-rows, mnist-pixels, mnist-pixels-permuted, mnist-14x14, mnist-14x14-permuted, mnist-flat or text';

/** Text made of what links are made of, mostly in places where it does not belong. */
const linkLikeText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '#',
        '&',
        '=',
        ',',
        ':',
        '%',
        '%E0%A4%A',
        '%00',
        '+',
        '?',
        '\n',
        '\u202e',
        '\ud800',
        '😀',
      ),
      fc.constantFrom(
        'task',
        'length',
        'hidden',
        'layers',
        'batch',
        'seed',
        'lane',
        'data',
        'hide',
        'preset',
        'v',
      ),
      fc.constantFrom(
        'adding',
        'mnist-rows',
        'sgd',
        'path',
        'path2',
        'rate',
        'clip',
        'dualclip',
        'init',
        'unbalance',
      ),
      fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        'NaN',
        '1e999',
        '-1',
        '0x10',
        'null',
        '[object Object]',
      ),
      fc.constantFrom(...PRESETS.keys()),
      fc.string({ unit: 'binary' }),
      fc.double().map(String),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

test('an empty link is the default experiment', () => {
  for (const text of ['', '#', '  #  ', '?', 'https://example.org/playground/', 'https://example.org/#']) {
    expect(parseLink(text)).toMatchObject({
      experiment: defaultExperiment(),
      view: defaultView,
      messages: [],
    });
  }
  expect(formatLink(defaultExperiment(), defaultView)).toBe('#');
});

test('a link says everything that it may', () => {
  const { experiment, view, messages } = parseLink(
    'task=adding&length=100&hidden=64&layers=2&batch=8&seed=7&terms=3&lane=sgd,rate:0.01,init:identity' +
      '&lane=path2,rate:1e-3,init:orthogonal,momentum:.9,clip:2,dualclip:0,unbalance:3,activation:relu,network:relu,seed:9' +
      '&autoplay=1&embed&hide=lanes&hide=task&engine=cpu&v=1',
  );
  expect(messages).toEqual([]);
  expect(experiment).toEqual({
    task: 'adding',
    length: 100,
    hidden: 64,
    layers: 2,
    batch: 8,
    seed: 7,
    data: 'small',
    terms: 3,
    lanes: [
      { ...defaultLane('sgd', { task: 'adding', length: 100, seed: 7 }), rate: 0.01, init: 'identity' },
      {
        optimizer: 'path2',
        rate: 0.001,
        init: 'orthogonal',
        momentum: 0.9,
        decay: 0,
        clip: 2,
        dualclip: 0,
        unbalance: 3,
        activation: 'relu',
        network: 'relu',
        seed: 9,
      },
    ],
  });
  expect(view).toEqual({
    autoplay: true,
    embed: true,
    hide: ['lanes', 'task'],
    preset: null,
    guide: null,
    room: null,
    engine: 'cpu',
  });
});

test('a room opens with its settings; what is wrong with them is named, and of a room that is none all is left out', () => {
  const text = 'room=lookup,f:sin(2%2C%3A3)%26x,cells:16';
  const { view, messages } = parseLink(text);
  expect(view.room).toEqual({ name: 'lookup', settings: { f: 'sin(2,:3)&x', cells: '16' } });
  expect(messages).toEqual([]);
  expect(parseLink(formatLink(defaultExperiment(), view)).view).toEqual(view);
  const wrong = parseLink('room=moments,inputs:6,inputs:7,%zz:1,9:1,units:4');
  expect(wrong.view.room).toEqual({ name: 'moments', settings: { inputs: '6', units: '4' } });
  expect(wrong.messages.map(({ message }) => message)).toEqual([
    'room: inputs is given more than once: it must be given once; it is left out',
    'room has the setting "%zz:1": % must be followed by valid hex digits; it is left out',
    'room has the setting "9:1": it must be name:value with a name of letters and digits; it is left out',
  ]);
  const none = parseLink('room=cellar,a:1');
  expect(none.view.room).toBeNull();
  expect(none.messages.map(({ problem }) => problem)).toEqual([
    'room is "cellar": it must be reachability, moments or lookup',
  ]);
});

test('settings of a room are read by the rule of links', () => {
  const reader = new SettingsReader({ cells: '300', kind: 'curve', f: 'x', colour: 'red' });
  expect(reader.number('cells', { min: 1, max: 100, integer: true }, 16)).toBe(100);
  expect(reader.number('bits', { min: 1, max: 8 }, 4)).toBe(4);
  expect(reader.choice('kind', ['image', 'text'], 'image')).toBe('image');
  expect(reader.text('f', 10, '')).toBe('x');
  expect(reader.messages().map(({ message }) => message)).toEqual([
    'cells is "300": it must be a whole number from 1 to 100; 100 is used instead',
    'kind is "curve": it must be image or text; image is used instead',
    '"colour" is not a setting of this room: it has cells, bits, kind, f; it is left out',
  ]);
});

test('the guide opens at the step that a link names, at the nearest one where there is none', () => {
  expect(parseLink('guide=3').view.guide).toBe(3);
  expect(formatLink(defaultExperiment(), { ...defaultView, guide: 3 })).toBe('#guide=3');
  const { view, messages } = parseLink('guide=99');
  expect(view.guide).toBe(GUIDE_STEPS);
  expect(messages.map(({ key }) => key)).toEqual(['guide']);
});

test('defaults follow from length, seed and task', () => {
  const long = parseLink('length=100&seed=5&lane=path').experiment;
  expect(long.lanes).toEqual([defaultLane('path', { task: 'adding', length: 100, seed: 5 })]);
  expect(long.lanes[0]?.rate).toBe(0.001);
  expect(parseLink('length=100&seed=5').experiment.lanes).toEqual(
    defaultLanes({ task: 'adding', length: 100, seed: 5 }),
  );
  expect(parseLink('task=mnist-rows').experiment).toMatchObject({ length: 28, data: 'small' });
  expect(parseLink('task=mnist-rows&data=full').experiment.data).toBe('full');
  expect(parseLink('task=copying').experiment.length).toBe(20);
  expect(parseLink('task=mnist-14x14-permuted').experiment.length).toBe(196);
  expect(parseLink('task=text').experiment).toMatchObject({ length: 50, data: 'moby-dick' });
  expect(parseLink('task=text&data=own').experiment.data).toBe('own');
  const flat = parseLink('task=mnist-flat');
  expect(flat.messages).toEqual([]);
  expect(flat.experiment).toMatchObject({ length: 1, terms: 2 });
  expect(flat.experiment.lanes.map(({ network }) => network)).toEqual(['feedforward', 'feedforward']);
  expect(parseExperiment(flat.experiment)).toEqual(flat.experiment);
});

test('links are short, in a fixed order of keys and with the shortest numbers', () => {
  const { experiment, view } = parseLink(
    'engine=cpu&preset=&lane=path&lane=sgd,seed:0x1,unbalance:2,rate:00.50&seed=3&hidden=5&length=5e1&autoplay=1',
  );
  expect(formatLink(experiment, view)).toBe(
    '#length=50&hidden=5&seed=3&lane=path&lane=sgd,rate:0.5,unbalance:2&autoplay=1&engine=cpu',
  );
  expect(formatLane(defaultLane('path', defaultExperiment()), defaultExperiment())).toBe('path');
  expect(
    formatLane(
      { ...defaultLane('path', defaultExperiment()), init: 'identity', rate: 1e-7 },
      defaultExperiment(),
    ),
  ).toBe('path,rate:1e-7,init:identity');
});

test('commas and colons may be escaped, and a whole address will do', () => {
  const link = 'https://example.org/a/?b=c#lane=path%2Crate%3A0.5&hidden=8';
  expect(parseLink(link)).toEqual(parseLink('lane=path,rate:0.5&hidden=8'));
  expect(parseLink(link).messages).toEqual([]);
});

describe('presets', () => {
  test.each([...PRESETS])('%s parses without a message and says what to look for', (name, preset) => {
    const plain = parseLink(preset.link);
    expect(plain.messages).toEqual([]);
    expect(parseLink(`preset=${name}`)).toEqual({ ...plain, view: { ...defaultView, preset: name } });
    expect(formatLink(plain.experiment, { ...defaultView, preset: name })).toBe(`#preset=${name}`);
    expect(parseExperiment(plain.experiment)).toEqual(plain.experiment);
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(preset.title.length).toBeGreaterThan(5);
    expect(preset.lookFor).toMatch(/\.$/);
  });

  test("a link's other keys override those of its preset, all lanes together", () => {
    const { experiment, messages } = parseLink('preset=mnist-rows&hidden=16&lane=path2');
    expect(messages).toEqual([]);
    expect(experiment).toMatchObject({ task: 'mnist-rows', hidden: 16, lanes: [{ optimizer: 'path2' }] });
    expect(parseLink('preset=length-20&task=mnist-rows')).toMatchObject({
      messages: [],
      experiment: { length: 28 },
    });
    expect(parseLink('preset=length-20&task=adding').experiment.length).toBe(20);
  });

  test('a name that is none is refused', () => {
    const { view, messages } = parseLink('preset=constructor');
    expect(view.preset).toBeNull();
    expect(messages[0]?.message).toMatch(/^preset is "constructor": it must be .*mnist-rows/);
  });
});

describe('what is wrong gets a message and the nearest allowed value', () => {
  const messageOf = (link: string): string[] => parseLink(link).messages.map(({ message }) => message);

  const numbers: [string, keyof Experiment, number, string][] = [
    [
      'length=5000',
      'length',
      1000,
      'length is "5000": it must be a whole number from 4 to 1000; 1000 is used instead',
    ],
    ['length=0', 'length', 4, 'length is "0": it must be a whole number from 4 to 1000; 4 is used instead'],
    [
      'hidden=1e999',
      'hidden',
      256,
      'hidden is "1e999": it must be a whole number from 4 to 256; 256 is used instead',
    ],
    [
      'hidden=20.4',
      'hidden',
      20,
      'hidden is "20.4": it must be a whole number from 4 to 256; 20 is used instead',
    ],
    ['layers=NaN', 'layers', 1, 'layers is "NaN": it must be a whole number from 1 to 3; 1 is used instead'],
    ['batch=', 'batch', 32, 'batch is "": it must be a whole number from 1 to 256; 32 is used instead'],
    [
      'batch=0x10',
      'batch',
      32,
      'batch is "0x10": it must be a whole number from 1 to 256; 32 is used instead',
    ],
    ['seed=-1', 'seed', 0, 'seed is "-1": it must be a whole number from 0 to 4294967295; 0 is used instead'],
    [
      'seed=4294967296',
      'seed',
      4294967295,
      'seed is "4294967296": it must be a whole number from 0 to 4294967295; 4294967295 is used instead',
    ],
  ];
  test.each(numbers)('%s', (link, key, used, message) => {
    expect(parseLink(link).experiment[key]).toBe(used);
    expect(messageOf(link)).toEqual([message]);
  });

  const others: [string, string][] = [
    [
      'task=coping',
      `task is "coping" (did you mean copying?): it must be ${ALL_TASKS}; adding is used instead`,
    ],
    ['task=__proto__', `task is "__proto__": it must be ${ALL_TASKS}; adding is used instead`],
    [
      'task=mnist-flat&length=2',
      'length is "2", but does not apply to mnist-flat: it has a length of its own, 1; it is left out',
    ],
    ['task=copying&length=9', 'length is "9": it must be a whole number from 10 to 500; 10 is used instead'],
    ['task=%E0%A4%A', 'task is "%E0%A4%A": % must be followed by valid hex digits; it is left out'],
    [
      'task=mnist-rows&length=50',
      'length is "50", but does not apply to mnist-rows: it has a length of its own, 28; it is left out',
    ],
    ['data=full', 'data is "full", but does not apply to adding: it makes its own sequences; it is left out'],
    ['task=text&data=full', 'data is "full": it must be moby-dick or own; moby-dick is used instead'],
    ['hidden=8&hidden=9', 'hidden is given 2 times: it must be given once; the first is used'],
    [
      'lane=adamw',
      'lane 1 has the optimizer "adamw" (did you mean adam?): it must be sgd, path, path2, adagrad, rmsprop or adam; the lane is left out',
    ],
    [
      'lane=sgd,decay:0',
      'lane 1: decay is "0", but does not apply to sgd: only rmsprop and adam keep a decaying mean of squared gradients; it is left out',
    ],
    [
      'lane=adam,activation:tanh,unbalance:2',
      'lane 1: unbalance is "2", but does not apply to activation tanh: only ReLU units can be rescaled without changing the function; 0 is used instead',
    ],
    [
      'task=mnist-rows&terms=3',
      'terms is "3", but does not apply to mnist-rows: only adding has marked numbers; it is left out',
    ],
    ['length=4&terms=5', 'terms is 5: a sequence of 4 steps has room for at most 4; 4 is used instead'],
    [
      'lane=path,rate:0',
      'lane 1: rate is "0": it must be a number above 0, at most 100; 0.001 is used instead',
    ],
    [
      'lane=path,rate:0,01,init:identity',
      'lane 1: rate is "0,01": it must be a number above 0, at most 100, with a point for the decimals; 0.001 is used instead',
    ],
    ['length=50,0', 'length is "50,0": it must be a whole number from 4 to 1000; 100 is used instead'],
    [
      'lane=path,0.5',
      'lane 1 has the setting "0.5": it must be name:value with the name rate, init, momentum, decay, clip, dualclip, unbalance, activation, network or seed; it is left out',
    ],
    [
      'lane=sgd,rat:1',
      'lane 1 has the setting "rat:1" (did you mean rate?): it must be name:value with the name rate, init, momentum, decay, clip, dualclip, unbalance, activation, network or seed; it is left out',
    ],
    [
      'lane=path&lane=path,momentum:1',
      'lane 2: momentum is "1": it must be a number from 0 to 0.999; 0.999 is used instead',
    ],
    [
      'lane=sgd,dualclip:1',
      'lane 1: dualclip is "1", but does not apply to sgd: only path and path2 have a dual norm; it is left out',
    ],
    [
      'lane=path,learning-rate:1',
      'lane 1 has the setting "learning-rate:1": it must be name:value with the name rate, init, momentum, decay, clip, dualclip, unbalance, activation, network or seed; it is left out',
    ],
    [
      'lane=path,seed:2,seed:3',
      'lane 1: seed is given more than once: it must be given once; the first is used',
    ],
    [
      'lane=path,activation:tanh',
      'lane 1: activation is "tanh", but does not apply to path: the path geometry is that of ReLU, whose units can be rescaled; relu is used instead',
    ],
    ['v=2', 'v is "2": it must be 1; 1 is used instead'],
    ['autoplay=yes', 'autoplay is "yes": it must be 1 or 0; 0 is used instead'],
    [
      'hide=a_b',
      'hide is "a_b": it must be a name of lower-case letters, digits and hyphens; it is left out',
    ],
  ];
  test.each(others)('%s', (link, message) => {
    expect(messageOf(link)).toEqual([message]);
    expect(parseExperiment(parseLink(link).experiment)).toBeTruthy();
  });

  test('an unknown key is named', () => {
    for (const key of ['colour', '__proto__', 'constructor', '%E0%A4%A']) {
      const [message, ...more] = parseLink(`${key}=1&hidden=8`).messages;
      expect(more).toEqual([]);
      expect(message?.key).toBe(key);
      expect(message?.message).toContain(`"${key}" is not a key: it must be v, task, length,`);
    }
  });

  test.each([
    ['lenght', 'length'],
    ['hiden', 'hidden'],
    ['lanes', 'lane'],
    ['Presets', 'preset'],
  ])('of the unknown key %s the nearest one is named', (key, nearest) => {
    const [message, ...more] = parseLink(`hidden=8&${key}=50`).messages;
    expect(more).toEqual([]);
    expect(message?.message).toMatch(
      new RegExp(`^"${key}" is not a key \\(did you mean ${nearest}\\?\\): it must be v, task,`, 'i'),
    );
  });

  test('only as many lanes as there may be', () => {
    const { experiment, messages } = parseLink(`#${'lane=path&'.repeat(40)}`);
    expect(experiment.lanes).toHaveLength(MAX_LANES);
    expect(messages.map(({ message }) => message)).toEqual([
      'lane is given 40 times: it may be given at most 16 times; the first 16 are used',
    ]);
  });

  test('long links have few messages, and keep what stands first', () => {
    const size = 100_000;
    const texts = [
      'x'.repeat(size),
      '%'.repeat(size),
      `length=${'9'.repeat(size)}`,
      `lane=path${',rate:0.1'.repeat(size / 9)}`,
      'lane=path&'.repeat(size / 10),
      Array.from({ length: size / 8 }, (_, index) => `k${index}=1`).join('&'),
      `lane=${Array.from({ length: size / 8 }, (_, index) => `s${index}:1`).join(',')}`,
    ];
    for (const text of texts) {
      const { experiment, messages } = parseLink(`hidden=9&${text}`);
      expect(parseExperiment(experiment).hidden).toBe(9);
      expect(messages.length).toBeGreaterThan(0);
      expect(messages.length).toBeLessThanOrEqual(13);
      for (const { key, message } of messages) {
        expect(key.length).toBeLessThanOrEqual(40);
        expect(message.length).toBeLessThan(400);
      }
    }
  });
});

describe('properties', () => {
  test('every experiment and view comes back from its link exactly, without a message', () => {
    fc.assert(
      fc.property(experimentOf, viewOf, (experiment, view) => {
        expect(parseExperiment(experiment)).toEqual(experiment);
        const link = formatLink(experiment, view);
        expect(link).toMatch(/^#[\w.,:=&+%!~*()'-]*$/);
        expect(parseLink(link)).toEqual({ experiment, view, messages: [], mended: false });
        expect(parseLink(encodeURI(link.slice(1))).experiment).toEqual(experiment);
      }),
      RUNS,
    );
  });

  test('any text gives an experiment of the schema, and its link the same one', () => {
    fc.assert(
      fc.property(fc.oneof(linkLikeText, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
        const { experiment, view, messages } = parseLink(text);
        expect(parseExperiment(experiment)).toEqual(experiment);
        expect(parseLink(formatLink(experiment, view))).toEqual({
          experiment,
          view,
          messages: [],
          mended: false,
        });
        for (const { key, problem, message } of messages) {
          expect(problem.length).toBeGreaterThan(0);
          expect(message).toContain(problem);
          expect(key).not.toBe('');
        }
      }),
      RUNS,
    );
  });

  test('a number out of its range is named, quoted and brought to the nearest end', () => {
    const keys = ['length', 'hidden', 'layers', 'batch', 'seed'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.double({ noNaN: true }), (key, value) => {
        const { min, max } = key === 'length' ? { min: 4, max: 1000 } : RANGES[key];
        fc.pre((value < min || value > max) && Number.isFinite(value));
        const { experiment, messages } = parseLink(`${key}=${encodeURIComponent(value)}`);
        expect(experiment[key]).toBe(value < min ? min : max);
        expect(messages).toHaveLength(1);
        expect(messages[0]?.key).toBe(key);
        expect(messages[0]?.message).toContain(`${key} is "${value}"`);
        expect(messages[0]?.message).toContain(`from ${min} to ${max}`);
      }),
      RUNS,
    );
  });

  test("a lane's number out of its range is named, quoted and brought to an allowed one", () => {
    const keys = ['rate', 'momentum', 'clip', 'dualclip', 'unbalance', 'seed'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.double({ noNaN: true }), (key, value) => {
        const { min, max }: Range = RANGES[key];
        fc.pre((value < min || value > max) && Number.isFinite(value));
        const { experiment, messages } = parseLink(`lane=path2,${key}:${value}`);
        const nearest =
          key === 'rate' && value < min
            ? defaultLane('path2', defaultExperiment()).rate
            : value < min
              ? min
              : max;
        expect(experiment.lanes[0]?.[key]).toBe(nearest);
        expect(messages).toHaveLength(1);
        expect(messages[0]?.key).toBe('lane');
        expect(messages[0]?.message).toContain(`lane 1: ${key} is "${value}"`);
      }),
      RUNS,
    );
  });

  test('an unknown key or setting is named whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,12}$/), fc.stringMatching(/^[a-z]{1,12}$/), (key, setting) => {
        const keys =
          'v task length hidden layers batch seed lane data autoplay embed hide preset guide engine room'.split(
            ' ',
          );
        fc.pre(!keys.includes(key) && !(setting in defaultLane('sgd', defaultExperiment())));
        const { messages } = parseLink(`${key}=1&lane=sgd,${setting}:1`);
        expect(messages.map(({ key }) => key)).toEqual([key, 'lane']);
        expect(messages[0]?.message).toContain(`"${key}" is not a key`);
        expect(messages[1]?.message).toContain(`"${setting}:1"`);
      }),
      RUNS,
    );
  });
});
