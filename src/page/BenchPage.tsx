import { formatTime } from '../engine/benchmark.ts';
import type { BenchmarkSettings } from '../session/benchmark.ts';
import { type BenchRun, benchText, start, stop, summaryOf, useBenchRun } from './benchRun.ts';
import { CopyText } from './CopyText.tsx';

const SUMMARY_CLASSES: Readonly<Partial<Record<BenchRun['status'], string>>> = {
  done: 'summary-passed',
  failed: 'summary-failed',
};

interface BenchPageProps {
  readonly settings: BenchmarkSettings;
  /** What of the address is not used, and why. */
  readonly messages: readonly string[];
}

/** How fast a training step is in this browser. */
export function BenchPage({ settings, messages }: BenchPageProps) {
  const run = useBenchRun();
  const { status, adapter, notes, results, done, total, current } = run;
  const running = status === 'running';
  return (
    <div className="check">
      <header>
        <h1>Benchmark</h1>
        <p>
          How long one training step of the <a href="./">Path-SGD Playground</a> takes in this browser: the
          adding problem, hidden {settings.hidden}, batch {settings.batch}, medians of {settings.pairs}
          measurements in turns. It takes a few minutes; other work on this machine meanwhile spoils it.
          Whether this GPU computes what it should, <a href="./check.html">the checks</a> say.
        </p>
      </header>
      <main>
        <section className={`summary ${SUMMARY_CLASSES[status] ?? ''}`}>
          <p role="status">
            <strong>{summaryOf(run)}</strong>
            {adapter?.software && <span className="badge">software adapter</span>}
          </p>
          {[...messages, ...notes].map((note) => (
            <p key={note}>{note}</p>
          ))}
          {running && (
            <>
              <progress aria-label="Part that is measured" value={done} max={Math.max(total, 1)} />
              <p className="current">{current}</p>
            </>
          )}
          <p>
            <button
              type="button"
              className={running ? '' : 'primary'}
              onClick={running ? stop : () => start(settings)}
            >
              {running ? 'Stop' : status === 'ready' ? 'Start' : 'Start again'}
            </button>
          </p>
        </section>
        {results.length > 0 && (
          <>
            <CopyText label="Copy as Markdown" text={benchText(run, settings.pairs, navigator.userAgent)} />
            <div className="check-table">
              <table>
                <thead>
                  <tr>
                    <th>Length</th>
                    <th>Contestant</th>
                    <th className="number">ms per step</th>
                    <th className="number">Steps per second</th>
                    <th className="number">Times SGD lane</th>
                  </tr>
                </thead>
                <tbody>
                  {results.flatMap(({ shape, timings }) =>
                    timings.map(({ name, label, msPerStep, ratio }, index) => (
                      <tr key={`${shape.length} ${name}`} data-contestant={name}>
                        <td>{index === 0 ? shape.length : ''}</td>
                        <td>{label.replace(/^this project, /, '')}</td>
                        <td className="number">{formatTime(msPerStep)}</td>
                        <td className="number">{formatTime(1000 / msPerStep)}</td>
                        <td className="number">{ratio.toFixed(2)}</td>
                      </tr>
                    )),
                  )}
                </tbody>
              </table>
            </div>
          </>
        )}
      </main>
    </div>
  );
}
