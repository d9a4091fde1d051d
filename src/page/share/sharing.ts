import encodeQR from 'qr';
import { foreignSearch } from '../../experiment/link/entries.ts';
import { formatLink, type View } from '../../experiment/link.ts';
import type { Experiment } from '../../experiment/schema.ts';

/** What the one who shares chooses for the page that the link opens. */
export type SharedView = Pick<View, 'autoplay' | 'hide' | 'engine'>;

/**
 * The whole address of an experiment.
 * @param page the address of this page, with whatever link
 * @param view of this page: its preset stays, the rest is as chosen
 */
export function sharedAddress(
  page: string,
  experiment: Experiment,
  view: View,
  choices: SharedView & Pick<View, 'embed'>,
): string {
  const address = new URL(page);
  const link = formatLink(experiment, { ...view, ...choices });
  address.search = foreignSearch(address.search);
  address.hash = link === '#' ? '' : link;
  return address.href;
}

/** Whether others on the network cannot open an address, since each machine has a localhost of its own. */
export const isOnlyHere = (address: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname);

/** HTML that shows the page of an address within another page. */
export function embedSnippet(address: string): string {
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${escaped}" title="Path-SGD Playground" width="100%" height="900" style="border: 0" loading="lazy" allow="fullscreen; clipboard-write"></iframe>`;
}

/** Most bytes that a QR code holds (version 40, least error correction). */
export const MOST_QR_BYTES = 2953;
/** Beyond, its squares are too small for a telephone some rows away. */
export const MOST_PROJECTED_BYTES = 500;

/** A QR code as a picture: `path` draws its dark squares in a square of `size`, with the quiet zone around them. */
export interface QrPicture {
  readonly size: number;
  readonly path: string;
}

/** Light squares around a code, without which readers may miss it (ISO/IEC 18004). */
const QUIET_ZONE = 4;

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** The QR code of a text; null where it is too long for one. */
export function qrPicture(text: string): QrPicture | null {
  const bytes = bytesOf(text);
  if (bytes > MOST_QR_BYTES) return null;
  // What corrects more makes smaller squares: worth it only where they are large.
  const ecc = bytes <= MOST_PROJECTED_BYTES ? 'medium' : 'low';
  const rows = encodeQR(text, 'raw', { ecc, border: QUIET_ZONE });
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size: rows.length, path };
}
