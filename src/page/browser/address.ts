/** Shows another fragment in the address bar, without a step in the history. @returns whether the browser did */
export function showFragment(fragment: string): boolean {
  const { pathname, search } = location;
  try {
    history.replaceState(null, '', pathname + search + fragment);
    return true;
  } catch {
    // A frame that is kept apart, or more than a hundred changes within seconds: the page itself works on.
    return false;
  }
}
