import { create } from 'zustand';

/** The dialogs of the page: at most one is open. */
export type DialogName = 'share' | 'keys';

export const useDialogs = create<{ readonly open: DialogName | null }>(() => ({ open: null }));

export const openDialog = (open: DialogName): void => useDialogs.setState({ open });
export const closeDialog = (): void => useDialogs.setState({ open: null });
