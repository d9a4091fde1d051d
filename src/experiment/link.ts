import { PRESETS } from './presets.ts';
import { decode, type LinkMessage, listOf, Messages, quote, readChoice, readNumber } from './reading.ts';
import { formatRoom, parseRoom, type RoomLink } from './room.ts';
import {
  ACTIVATIONS,
  defaultExperiment,
  defaultLane,
  defaultLanes,
  type Experiment,
  hiddenRange,
  INITIALISATIONS,
  type Lane,
  type LaneContext,
  MAX_LANES,
  misfitsOf,
  type NetworkName,
  networksOf,
  OPTIMIZERS,
  type OptimizerName,
  RANGES,
  type Range,
  STARTS,
  sizeMisfits,
} from './schema.ts';
import { TASK_NAMES, taskOf } from './tasks/index.ts';

/** What a visitor may choose to compute on. */
export const ENGINE_CHOICES = ['auto', 'webgpu', 'cpu'] as const;

/** The part of a link that only a page heeds. */
export interface View {
  readonly autoplay: boolean;
  readonly embed: boolean;
  /** Names of controls not to show: lower-case letters, digits and hyphens. */
  readonly hide: readonly string[];
  /** Name of the preset that the experiment is, or differs from by what the link says beside it. */
  readonly preset: string | null;
  /** The open step of the guide, from 1; null where it is closed. */
  readonly guide: number | null;
  readonly engine: (typeof ENGINE_CHOICES)[number];
  /** The open room with its settings, which the room itself checks; null where none is open. */
  readonly room: RoomLink | null;
}

export const defaultView: View = {
  autoplay: false,
  embed: false,
  hide: [],
  preset: null,
  guide: null,
  engine: 'auto',
  room: null,
};

/** Steps of the page's guide. */
export const GUIDE_STEPS = 9;

/** Keys whose change does not depend on another key, in the order of a link. */
const NUMBER_KEYS = ['length', 'hidden', 'layers', 'batch', 'seed', 'terms'] as const;
const REPEATABLE = ['lane', 'hide'];
const KEYS = [
  'v',
  'task',
  ...NUMBER_KEYS,
  'lane',
  'data',
  'autoplay',
  'embed',
  'hide',
  'preset',
  'guide',
  'engine',
  'room',
] as const;

const LANE_NUMBERS = ['rate', 'momentum', 'decay', 'clip', 'dualclip', 'unbalance', 'seed'] as const;
const LANE_SETTINGS = Object.keys(defaultLane('path', defaultExperiment())).filter(
  (name) => name !== 'optimizer',
);

/** Longer than any link that `formatLink` makes: what comes after is not read. */
const MAX_LINK_LENGTH = 16_384;
const MAX_HIDE = 32;
const HIDE_NAME = /^[a-z0-9-]{1,40}$/;

/** Values of each key, in the order in which they came. */
type Entries = Map<string, string[]>;

