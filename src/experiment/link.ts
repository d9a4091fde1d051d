import { type Entries, NUMBER_KEYS, readEntries } from './link/entries.ts';
import { mendings } from './link/mend.ts';
import { readView, type View } from './link/view.ts';
import { didYouMean } from './nearestName.ts';
import { PRESETS } from './presets.ts';
import { quote } from './quote.ts';
import { type LinkMessage, listOf, Messages, readChoice, readNumber } from './reading.ts';
import { formatRoom } from './room.ts';
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

export { defaultView, ENGINE_CHOICES, GUIDE_STEPS, type View } from './link/view.ts';

const LANE_NUMBERS = ['rate', 'momentum', 'decay', 'clip', 'dualclip', 'unbalance', 'seed'] as const;
const LANE_SETTINGS = Object.keys(defaultLane('path', defaultExperiment())).filter(
  (name) => name !== 'optimizer',
);

/** A lane, or null where its optimizer is not one. */
function readLane(messages: Messages, text: string, number: number, context: LaneContext): Lane | null {
  const [name = ''] = text.split(',', 1);
  // A comma before a digit is that of a decimal number: the message about it shows the number whole.
  const settings = text === name ? [] : text.slice(name.length + 1).split(/,(?!\d)/);
  const optimizer = OPTIMIZERS.find((candidate) => candidate === name);
  if (optimizer === undefined) {
    messages.add(
      'lane',
      `lane ${number} has the optimizer ${quote(name)}${didYouMean(name, OPTIMIZERS)}: it must be ${listOf(OPTIMIZERS)}`,
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
        `lane ${number} has the setting ${quote(setting)}${didYouMean(key, LANE_SETTINGS)}: it must be name:value with the name ${listOf(LANE_SETTINGS)}`,
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

/** The link's entries over those of the preset that it names, if it names one. */
function withPreset(entries: Entries, messages: Messages): Entries {
  const name = entries.get('preset')?.[0];
  if (name === undefined) return entries;
  const preset = PRESETS.get(name);
  if (!preset) {
    messages.add(
      'preset',
      `preset is ${quote(name)}${didYouMean(name, [...PRESETS.keys()])}: it must be ${listOf([...PRESETS.keys()])}`,
      'it is left out',
    );
    const rest = new Map(entries);
    rest.delete('preset');
    return rest;
  }
  const { entries: base } = readEntries(preset.link, messages);
  const task = entries.get('task')?.[0];
  if (task !== undefined && task !== (base.get('task')?.[0] ?? defaultExperiment().task)) {
    // What another task has no use for is not the link's mistake.
    base.delete('length');
    base.delete('data');
    base.delete('terms');
  }
  return new Map([...base, ...entries]);
}

/** What a link says. */
export interface ReadLink {
  readonly experiment: Experiment;
  readonly view: View;
  /** What could not be used of it, and what is used instead. */
  readonly messages: LinkMessage[];
  /** Whether the text had to be mended to be read. */
  readonly mended: boolean;
}

/**
 * Reads a link. Never throws: what a link does not say is at its default, what it says wrongly is at the nearest
 * allowed value (or left out), each with a message. A link may name a preset: its other keys then override those of
 * the preset, all lanes together. A link that was mangled on its way is mended; one that reads well as it is never is.
 * @param text a fragment with or without its `#`, a search part with its `?`, both, or a whole address
 */
export function parseLink(text: string): ReadLink {
  let best = readAs(text);
  for (const mended of isWhole(best) ? [] : mendings(text)) {
    const other = { ...readAs(mended), mended: true };
    if (readsBetter(other, best)) best = other;
    if (isWhole(best)) break;
  }
  const { experiment, view, messages, mended } = best;
  return { experiment, view, messages, mended };
}

/** A reading of a text, and how much of the text it uses. */
interface Reading extends ReadLink {
  /** Messages, those included that are too many to show. */
  readonly problems: number;
  /** Values of keys that were found. */
  readonly found: number;
  /** Whether a search part was left to the host of the page. */
  readonly unread: boolean;
}

const isWhole = ({ problems, unread }: Reading): boolean => problems === 0 && !unread;

function readsBetter(one: Reading, other: Reading): boolean {
  if (one.unread !== other.unread) return other.unread;
  return one.problems < other.problems || (one.problems === other.problems && one.found > other.found);
}

/** Reads a link just as it stands. */
function readAs(text: string): Reading {
  const messages = new Messages();
  const { entries: own, unread } = readEntries(text, messages);
  const entries = withPreset(own, messages);
  const version = entries.get('v')?.[0];
  if (version !== undefined) readChoice(messages, 'v', 'v', version, ['1'], '1');
  const experiment = readExperiment(entries, messages);
  const view = readView(entries, messages);
  const found = [...own.values()].reduce((sum, values) => sum + values.length, 0);
  return {
    experiment,
    view,
    messages: messages.all(),
    mended: false,
    problems: messages.count,
    found,
    unread,
  };
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
