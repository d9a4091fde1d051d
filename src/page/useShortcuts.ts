import { useEffect } from 'react';
import { pause, play, reset, step, useRun } from '../session/page/runStore.ts';
import { storedText, storeText } from './browser/storage.ts';
import { openDialog } from './dialogs.ts';
import { leavePresenter, showNextChart, togglePresenter, usePresenter } from './presenter/presenterStore.ts';

/** Starts a run that waits, pauses one that runs. */
export function togglePlay(): void {
  const { status, playWhenReady } = useRun.getState();
  if (status === 'running' || playWhenReady) pause();
  else play();
}

/** A key of the page. */
interface Shortcut {
  /** As `KeyboardEvent.key` has it. */
  readonly key: string;
  /** As it is printed on a keyboard. */
  readonly label: string;
  readonly text: string;
  /** Where it does something; everywhere if left out. */
  readonly applies?: () => boolean;
  readonly act: () => void;
}

const presenting = (): boolean => usePresenter.getState().on;

/** Every key of the page. */
export const SHORTCUTS: readonly Shortcut[] = [
  { key: ' ', label: 'Space', text: 'Play or pause', act: togglePlay },
  { key: 's', label: 's', text: 'One training step', act: step },
  { key: 'r', label: 'r', text: 'Back to step 0', act: reset },
  { key: 'l', label: 'l', text: 'Share: link, QR code and embedding', act: () => openDialog('share') },
  { key: 'p', label: 'p', text: 'Presenter mode: one large chart', act: togglePresenter },
  {
    key: 'c',
    label: 'c',
    text: 'In presenter mode: the other chart',
    applies: presenting,
    act: showNextChart,
  },
  {
    key: 'Escape',
    label: 'Esc',
    text: 'Leave presenter mode, close a dialog',
    applies: presenting,
    act: leavePresenter,
  },
  { key: '?', label: '?', text: 'This list', act: () => openDialog('keys') },
];

/** Where letters are typed, or choose: no key of the page acts there. */
const FIELDS =
  'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button])';
/** What the space bar itself presses. */
const PRESSED_BY_SPACE = 'button, summary, a, input';

/** Where the choice of single keys is kept. */
const STORED = 'single-keys';
/** The choice of this page, for browsers that store nothing. */
let chosen = 'on';

/** Whether keys without Ctrl or Alt act on the page. Speech input may press them unmeant: WCAG 2.1.4 asks for a switch. */
export const singleKeysWork = (): boolean => (storedText(STORED) ?? chosen) !== 'off';

export function letSingleKeysWork(work: boolean): void {
  chosen = work ? 'on' : 'off';
  storeText(STORED, chosen);
}

/** Has the keys of `SHORTCUTS` act anywhere on the page but in fields and under an open dialog. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
      const shortcut = SHORTCUTS.find(({ key }) => key === event.key);
      if (!shortcut || shortcut.applies?.() === false) return;
      const { target } = event;
      const own = event.key === ' ' ? `${FIELDS}, ${PRESSED_BY_SPACE}` : FIELDS;
      if (target instanceof Element && target.closest(own) !== null) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.key !== 'Escape' && !singleKeysWork()) return;
      shortcut.act();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
