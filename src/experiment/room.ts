import { didYouMean } from './nearestName.ts';
import { quote } from './quote.ts';
import { decode, listOf, type Messages } from './reading.ts';

/** The rooms beside the playground, each a neighbour of Path-SGD in the literature. */
export const ROOMS = ['reachability', 'moments', 'lookup'] as const;

/** An open room and its settings by their names, as a link gives them: the room checks them. */
export interface RoomLink {
  readonly name: (typeof ROOMS)[number];
  readonly settings: Readonly<Record<string, string>>;
}

const MAX_SETTINGS = 32;
const MAX_VALUE_LENGTH = 2000;
const SETTING_NAME = /^[a-z][a-z0-9]{0,39}$/i;

/** Half a character cannot be encoded. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/**
 * Settings as links and the command line write them, `name:value,name:value`, each value as `encodeURIComponent` makes it. A
 * comma that no `name:` follows belongs to the value before it. What cannot be read is left out, with a message.
 */
export function parseSettings(text: string, messages: Messages): Record<string, string> {
  const settings = new Map<string, string>();
  for (const part of text === '' ? [] : text.split(/,(?=[^,]*:)/)) {
    const colon = part.indexOf(':');
    const name = decode(colon < 0 ? part : part.slice(0, colon));
    const value = decode(colon < 0 ? '' : part.slice(colon + 1));
    let problem: string | null = null;
    if (name === null || value === null) {
      problem = `room has the setting ${quote(part)}: % must be followed by valid hex digits`;
    } else if (!SETTING_NAME.test(name)) {
      problem = `room has the setting ${quote(part)}: it must be name:value with a name of letters and digits`;
    } else if (settings.has(name)) {
      problem = `room: ${name} is given more than once: it must be given once`;
    } else if (value.length > MAX_VALUE_LENGTH) {
      problem = `room: ${name} has ${value.length} characters: it may have at most ${MAX_VALUE_LENGTH}`;
    } else if (settings.size >= MAX_SETTINGS) {
      problem = `room has more than ${MAX_SETTINGS} settings: that many are allowed`;
    } else {
      settings.set(name, wellFormed(value));
    }
    if (problem !== null) messages.add('room', problem, 'it is left out');
  }
  return Object.fromEntries(settings);
}

/** Settings as `parseSettings` reads them. */
export const formatSettings = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}:${encodeURIComponent(wellFormed(value))}`)
    .join(',');

/**
 * A room as links write it: its name, then its settings, parted by commas. Of a room that is none there is a message.
 * @param text not decoded yet
 */
export function parseRoom(text: string, messages: Messages): RoomLink | null {
  const comma = text.indexOf(',');
  const given = comma < 0 ? text : text.slice(0, comma);
  const name = ROOMS.find((room) => room === given);
  if (name === undefined) {
    messages.add(
      'room',
      `room is ${quote(given)}${didYouMean(given, ROOMS)}: it must be ${listOf(ROOMS)}`,
      'it is left out',
    );
    return null;
  }
  return { name, settings: comma < 0 ? {} : parseSettings(text.slice(comma + 1), messages) };
}

/** A room as `parseRoom` reads it. */
export function formatRoom({ name, settings }: RoomLink): string {
  const text = formatSettings(settings);
  return text === '' ? name : `${name},${text}`;
}
