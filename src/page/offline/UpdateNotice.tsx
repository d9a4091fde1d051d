import { useRun } from '../../session/page/runStore.ts';
import { postponeUpdate, reloadIntoUpdate, useOffline } from './offlineStore.ts';
import '../styles/offline.css';

/** Tells that a newer version of the page is here. It takes over when the visitor wants: a reload ends the run. */
export function UpdateNotice() {
  const update = useOffline((state) => state.update);
  const status = useRun((state) => state.status);
  const notKept = useRun((state) => state.notKept);
  if (update === null) return null;
  const underWay = status === 'running' || status === 'paused';
  return (
    <div className="notice notice-information update-notice" role="status">
      <p>
        <strong>A new version of this page is ready.</strong>
        {underWay &&
          (notKept === null
            ? ' After reloading, this run is offered to go on from where it was saved last.'
            : ' Reloading takes this run back to step 0.')}
      </p>
      <div className="buttons">
        <button type="button" onClick={reloadIntoUpdate}>
          Reload
        </button>
        <button type="button" onClick={postponeUpdate}>
          Later
        </button>
      </div>
    </div>
  );
}
