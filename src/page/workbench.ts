import { create } from 'zustand';
import { messageOf } from '../engine/engine.ts';
import { foreignSearch } from '../experiment/link/entries.ts';
import { formatLink, parseLink, type View } from '../experiment/link.ts';
import type { LinkMessage } from '../experiment/reading.ts';
import type { Experiment } from '../experiment/schema.ts';
import { taskOf } from '../experiment/tasks/index.ts';
import { withoutCopies } from '../session/page/runData.ts';
import { continueRun, play, preferGpu, prepareRun, readText, useRun } from '../session/page/runStore.ts';
import type { OwnText } from '../session/protocol.ts';
import type { SavedRun } from '../session/store/savedRun.ts';
import { showAddress } from './browser/address.ts';
import { storedText, storeText } from './browser/storage.ts';

/** A message to the visitor. A later notice of the same topic takes the place of an earlier one. */
export interface Notice {
  readonly topic: string;
  readonly kind: 'information' | 'warning';
  readonly lines: readonly string[];
  /** The link that came, where not all of it could be used. */
  readonly link?: string;
}

/** What the visitor has set up: kept apart from the run, which is made of it. */
interface Workbench {
  readonly experiment: Experiment;
  readonly view: View;
  /** Which GPU of a machine with two trains: of this machine, so that no link has it. */
  readonly powerPreference: GPUPowerPreference;
  /** The text that the visitor chose last, for experiments with data=own. */
  readonly ownText: OwnText | null;
  /** The name of the file that is being read as a text, and why the last one did not do. */
  readonly offer: { readonly reading: string | null; readonly problem: string | null };
  /** A saved run that waits for its text. */
  readonly waitingRun: SavedRun | null;
  readonly notices: readonly Notice[];
}

const LINK_TOPIC = 'link';
const { experiment, view } = parseLink('');
const STORED_GPU = 'gpu';
const powerPreference = storedText(STORED_GPU) === 'low-power' ? 'low-power' : 'high-performance';
preferGpu(powerPreference);
const NO_OFFER = { reading: null, problem: null } as const;

export const useWorkbench = create<Workbench>(() => ({
  experiment,
  view,
  powerPreference,
  ownText: null,
  offer: NO_OFFER,
  waitingRun: null,
  notices: [],
}));

const { getState, setState } = useWorkbench;

export function notify(notice: Notice): void {
  setState(({ notices }) => ({
    notices: [...notices.filter(({ topic }) => topic !== notice.topic), notice],
  }));
}

/** Takes a notice back; with the one about a link that came, the link makes way for that of what is set up. */
export function dismiss(topic: string): void {
  setState(({ notices }) => ({ notices: notices.filter((notice) => notice.topic !== topic) }));
  if (topic === LINK_TOPIC) showLink();
}

/** The fragment of the address bar for what is set up. */
export function currentLink(): string {
  const { experiment, view } = getState();
  return formatLink(experiment, view);
}

/** Writes the link of what is set up into the address bar. Whatever an address held before its # is in that link, too. */
function showLink(): void {
  const link = currentLink();
  const { pathname, search } = location;
  showAddress(pathname + foreignSearch(search) + (link === '#' ? '' : link));
}

/**
 * Sets up what a link describes and starts a run of it. What is wrong in the link is shown as a notice with the link itself,
 * which stays in the address bar until the visitor changes something or dismisses the notice.
 * @param text the search part and the fragment of the address
 */
export function openLink(text: string): void {
  const { experiment, view, messages } = parseLink(text);
  const allUsed = messages.length === 0;
  setState({
    experiment,
    view,
    offer: NO_OFFER,
    waitingRun: null,
    notices: allUsed ? [] : [linkNotice(messages, text)],
  });
  if (allUsed) showLink();
  prepareRun(experiment, view.engine, getState().ownText, 0);
  if (view.autoplay) play();
}

/** Sets up a preset and starts a run of it; what the link says of page and engine stays. */
export function openPreset(preset: string): void {
  const { experiment } = parseLink(`preset=${preset}`);
  setState(({ view }) => ({
    experiment,
    view: { ...view, preset },
    offer: NO_OFFER,
    waitingRun: null,
    notices: [],
  }));
  showLink();
  prepareRun(experiment, getState().view.engine, getState().ownText, 0);
}

