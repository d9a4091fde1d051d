/** Copies a text. @returns whether the browser let the page: over plain http and in many frames it does not */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the browser can hand links and texts to other programs. */
export const canSend = (): boolean => 'share' in navigator;

/** Hands a link or a text to another program. @returns whether a frame or the browser let the page: the visitor may think better of it */
export async function send(data: {
  readonly title: string;
  readonly url?: string;
  readonly text?: string;
}): Promise<boolean> {
  try {
    await navigator.share(data);
    return true;
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError';
  }
}
