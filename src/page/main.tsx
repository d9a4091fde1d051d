import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/fields.css';
import './styles/icon.css';
import './styles/swatch.css';
import './styles/page.css';
import { saveSoon } from '../session/page/runStore.ts';
import { App } from './App.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { tellOfFreezing } from './freezing.ts';
import { keepForOffline } from './offline/offlineStore.ts';
import { removeFailedStyles } from './part/code.ts';
import { openLink } from './workbench.ts';
// After the styles that the components bring: of rules that weigh the same, the later one counts.
import './styles/layers.css';
import './styles/forced-colours.css';

removeFailedStyles();
const openAddress = (): void => openLink(location.search + location.hash);
openAddress();
// A link pasted into the address bar of an open page; the page's own changes of the address fire no such event.
window.addEventListener('hashchange', openAddress);
tellOfFreezing();
// What is saved now is there after a crash, a reload or a closed tab; of two events, some browsers have but one.
document.addEventListener('visibilitychange', () => document.hidden && saveSoon());
window.addEventListener('pagehide', saveSoon);
// What the browser keeps for later waits until the page has what it needs now.
window.addEventListener('load', () => void keepForOffline());

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ErrorBoundary>
      <App />
    </ErrorBoundary>
  </StrictMode>,
);
