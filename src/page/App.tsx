import { Activity, lazy, Suspense } from 'react';
import { taskOf } from '../experiment/tasks/index.ts';
import { Announcer } from './Announcer.tsx';
import { Charts } from './Charts.tsx';
import { Dialogs } from './Dialogs.tsx';
import { ExperimentPanel } from './ExperimentPanel.tsx';
import { Footer } from './Footer.tsx';
import { GeneratedText } from './GeneratedText.tsx';
import { WatchLine } from './gallery/WatchLine.tsx';
import { Header } from './Header.tsx';
import { LanesPanel } from './LanesPanel.tsx';
import { Notices } from './Notices.tsx';
import { UpdateNotice } from './offline/UpdateNotice.tsx';
import { PresetsPanel } from './PresetsPanel.tsx';
import { usePresenter } from './presenter/presenterStore.ts';
import { RunBar } from './RunBar.tsx';
import { Rooms } from './rooms/Rooms.tsx';
import { useShortcuts } from './useShortcuts.ts';
import { Views } from './Views.tsx';
import { useWorkbench } from './workbench.ts';

const Presenter = lazy(() => import('./presenter/Presenter.tsx'));
const Guide = lazy(() => import('./guide/Guide.tsx').then(({ Guide }) => ({ default: Guide })));

/** The page, or in presenter mode one chart of it; and what both have. */
export function App() {
  const presenting = usePresenter((state) => state.on);
  useShortcuts();
  return (
    <>
      {/* Keeps what is open in the page while nobody sees it, and draws nothing of it. */}
      <Activity mode={presenting ? 'hidden' : 'visible'}>
        <Playground />
      </Activity>
      {presenting && (
        <Suspense>
          <Presenter />
        </Suspense>
      )}
      <Dialogs />
      <Announcer />
    </>
  );
}

/** The whole page. An embedded one leaves out header and footer; a link's `hide` leaves out any part by its name. */
function Playground() {
  const { embed, hide, guide } = useWorkbench((state) => state.view);
  const experiment = useWorkbench((state) => state.experiment);
  const shows = (part: string): boolean => !hide.includes(part);
  const side = shows('experiment') || shows('presets');
  return (
    <div className="app">
      {!embed && shows('header') && <Header />}
      <main>
        <RunBar showStatus={shows('status')} />
        <UpdateNotice />
        <Notices />
        {shows('watch') && <WatchLine />}
        <div className={guide === null ? 'stage' : 'stage stage-guide'}>
          {guide !== null && (
            <Suspense fallback={<p className="panel panel-note">Loading the guide</p>}>
              <Guide />
            </Suspense>
          )}
          <div className={side ? 'columns' : 'columns columns-single'}>
            <div className="column">
              <Charts />
              {shows('text') && taskOf(experiment).display.outputs.kind === 'text' && (
                <GeneratedText experiment={experiment} />
              )}
              {shows('lanes') && <LanesPanel />}
              {shows('views') && <Views />}
              {shows('rooms') && <Rooms />}
            </div>
            {side && (
              <div className="column">
                {shows('experiment') && <ExperimentPanel />}
                {shows('presets') && <PresetsPanel />}
              </div>
            )}
          </div>
        </div>
      </main>
      {!embed && shows('footer') && <Footer />}
    </div>
  );
}
