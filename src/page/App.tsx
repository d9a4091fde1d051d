import { taskOf } from '../experiment/tasks/index.ts';
import { Charts } from './Charts.tsx';
import { ExperimentPanel } from './ExperimentPanel.tsx';
import { Footer } from './Footer.tsx';
import { GeneratedText } from './GeneratedText.tsx';
import { Header } from './Header.tsx';
import { LanesPanel } from './LanesPanel.tsx';
import { Notices } from './Notices.tsx';
import { PresetsPanel } from './PresetsPanel.tsx';
import { RunBar } from './RunBar.tsx';
import { useShortcuts } from './useShortcuts.ts';
import { Views } from './Views.tsx';
import { useWorkbench } from './workbench.ts';

/** The whole page. An embedded one leaves out header and footer; a link's `hide` leaves out any part by its name. */
export function App() {
  const { embed, hide } = useWorkbench((state) => state.view);
  const experiment = useWorkbench((state) => state.experiment);
  useShortcuts();
  const shows = (part: string): boolean => !hide.includes(part);
  const side = shows('experiment') || shows('presets');
  return (
    <div className="app">
      {!embed && shows('header') && <Header />}
      <main>
        <RunBar showStatus={shows('status')} />
        <Notices />
        <div className={side ? 'columns' : 'columns columns-single'}>
          <div className="column">
            <Charts />
            {shows('text') && taskOf(experiment).display.outputs.kind === 'text' && (
              <GeneratedText experiment={experiment} />
            )}
            {shows('lanes') && <LanesPanel />}
            {shows('views') && <Views />}
          </div>
          {side && (
            <div className="column">
              {shows('experiment') && <ExperimentPanel />}
              {shows('presets') && <PresetsPanel />}
            </div>
          )}
        </div>
      </main>
      {!embed && shows('footer') && <Footer />}
    </div>
  );
}
