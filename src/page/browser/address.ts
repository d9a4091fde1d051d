/**
 * Shows another address of this page in the address bar, without a step in the history.
 * @param address from the site's root: path, query and fragment
 * @returns whether the browser did
 */
export function showAddress(address: string): boolean {
  try {
    history.replaceState(null, '', address);
    return true;
  } catch {
    // A frame that is kept apart, or more than a hundred changes within seconds: the page itself works on.
    return false;
  }
}
