import { useCallback, useState } from 'react';
import { markerSteps, type PairAnswer } from '../../reachability/pairs.ts';
import type { Settings } from '../../reachability/settings.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';
import { useWork } from './useWork.ts';
import { WorkBar } from './WorkBar.tsx';
import type { Event, Taken } from './work.ts';

const SIGNS = { VERIFIED: '✓', COUNTEREXAMPLE: '✗', UNFINISHED: '?' } as const;

interface PairsSectionProps {
  readonly taken: Taken;
  readonly settings: Settings;
  /** The pair that the square shows. */
  readonly shown: readonly [number, number];
  readonly onChoose: (first: number, second: number) => void;
}

/** The question for every pair of marked steps, as a matrix whose places lead to their squares. */
export function PairsSection({ taken, settings, shown, onChoose }: PairsSectionProps) {
  const [pairs, setPairs] = useState<readonly PairAnswer[]>([]);
  const receive = useCallback((event: Event): void => {
    if (event.type === 'pair') setPairs((known) => [...known, event.pair]);
  }, []);
  const work = useWork(receive);
  const { firsts, seconds } = markerSteps(taken.experiment);
  const total = firsts.length * seconds.length;
  const verified = pairs.filter(({ verdict }) => verdict === 'VERIFIED').length;
  const answers = new Map(pairs.map((pair) => [`${pair.first} ${pair.second}`, pair]));
  return (
    <>
      <WorkBar
        label={`Ask for all ${formatCount(total)} pairs`}
        work={{ ...work, progress: { text: `${pairs.length} of ${total}`, fraction: pairs.length / total } }}
        onStart={() => {
          setPairs([]);
          work.start({ kind: 'pairs', taken, settings, exponents: null });
        }}
      />
      {pairs.length > 0 && (
        <>
          <p role="status" className="reach-finding">
            {verified} of {pairs.length} pairs verified{pairs.length < total ? ' so far' : ''}.{' '}
            {closest(pairs)}
          </p>
          <ScrollBox label="Pairs of marked steps">
            <table className="pairs" aria-label="Largest error beyond the limit, by the two marked steps">
              <thead>
                <tr>
                  <td />
                  {seconds.map((second) => (
                    <th key={second} scope="col">
                      {second}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {firsts.map((first) => (
                  <tr key={first}>
                    <th scope="row">{first}</th>
                    {seconds.map((second) => (
                      <td key={second}>
                        <PairPlace
                          answer={answers.get(`${first} ${second}`)}
                          pressed={first === shown[0] && second === shown[1]}
                          limit={settings.limit}
                          onChoose={onChoose}
                        />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
          <p className="panel-note">
            Rows: the first marked step. Columns: the second. ✓ verified, ✗ counterexample, ? unfinished. The
            stronger the colour of a ✗, the larger the part of the square that fails. Press a place to see its
            square.
          </p>
        </>
      )}
    </>
  );
}

interface PairPlaceProps {
  readonly answer: PairAnswer | undefined;
  readonly pressed: boolean;
  readonly limit: number;
  readonly onChoose: PairsSectionProps['onChoose'];
}

function PairPlace({ answer, pressed, limit, onChoose }: PairPlaceProps) {
  if (!answer) return <span className="pairs-empty">·</span>;
  const { first, second, verdict, excess, unsafe, regions } = answer;
  const text = `Steps ${first} and ${second}: ${verdict}, largest error ${formatNumber(excess + limit)}, ${regions} regions`;
  return (
    <button
      type="button"
      data-verdict={verdict}
      aria-pressed={pressed}
      aria-label={text}
      title={text}
      style={{ '--share': `${Math.round(100 * Math.sqrt(unsafe))}%` } as React.CSSProperties}
      onClick={() => onChoose(first, second)}
    >
      {SIGNS[verdict]}
    </button>
  );
}

/** The pair with the largest error, in words. */
function closest(pairs: readonly PairAnswer[]): string {
  const worst = pairs.reduce((most, pair) => (pair.excess > most.excess ? pair : most));
  return `The worst is steps ${worst.first} and ${worst.second}.`;
}
