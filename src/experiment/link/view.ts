import { quote } from '../quote.ts';
import { type Messages, readChoice, readNumber } from '../reading.ts';
import { parseRoom, type RoomLink } from '../room.ts';
import type { Entries } from './entries.ts';

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

const MAX_HIDE = 32;
const HIDE_NAME = /^[a-z0-9-]{1,40}$/;

/** The part of a link that only a page heeds; what is wrong in it gets a message. */
export function readView(entries: Entries, messages: Messages): View {
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
