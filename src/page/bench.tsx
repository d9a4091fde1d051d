import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import './styles/check.css';
import { BenchPage } from './BenchPage.tsx';
import { readSettings } from './benchRun.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ErrorBoundary>
      <BenchPage {...readSettings(location.search)} />
    </ErrorBoundary>
  </StrictMode>,
);
