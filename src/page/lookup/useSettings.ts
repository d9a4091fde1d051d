import { useCallback, useEffect, useRef, useState } from 'react';
import { type LookupSettings, readLookupSettings, writeLookupSettings } from '../../lookup/settings.ts';
import type { RoomProps } from '../rooms/room.ts';

/** Milliseconds after a change until the address bar follows: browsers allow only so many changes of it. */
const WRITE_DELAY = 250;

/** Settings as the room writes them, to tell whether they changed. */
const textOf = (settings: LookupSettings): string => JSON.stringify(writeLookupSettings(settings));

/** The room's settings: those of the link, then as they are changed here, with the address bar behind. */
export function useSettings({ settings: given, onSettings }: RoomProps) {
  const [current, setCurrent] = useState(() => readLookupSettings(given));
  /** What the link says, and how the room would write it: until something changes here, a link with faults stays as it came. */
  const seen = useRef(JSON.stringify(given));
  const written = useRef(textOf(current.settings));
  const write = useRef(onSettings);
  write.current = onSettings;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    // Another link, and not what was written from here.
    const text = JSON.stringify(given);
    if (text === seen.current) return;
    seen.current = text;
    const read = readLookupSettings(given);
    written.current = textOf(read.settings);
    setCurrent(read);
  }, [given]);

  const { settings } = current;
  useEffect(() => {
    const text = textOf(settings);
    if (text === written.current) return;
    timer.current = setTimeout(() => {
      seen.current = text;
      written.current = text;
      write.current(writeLookupSettings(settings));
    }, WRITE_DELAY);
    return () => clearTimeout(timer.current);
  }, [settings]);

  const change = useCallback(
    (part: Partial<LookupSettings>): void =>
      setCurrent(({ settings: before }) => ({ settings: { ...before, ...part }, messages: [] })),
    [],
  );
  return { ...current, change };
}
