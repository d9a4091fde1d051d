import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { messageOf } from '../engine/engine.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/check.css';
import { CHECK_CASES, isIn } from '../engine/checks.ts';
import { deviceOf } from '../engine/webgpu/device.ts';
import { shaders } from '../session/shaders.ts';
import { CheckPage } from './CheckPage.tsx';
import { runChecks, setUnavailable, useCheckRun } from './checkRun.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';

const query = new URLSearchParams(location.search);
const long = query.has('long');
const few = query.has('few');

async function start(): Promise<void> {
  const gpu = (navigator as { readonly gpu?: GPU }).gpu;
  try {
    const { info } = await deviceOf(gpu);
    const set = long ? 'long' : few ? 'few' : 'short';
    const cases = CHECK_CASES.filter((check) => isIn(set, check));
    await runChecks(cases, { gpu: gpu as GPU, shaders }, info);
  } catch (error) {
    setUnavailable(messageOf(error));
  }
}

// For whoever drives the page from outside.
const showStatus = (): void => {
  document.documentElement.dataset.checks = useCheckRun.getState().status;
};
showStatus();
useCheckRun.subscribe(showStatus);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ErrorBoundary>
      <CheckPage long={long} />
    </ErrorBoundary>
  </StrictMode>,
);

void start();
