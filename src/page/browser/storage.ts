// Some browsers store nothing, and in some frames even the name `localStorage` throws.

/** What was stored under a name; null where nothing was, or nothing is stored. */
export function storedText(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Stores a short text under a name. @returns whether the browser did */
export function storeText(name: string, text: string): boolean {
  try {
    localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
