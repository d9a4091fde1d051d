import { keepData, useOffline } from './offlineStore.ts';

/** Bytes in a megabyte, as download sizes are told. */
const MEGABYTE = 1_000_000;
const inMegabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

/** Whether the page works without a network, and a button that keeps the data too. */
export function OfflineNote() {
  const ready = useOffline((state) => state.ready);
  const data = useOffline((state) => state.data);
  if (!window.isSecureContext) {
    return <p>Opened over https or from localhost, this page also works offline.</p>;
  }
  if (!ready) return null;
  if (data === null) return <p>This page is kept in your browser and opens without a network.</p>;
  const { size, kept, done, problem } = data;
  if (kept >= size) {
    return (
      <p role="status">
        This page works offline, with all its data: they are kept in your browser ({inMegabytes(size)}).
      </p>
    );
  }
  return (
    <div className="offline">
      <p>
        This page works offline: it is kept in your browser. The handwritten digits and Moby Dick are kept
        once you have used them, or now:
      </p>
      <div className="offline-keep">
        <button type="button" disabled={!done} onClick={keepData}>
          Keep for offline ({inMegabytes(size - (done ? kept : 0))})
        </button>
        {!done && <progress aria-label="Keeping the data" value={kept} max={size} />}
      </div>
      {problem !== null && (
        <p role="alert" className="field-error">
          Not all could be kept: {problem}. Check the connection and try again.
        </p>
      )}
    </div>
  );
}
