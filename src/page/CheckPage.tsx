import type { CheckSet } from '../engine/checks.ts';
import { CopyText } from './CopyText.tsx';
import { reportText, summaryOf, TIMES_TITLE, useCheckRun } from './checkRun.ts';
import { formatNumber } from './numbers.ts';
import { SendText } from './SendText.tsx';
import { COMMIT, VERSION } from './version.ts';

/** The page's version, and the browser. */
const about = (): string[] => [
  `Path-SGD Playground ${VERSION}${COMMIT === null ? '' : ` (${COMMIT})`}, ${new Date().toISOString().slice(0, 10)}`,
  `Browser: ${navigator.userAgent}`,
];

const SETS: Readonly<Record<CheckSet, string>> = {
  few: 'These are a few of the checks.',
  short: 'This is the short set.',
  long: 'This is the long set.',
};

/** Every kernel on this GPU against the CPU, each with its error. */
export function CheckPage({ set }: { readonly set: CheckSet }) {
  const run = useCheckRun();
  const { status, adapter, facts, rows, current, done, total, times } = run;
  const report = (): string => reportText(run, about());
  return (
    <div className="check">
      <header>
        <h1>Check this GPU</h1>
        <p>
          Every kernel of the <a href="./">Path-SGD Playground</a>, run here and compared with the same
          computation in double precision on the CPU. {SETS[set]}{' '}
          <a href={set === 'short' ? './check.html?long' : './check.html'}>
            {set === 'short' ? 'Run the long set' : 'Run the short set'}
          </a>
          . How fast they are, <a href="./bench.html">the benchmark</a> says.
        </p>
      </header>
      <main>
        <section className={`summary summary-${status}`} role="status">
          <p>
            <strong>{summaryOf(run)}</strong>
            {adapter?.software && <span className="badge">software adapter</span>}
          </p>
          {run.lacksGpu && (
            <p>
              A recent Chrome or Edge (also on Android) or Safari 26 has WebGPU; the address must start with
              https or be localhost. The playground itself works without, on the CPU.
            </p>
          )}
          {status === 'running' && total > 0 && (
            <>
              <progress aria-label="Checks done" value={done} max={total} />
              <p className="current">{current}</p>
            </>
          )}
        </section>
        {rows.length > 0 && (
          <>
            <div className="report">
              <CopyText label="Copy report" text={report()} />
              <SendText label="Share report" title="Check of a GPU" text={report()} />
              <p className="report-note">Nothing is uploaded: you choose where the report goes.</p>
              <details>
                <summary>This GPU and browser</summary>
                <ul>
                  {[...about(), ...facts].map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </details>
              {times && (
                <details>
                  <summary>{TIMES_TITLE}</summary>
                  <ul>
                    {[...times].map(([kernel, time]) => (
                      <li key={kernel}>
                        {kernel}: {formatNumber(time)}
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </div>
            <div className="check-table">
              <table>
                <thead>
                  <tr>
                    <th>Case</th>
                    <th>Quantity</th>
                    <th>Result</th>
                    <th className="number">Error</th>
                    <th className="number">Allowed</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ name, quantity, error, allowed, passed, message }, index) => (
                    <tr key={`${name} ${quantity}`} data-passed={passed}>
                      <td>{rows[index - 1]?.name === name ? '' : name}</td>
                      <td>{message ?? quantity}</td>
                      <td className="result">{passed ? 'passed' : 'failed'}</td>
                      <td className="number">{formatNumber(error)}</td>
                      <td className="number">{formatNumber(allowed)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </main>
    </div>
  );
}
