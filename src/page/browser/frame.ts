/**
 * Whether another page shows this one in a frame that it keeps apart from its own site (`sandbox` without `allow-same-origin`):
 * then browsers start no workers, keep nothing, and may give the visitor no files.
 */
export const isKeptApart = (): boolean => window.origin === 'null';
