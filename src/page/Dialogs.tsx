import { type ComponentType, type LazyExoticComponent, lazy, Suspense } from 'react';
import { type DialogName, useDialogs } from './dialogs.ts';

const DIALOGS: Readonly<Record<DialogName, LazyExoticComponent<ComponentType>>> = {
  share: lazy(() => import('./share/ShareDialog.tsx')),
  keys: lazy(() => import('./KeysDialog.tsx')),
};

/** The dialog that is open, loaded when it first is. */
export function Dialogs() {
  const open = useDialogs((state) => state.open);
  if (open === null) return null;
  const Content = DIALOGS[open];
  return (
    <Suspense>
      <Content />
    </Suspense>
  );
}