function readEntries(text: string, messages: Messages): Entries {
  // A whole address counts by what stands behind its #.
  let rest = text.trim().replace(/^https?:\/\/[^#]*/i, '');
  if (rest.startsWith('#')) rest = rest.slice(1);
  if (rest.length > MAX_LINK_LENGTH) {
    const problem = `link has ${rest.length} characters: it may have at most ${MAX_LINK_LENGTH}`;
    messages.add('link', problem, 'what comes after them is left out');
    const cut = rest.lastIndexOf('&', MAX_LINK_LENGTH);
    rest = rest.slice(0, Math.max(0, cut));
  }
  const entries: Entries = new Map();
  for (const part of rest.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const rawKey = equals < 0 ? part : part.slice(0, equals);
    const rawValue = equals < 0 ? '' : part.slice(equals + 1);
    const key = decode(rawKey);
    // A room's settings may hold what parts them: it decodes each by itself.
    const value = key === 'room' ? rawValue : decode(rawValue);
    if (key === null || !(KEYS as readonly string[]).includes(key)) {
      const name = quote(key ?? rawKey);
      messages.add(
        (key ?? rawKey).slice(0, 40) || 'link',
        `${name} is not a key: it must be ${listOf(KEYS)}`,
        'it is left out',
      );
    } else if (value === null) {
      messages.add(
        key,
        `${key} is ${quote(rawValue)}: % must be followed by valid hex digits`,
        'it is left out',
      );
    } else {
      const values = entries.get(key);
      if (values) values.push(value);
      else entries.set(key, [value]);
    }
  }
  for (const [key, values] of entries) {
    if (values.length > 1 && !REPEATABLE.includes(key)) {
      messages.add(key, `${key} is given ${values.length} times: it must be given once`, 'the first is used');
    }
  }
  return entries;
}

/** A lane, or null where its optimizer is not one. */
function readLane(messages: Messages, text: string, number: number, context: LaneContext): Lane | null {
  const [name = '', ...settings] = text.split(',');
  const optimizer = OPTIMIZERS.find((candidate) => candidate === name);
  if (optimizer === undefined) {
    messages.add(
      'lane',
      `lane ${number} has the optimizer ${quote(name)}: it must be ${listOf(OPTIMIZERS)}`,
      'the lane is left out',
    );
    return null;
  }
  const lane: Lane = defaultLane(
    optimizer,
    context,
    readNetwork(messages, optimizer, settings, number, context),
  );
  const seen = new Set<string>();
  for (const setting of settings) {
    const colon = setting.indexOf(':');
    const key = colon < 0 ? setting : setting.slice(0, colon);
    const value = colon < 0 ? '' : setting.slice(colon + 1);
    const label = `lane ${number}: ${key}`;
    if (!LANE_SETTINGS.includes(key)) {
      messages.add(
        'lane',
        `lane ${number} has the setting ${quote(setting)}: it must be name:value with the name ${listOf(LANE_SETTINGS)}`,
        'it is left out',
      );
      continue;
    }
    if (seen.has(key)) {
      messages.add('lane', `${label} is given more than once: it must be given once`, 'the first is used');
      continue;
    }
    seen.add(key);
    // Whatever its value, a setting that says nothing beside this optimizer is a mistake.
    if (key === 'dualclip' || key === 'decay') {
      const misfit = misfitsOf({ ...lane, [key]: 1 }).find((one) => one.setting === key);
      if (misfit) {
        messages.add('lane', `${label} is ${quote(value)}, but ${misfit.reason}`, 'it is left out');
        continue;
      }
    }
    const numberKey = LANE_NUMBERS.find((candidate) => candidate === key);
    if (numberKey)
      lane[numberKey] = readNumber(messages, 'lane', label, value, RANGES[numberKey], lane[numberKey]);
    if (key === 'init') {
      const starts = lane.network === 'urnn' ? STARTS : INITIALISATIONS;
      lane.init = readChoice(messages, 'lane', label, value, starts, lane.init);
    }
    if (key === 'activation') {
      lane.activation = readChoice(messages, 'lane', label, value, ACTIVATIONS, lane.activation);
    }
  }
  for (const { setting, reason, neutral } of misfitsOf(lane)) {
    const problem = `lane ${number}: ${setting} is ${quote(String(lane[setting]))}, but ${reason}`;
    messages.add('lane', problem, `${neutral} is used instead`);
    Object.assign(lane, { [setting]: neutral });
  }
  return lane;
}

/** The network that a lane names, on which its defaults depend; the task's own where it names none that it can have. */
function readNetwork(
  messages: Messages,
  optimizer: OptimizerName,
  settings: readonly string[],
  number: number,
  context: LaneContext,
): NetworkName {
  const networks = networksOf(context.task);
  const named = settings.find((setting) => setting.split(':')[0] === 'network');
  if (named === undefined) return networks[0];
  const value = named.slice('network:'.length);
  const label = `lane ${number}: network of ${context.task}`;
  const network = readChoice(messages, 'lane', label, value, networks, networks[0]);
  const misfit = misfitsOf(defaultLane(optimizer, context, network)).find(
    ({ setting }) => setting === 'network',
  );
  if (!misfit) return network;
  const problem = `lane ${number}: network is ${quote(value)}, but ${misfit.reason}`;
  messages.add('lane', problem, `${networks[0]} is used instead`);
  return networks[0];
}

function readExperiment(entries: Entries, messages: Messages): Experiment {
  const first = (key: string): string | undefined => entries.get(key)?.[0];

  const task = first('task');
  const experiment = defaultExperiment(
    task === undefined ? undefined : readChoice(messages, 'task', 'task', task, TASK_NAMES, 'adding'),
  );
  const { name, lengthRange, hasTerms, dataChoices } = taskOf(experiment);
  for (const key of NUMBER_KEYS) {
    const text = first(key);
    if (text === undefined) continue;
    if (key === 'length' && lengthRange === null) {
      const problem = `length is ${quote(text)}, but does not apply to ${name}: it has a length of its own, ${experiment.length}`;
      messages.add('length', problem, 'it is left out');
      continue;
    }
    if (key === 'terms' && !hasTerms) {
      const problem = `terms is ${quote(text)}, but does not apply to ${name}: only adding has marked numbers`;
      messages.add('terms', problem, 'it is left out');
      continue;
    }
    let range: Range = RANGES[key];
    if (key === 'length' && lengthRange) range = { ...lengthRange, integer: true };
    // What the lanes allow, whose messages come later.
    if (key === 'hidden') range = hiddenRange(readLanes(entries, new Messages(), experiment));
    experiment[key] = readNumber(messages, key, key, text, range, experiment[key]);
  }
  if (hasTerms && experiment.terms > experiment.length) {
    const problem = `terms is ${experiment.terms}: a sequence of ${experiment.length} steps has room for at most ${experiment.length}`;
    messages.add('terms', problem, `${experiment.length} is used instead`);
    experiment.terms = experiment.length;
  }
  const data = first('data');
  if (data !== undefined && dataChoices.length === 0) {
    const problem = `data is ${quote(data)}, but does not apply to ${name}: it makes its own sequences`;
    messages.add('data', problem, 'it is left out');
  } else if (data !== undefined) {
    experiment.data = readChoice(messages, 'data', 'data', data, dataChoices, experiment.data);
  }

  experiment.lanes = readLanes(entries, messages, experiment);
  for (const { key, problem, nearest } of sizeMisfits(experiment)) {
    messages.add(key, problem, `${nearest} is used instead`);
    experiment[key] = nearest;
  }
  return experiment;
}

/** The lanes of a link; those of a fresh experiment where it names none that can be used. */
function readLanes(entries: Entries, messages: Messages, context: LaneContext): Lane[] {
  const laneTexts = entries.get('lane') ?? [];
  if (laneTexts.length > MAX_LANES) {
    const problem = `lane is given ${laneTexts.length} times: it may be given at most ${MAX_LANES} times`;
    messages.add('lane', problem, `the first ${MAX_LANES} are used`);
  }
  const lanes = laneTexts
    .slice(0, MAX_LANES)
    .map((text, index) => readLane(messages, text, index + 1, context))
    .filter((lane) => lane !== null);
  return lanes.length > 0 ? lanes : defaultLanes(context);
}

function readView(entries: Entries, messages: Messages): View {
  const first = (key: string): string | undefined => entries.get(key)?.[0];
  const readSwitch = (key: string): boolean => {
    const text = first(key);
    // A bare key switches on.
    return (
      text !== undefined && readChoice(messages, key, key, text === '' ? '1' : text, ['1', '0'], '0') === '1'
    );
  };
  const hide: string[] = [];
  for (const name of entries.get('hide') ?? []) {
    if (!HIDE_NAME.test(name)) {
      const problem = `hide is ${quote(name)}: it must be a name of lower-case letters, digits and hyphens`;
      messages.add('hide', problem, 'it is left out');
    } else if (hide.length >= MAX_HIDE && !hide.includes(name)) {
      messages.add(
        'hide',
        `hide has more than ${MAX_HIDE} names: that many are allowed`,
        'the first are used',
      );
    } else if (!hide.includes(name)) {
      hide.push(name);
    }
  }
  const engine = first('engine');
  const guide = first('guide');
  const room = first('room');
  return {
    autoplay: readSwitch('autoplay'),
    embed: readSwitch('embed'),
    hide,
    preset: first('preset') ?? null,
    guide:
      guide === undefined
        ? null
        : readNumber(messages, 'guide', 'guide', guide, { min: 1, max: GUIDE_STEPS, integer: true }, 1),
    engine:
      engine === undefined
        ? 'auto'
        : readChoice(messages, 'engine', 'engine', engine, ENGINE_CHOICES, 'auto'),
    room: room === undefined ? null : parseRoom(room, messages),
  };
}

/** The link's entries over those of the preset that it names, if it names one. */
function withPreset(entries: Entries, messages: Messages): Entries {
  const name = entries.get('preset')?.[0];
  if (name === undefined) return entries;
  const preset = PRESETS.get(name);
  if (!preset) {
    messages.add(
      'preset',
      `preset is ${quote(name)}: it must be ${listOf([...PRESETS.keys()])}`,
      'it is left out',
    );
    const rest = new Map(entries);
    rest.delete('preset');
    return rest;
  }
  const base = readEntries(preset.link, messages);
  const task = entries.get('task')?.[0];
  if (task !== undefined && task !== (base.get('task')?.[0] ?? defaultExperiment().task)) {
    // What another task has no use for is not the link's mistake.
    base.delete('length');
    base.delete('data');
    base.delete('terms');
  }
  return new Map([...base, ...entries]);
}

/**
 * Reads a link. Never throws: what a link does not say is at its default, what it says wrongly is at the nearest
 * allowed value (or left out), each with a message. A link may name a preset: its other keys then override those of
 * the preset, all lanes together.
 * @param text a fragment with or without its `#`, or a whole address
 */
export function parseLink(text: string): {
  experiment: Experiment;
  view: View;
  messages: LinkMessage[];
} {
  const messages = new Messages();
  const entries = withPreset(readEntries(text, messages), messages);
  const version = entries.get('v')?.[0];
  if (version !== undefined) readChoice(messages, 'v', 'v', version, ['1'], '1');
  const experiment = readExperiment(entries, messages);
  const view = readView(entries, messages);
  return { experiment, view, messages: messages.all() };
}

/**
 * A lane as links write it: the optimizer, then the settings that differ from that optimizer's defaults.
 * @param context the experiment, on which the defaults depend
 */
export function formatLane(lane: Lane, context: LaneContext): string {
  const defaults = defaultLane(lane.optimizer, context, lane.network);
  const network = networksOf(context.task)[0];
  const settings = (Object.keys(defaults) as (keyof Lane)[])
    .filter((key) => key !== 'optimizer' && lane[key] !== (key === 'network' ? network : defaults[key]))
    .map((key) => `,${key}:${lane[key]}`);
  return lane.optimizer + settings.join('');
}

const sameLanes = (left: readonly Lane[], right: readonly Lane[], context: LaneContext): boolean =>
  left.length === right.length &&
  left.every((lane, index) => {
    const other = right[index];
    return other !== undefined && formatLane(lane, context) === formatLane(other, context);
  });

/**
 * The link of an experiment, with only what differs from the defaults or from the preset that the view names:
 * `parseLink` gives back the same experiment and view.
 * @param experiment one that the schema accepts
 * @returns `#...`, or `#` alone where nothing differs
 */
export function formatLink(experiment: Experiment, view: View): string {
  const preset = view.preset !== null && PRESETS.has(view.preset) ? [`preset=${view.preset}`] : [];
  /** The experiment of the link so far, with what follows from its task, length and seed. */
  const parsed = (items: readonly string[]): Experiment =>
    parseLink([...items, ...preset].join('&')).experiment;

  const items: string[] = [];
  if (parsed(items).task !== experiment.task) items.push(`task=${experiment.task}`);
  const base = parsed(items);
  for (const key of NUMBER_KEYS) {
    if (experiment[key] !== base[key]) items.push(`${key}=${experiment[key]}`);
  }
  const { lanes } = experiment;
  if (!sameLanes(lanes, parsed(items).lanes, experiment)) {
    items.push(...lanes.map((lane) => `lane=${formatLane(lane, experiment)}`));
  }
  if (experiment.data !== base.data) items.push(`data=${experiment.data}`);

  if (view.autoplay) items.push('autoplay=1');
  if (view.embed) items.push('embed=1');
  items.push(...view.hide.map((name) => `hide=${name}`), ...preset);
  if (view.guide !== null) items.push(`guide=${view.guide}`);
  if (view.engine !== 'auto') items.push(`engine=${view.engine}`);
  if (view.room !== null) items.push(`room=${formatRoom(view.room)}`);
  return `#${items.join('&')}`;
}
