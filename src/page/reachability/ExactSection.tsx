import { useCallback, useState } from 'react';
import type { Settings } from '../../reachability/settings.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import { useWork } from './useWork.ts';
import { WorkBar } from './WorkBar.tsx';
import type { Event, ExactAnswer, Taken } from './work.ts';

interface ExactSectionProps {
  readonly taken: Taken | null;
  readonly settings: Settings;
}

/** The search once more in whole numbers, in which nothing is rounded. */
export function ExactSection({ taken, settings }: ExactSectionProps) {
  const [answer, setAnswer] = useState<ExactAnswer | null>(null);
  const receive = useCallback((event: Event): void => {
    if (event.type === 'exact') setAnswer(event.answer);
  }, []);
  const work = useWork(receive);
  return (
    <>
      <WorkBar
        label="Check in whole numbers"
        work={work}
        onStart={() => {
          setAnswer(null);
          work.start({ kind: 'exact', taken, settings, exponents: null });
        }}
      />
      {answer && (
        <p className="reach-finding" role="status">
          Without rounding: <b>{answer.exact.verdict}</b>, {formatCount(answer.exact.count)} regions,{' '}
          {formatCount(answer.exact.maps)} different maps, largest value {formatNumber(answer.exact.excess)}{' '}
          over the limit.{' '}
          {answer.samePatterns
            ? 'The search in floats found the very same regions.'
            : `The search in floats found other regions: ${formatCount(answer.regions)}.`}
        </p>
      )}
    </>
  );
}