/**
 * Goes on with a saved run, paused where it stood.
 * @returns whether it does: a notice says why not, and all stays as it was
 */
export function continueSaved(run: SavedRun): boolean {
  const own = run.text && { number: ++offered, file: run.text };
  try {
    continueRun(run, own);
  } catch (error) {
    const message = messageOf(error);
    notify({ topic: 'saved', kind: 'warning', lines: [message] });
    return false;
  }
  setState(({ view }) => ({
    experiment: withoutCopies(run.checkpoint.experiment, run.data.copies),
    view: { ...view, engine: run.engine, preset: null },
    ownText: own ?? getState().ownText,
    waitingRun: useRun.getState().status === 'waiting' ? run : null,
    offer: NO_OFFER,
    notices: [],
  }));
  showLink();
  return true;
}

/** Opens the guide at a step from 1, or closes it; the address bar follows, the run goes on. */
export function showGuide(guide: number | null): void {
  setState(({ view }) => ({ view: { ...view, guide } }));
  showLink();
}

/** Opens a room with settings, or closes it; the address bar follows, the run goes on. */
export function showRoom(room: View['room']): void {
  setState(({ view }) => ({ view: { ...view, room } }));
  showLink();
}

const linkNotice = (messages: readonly LinkMessage[], link: string): Notice => ({
  topic: LINK_TOPIC,
  kind: 'warning',
  lines: ['Parts of this link could not be used:', ...messages.map(({ message }) => message)],
  link,
});

/** Takes over an edited experiment: its run starts again at step 0, and the address bar follows. */
export function edit(experiment: Experiment): void {
  // An edited preset is no longer that preset, and its link says all by itself.
  takeOver({ experiment, view: { ...getState().view, preset: null } }, 'The experiment changed');
}

/** Lets another engine compute: the run starts again at step 0, and the address bar follows. */
export function chooseEngine(engine: View['engine']): void {
  const { experiment, view } = getState();
  takeOver({ experiment, view: { ...view, engine } }, 'The engine changed');
}

/** Lets the other GPU of the machine train: the run starts again at step 0. */
export function chooseGpu(powerPreference: GPUPowerPreference): void {
  preferGpu(powerPreference);
  storeText(STORED_GPU, powerPreference);
  setState({ powerPreference });
  const { experiment, view } = getState();
  takeOver({ experiment, view }, 'The GPU changed');
}

/** Whether the experiment's task can train on a text of the visitor's own. */
export const takesOwnText = (experiment: Experiment): boolean =>
  taskOf(experiment).dataChoices.includes('own');

/** Texts offered so far. */
let offered = 0;

/**
 * Trains on a text of the visitor's own, if it does and no other comes meanwhile: else the run goes on as if nothing had
 * happened, and `offer` says why.
 */
export async function offerFiles(files: FileList | null): Promise<void> {
  const [file, ...others] = files ?? [];
  if (!file) return;
  if (others.length > 0) {
    setState({ offer: { reading: null, problem: `${others.length + 1} files came: it must be one.` } });
    return;
  }
  const ownText: OwnText = { number: ++offered, file };
  setState({ offer: { reading: file.name, problem: null } });
  const problem = await readText(ownText, { ...getState().experiment, data: 'own' });
  if (ownText.number !== offered) return;
  setState({ offer: { reading: null, problem } });
  const { experiment } = getState();
  if (problem === null && takesOwnText(experiment)) {
    const { waitingRun } = getState();
    setState({ ownText, waitingRun: null });
    if (waitingRun && useRun.getState().status === 'waiting') {
      continueRun(waitingRun, ownText);
      return;
    }
    edit({ ...experiment, data: 'own' });
  }
}

function takeOver(setup: Pick<Workbench, 'experiment' | 'view'>, change: string): void {
  const hadSteps = useRun.getState().data.step > 0;
  // What did not do for the experiment before may do for this one.
  setState(({ offer }) => ({ ...setup, offer: { ...offer, problem: null }, waitingRun: null }));
  showLink();
  prepareRun(setup.experiment, setup.view.engine, getState().ownText);
  if (hadSteps) {
    notify({ topic: 'edit', kind: 'information', lines: [`${change}: the run starts again at step 0.`] });
  }
}
