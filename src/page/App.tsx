import { Activity } from 'react';
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
import { Guard, Part } from './part/Part.tsx';
import { leavePresenter, usePresenter } from './presenter/presenterStore.ts';
import { RunBar } from './RunBar.tsx';
import { Rooms } from './rooms/Rooms.tsx';
import { useShortcuts } from './useShortcuts.ts';
import { Views } from './Views.tsx';
import { showGuide, useWorkbench } from './workbench.ts';

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
        <Part
          name="page/presenter/Presenter.tsx"
          title="Presenter mode"
          props={{}}
          frame={(said) => (
            <main className="presenter-failure">
              {said}
              <button type="button" onClick={leavePresenter}>
                Leave presenter mode
              </button>
            </main>
          )}
        />
      )}
      <Dialogs />
      <Guard title="What speaks to screen readers">
        <Announcer />
      </Guard>
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
      {!embed && shows('header') && (
        <Guard title="The head of the page">
          <Header />
        </Guard>
      )}
      <main>
        <Guard title="The run bar">
          <RunBar showStatus={shows('status')} />
        </Guard>
        <Guard title="What the page has to say">
          <UpdateNotice />
          <Notices />
          {shows('watch') && <WatchLine />}
        </Guard>
        <div className={guide === null ? 'stage' : 'stage stage-guide'}>
          {guide !== null && (
            <Part
              name="page/guide/Guide.tsx"
              title="The guide"
              props={{}}
              waiting={<p className="panel panel-note">Loading the guide</p>}
              frame={(said) => (
                <div className="panel">
                  {said}
                  <button type="button" onClick={() => showGuide(null)}>
                    Close the guide
                  </button>
                </div>
              )}
            />
          )}
          <div className={side ? 'columns' : 'columns columns-single'}>
            <div className="column">
              <Guard title="The part with the charts">
                <Charts />
              </Guard>
              {shows('text') && taskOf(experiment).display.outputs.kind === 'text' && (
                <Guard title="The text of the lanes">
                  <GeneratedText experiment={experiment} />
                </Guard>
              )}
              {shows('lanes') && (
                <Guard title="The list of lanes">
                  <LanesPanel />
                </Guard>
              )}
              {shows('views') && (
                <Guard title="“Look closer”">
                  <Views />
                </Guard>
              )}
              {shows('rooms') && (
                <Guard title="“Next door”">
                  <Rooms />
                </Guard>
              )}
            </div>
            {side && (
              <div className="column">
                {shows('experiment') && (
                  <Guard title="The experiment’s settings">
                    <ExperimentPanel />
                  </Guard>
                )}
                {shows('presets') && (
                  <Guard title="“Try”">
                    <PresetsPanel />
                  </Guard>
                )}
              </div>
            )}
          </div>
        </div>
      </main>
      {!embed && shows('footer') && (
        <Guard title="The foot of the page">
          <Footer />
        </Guard>
      )}
    </div>
  );
}
