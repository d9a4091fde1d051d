import { useCallback, useEffect, useRef, useState } from 'react';
import { type LookupSettings, readLookupSettings, writeLookupSettings } from '../../lookup/settings.ts';
import type { RoomProps } from '../rooms/room.ts';

/** Milliseconds after a change until the address bar follows: browsers allow only so many changes of it. */
const WRITE_DELAY = 250;

/** The room's settings: those of the link, then as they are changed here, with the address bar behind. */
export function useSettings({ settings: given, onSettings }: RoomProps) {
  const [current, setCurrent] = useState(() => readLookupSettings(given));
  const written = useRef(JSON.stringify(given));
  const write = useRef(onSettings);
  write.current = onSettings;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    // Another link, and not what was written from here.
    const text = JSON.stringify(given);
    if (text === written.current) return;
    written.current = text;
    setCurrent(readLookupSettings(given));
  }, [given]);

  const { settings } = current;
  useEffect(() => {
    const record = writeLookupSettings(settings);
    const text = JSON.stringify(record);
    if (text === written.current) return;
    timer.current = setTimeout(() => {
      written.current = text;
      write.current(record);
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
