import type { EngineInfo } from '../engine/engine.ts';
import { type RunStatus, useRun } from '../session/page/runStore.ts';
import { formatCount, formatNumber } from './numbers.ts';
import { useRunFrame } from './useRunFrame.ts';

const STATUS_TEXT: Record<RunStatus, string> = {
  waiting: 'Waiting for your text',
  preparing: 'Preparing',
  idle: 'Ready',
  running: 'Training',
  paused: 'Paused',
  stopped: 'Every lane has stopped',
  failed: 'Ended',
};

const engineText = ({ kind, name }: EngineInfo): string => `${kind === 'webgpu' ? 'WebGPU' : 'CPU'}, ${name}`;

/** Step, speed and engine of the run. */
export function StatusLine() {
  const status = useRun((state) => state.status);
  const data = useRun((state) => state.data);
  const engine = useRun((state) => state.engine);
  const preparing = useRun((state) => state.preparing);
  const recovering = useRun((state) => state.recovering !== null);
  useRunFrame(data, 250);
  const { message, fraction } = preparing;
  return (
    <div className="status">
      <span className={`status-word status-${status}`}>
        {recovering ? 'Recovering…' : status === 'preparing' ? `${message}…` : STATUS_TEXT[status]}
      </span>
      {status === 'preparing' && fraction !== null && (
        <progress aria-label={message} value={fraction} max={1} />
      )}
      <span>
        step <b data-testid="step">{formatCount(data.step)}</b>
      </span>
      {status === 'running' && !recovering && (
        <span>
          <b>
            {data.stepsPerSecond < 10 ? formatNumber(data.stepsPerSecond) : formatCount(data.stepsPerSecond)}
          </b>{' '}
          steps/s
        </span>
      )}
      {engine && (
        <span className="engine" data-testid="engine">
          {engineText(engine)}
          {engine.software && <span className="badge">software adapter</span>}
        </span>
      )}
    </div>
  );
}
