import { type RefObject, useEffect, useRef, useState } from 'react';
import { bytesOf, MOST_PROJECTED_BYTES, MOST_QR_BYTES, type QrPicture, qrPicture } from './sharing.ts';

interface QrCodeProps {
  readonly address: string;
  /** Whether the code fills the screen; its owner asks before Escape closes the dialog around it. */
  readonly large: boolean;
  readonly onLarge: (large: boolean) => void;
}

/** The address as a QR code, on the whole screen if wished. Dark on light in both schemes: readers expect it. */
export function QrCode({ address, large, onLarge }: QrCodeProps) {
  const picture = qrPicture(address);
  const screen = useRef<HTMLDivElement>(null);
  useFullScreen(screen, large, onLarge);
  if (picture === null) {
    return (
      <p className="panel-note">
        This link is too long for a QR code: {bytesOf(address).toLocaleString('en')} characters, and a code
        holds {MOST_QR_BYTES.toLocaleString('en')}. Fewer lanes make it shorter.
      </p>
    );
  }
  return (
    <div className="qr">
      <Picture picture={picture} />
      <button type="button" onClick={() => onLarge(true)}>
        Show large
      </button>
      {bytesOf(address) > MOST_PROJECTED_BYTES && (
        <p className="panel-note">This link is long, so the squares are small: telephones must come close.</p>
      )}
      {large && (
        <div ref={screen} className="qr-screen">
          <Picture picture={picture} />
          <p>{address}</p>
          {/* biome-ignore lint/a11y/noAutofocus: the button before it is covered */}
          <button type="button" autoFocus onClick={() => onLarge(false)}>
            Back
          </button>
        </div>
      )}
    </div>
  );
}

function Picture({ picture: { size, path } }: { readonly picture: QrPicture }) {
  return (
    <svg
      className="qr-picture"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label="QR code of the link"
    >
      <rect className="qr-light" width={size} height={size} />
      <path className="qr-dark" d={path} />
    </svg>
  );
}

/** Puts the element on the full screen while it is there; where the browser does not, it fills the window. */
function useFullScreen(
  element: RefObject<HTMLElement | null>,
  shown: boolean,
  onChange: (shown: boolean) => void,
): void {
  const [entered, setEntered] = useState(false);
  useEffect(() => {
    if (!shown) return;
    element.current?.requestFullscreen?.().catch(() => {
      // Not allowed in this frame.
    });
    const follow = (): void => {
      if (document.fullscreenElement === element.current) setEntered(true);
      else if (entered) onChange(false);
    };
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, [element, shown, entered, onChange]);
}
