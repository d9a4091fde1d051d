import { type RefObject, useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { enterFullScreen, isFullScreen, onFullScreen } from '../browser/fullScreen.ts';
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
  useEndOfFullScreen(screen, large, onLarge);
  const showLarge = (): void => {
    // Within the click: a browser takes no request for the full screen later.
    flushSync(() => onLarge(true));
    // Where it is not allowed, the code fills the window.
    if (screen.current) enterFullScreen(screen.current);
  };
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
      <button type="button" onClick={showLarge}>
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

/** On the full screen it is the browser that takes Escape, and tells only that the full screen has gone. */
function useEndOfFullScreen(
  element: RefObject<HTMLElement | null>,
  shown: boolean,
  onChange: (shown: boolean) => void,
): void {
  useEffect(() => {
    if (!shown) return;
    const follow = (event: Event): void => {
      if (event.target === element.current && !isFullScreen()) onChange(false);
    };
    return onFullScreen(follow);
  }, [element, shown, onChange]);
}
