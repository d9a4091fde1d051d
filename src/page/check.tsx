import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { messageOf, NoAdapterError } from '../engine/engine.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/check.css';
import { gpuWithLimits, LIMIT_LEVELS } from '../engine/checks/limits.ts';
import { CHECK_CASES, isIn } from '../engine/checks.ts';
import { deviceOf } from '../engine/webgpu/device.ts';
import { timeKernels } from '../engine/webgpu/index.ts';
import { defaultExperiment } from '../experiment/schema.ts';
import { shaders } from '../session/shaders.ts';
import { CheckPage } from './CheckPage.tsx';
import { factsOf, runChecks, setTimes, setUnavailable, useCheckRun } from './checkRun.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';

const query = new URLSearchParams(location.search);
const set = query.has('long') ? 'long' : query.has('few') ? 'few' : 'short';

/** What the checks run on, held to the limits that the address names. */
function gpuOf(level: string | null): GPU | undefined {
  const { gpu } = navigator as { readonly gpu?: GPU };
  if (gpu === undefined || level === null) return gpu;
  const known = LIMIT_LEVELS.find((each) => each === level);
  if (known) return gpuWithLimits(gpu, known);
  throw new Error(`limits=${level} is not known. Allowed: ${LIMIT_LEVELS.join(', ')}.`);
}

async function start(): Promise<void> {
  try {
    const gpu = gpuOf(query.get('limits'));
    const { info } = await deviceOf(gpu);
    const cases = CHECK_CASES.filter((check) => isIn(set, check));
    const level = query.get('limits');
    const facts = factsOf((await navigator.gpu.requestAdapter()) ?? {});
    if (level !== null) facts.push(`Held to the limits: ${level}`);
    const context = { gpu: gpu as GPU, shaders };
    await runChecks(cases, context, info, facts);
    // What was checked stands without times, too.
    await timeKernels(defaultExperiment(), { ...context, data: null }).then(setTimes, () => {});
  } catch (error) {
    setUnavailable(messageOf(error), error instanceof NoAdapterError);
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
      <CheckPage set={set} />
    </ErrorBoundary>
  </StrictMode>,
);

void start();
