import { useEffect, useRef, useState } from 'react';
import { currentLink } from './workbench.ts';

type Shared = { readonly address: string; readonly copied: boolean };

/** Copies the experiment's address; where a page may not (plain http), shows it selected, ready to copy. */
export function ShareButton() {
  const [shared, setShared] = useState<Shared | null>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (shared?.copied === false) field.current?.select();
    if (!shared?.copied) return;
    const timer = setTimeout(() => setShared(null), 3000);
    return () => clearTimeout(timer);
  }, [shared]);

  const share = async (): Promise<void> => {
    const address = new URL(currentLink() || '#', location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      setShared({ address, copied: true });
    } catch {
      setShared({ address, copied: false });
    }
  };

  return (
    <>
      <button type="button" onClick={share} title="Copy a link to this experiment">
        Share
      </button>
      <span role="status" className="shared">
        {shared?.copied && 'Link copied'}
      </span>
      {shared?.copied === false && (
        <input
          ref={field}
          className="share-field"
          readOnly
          aria-label="Link to copy"
          value={shared.address}
        />
      )}
    </>
  );
}
