/** Copies a text. @returns whether the browser let the page: over plain http and in many frames it does not */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the browser can hand a link to other programs. */
export const canSend = (): boolean => 'share' in navigator;

/** Hands a link to another program. @returns whether it was sent: the visitor may think better of it, a frame may forbid it */
export async function sendLink(title: string, url: string): Promise<boolean> {
  try {
    await navigator.share({ title, url });
    return true;
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError';
  }
}
