/** What came, quoted, short enough for a message and without characters that would move a terminal's cursor. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `"${short.replace(/\p{C}/gu, '\ufffd')}"`;
}
