import { useCallback, useEffect, useState } from 'react';
import type { Cells } from '../../reachability/cells.ts';
import type { Settings } from '../../reachability/settings.ts';
import { formatCount } from '../numbers.ts';
import { ExponentFields } from '../rescale/ExponentFields.tsx';
import { balanced, randomExponents, withExponent } from '../rescale/exponents.ts';
import { UnitSliders } from '../rescale/UnitSliders.tsx';
import { SquarePicture } from './SquarePicture.tsx';
import { useWork } from './useWork.ts';
import type { Answer, Event, Taken } from './work.ts';
import '../styles/rescale.css';

interface RescaleSectionProps {
  readonly taken: Taken | null;
  readonly settings: Settings;
  /** The answer for the network as it is. */
  readonly original: Answer;
  readonly edges: boolean;
}

/** Multiplies the weights into hidden units and divides those out of them: the regions stay where they are. */
export function RescaleSection({ taken, settings, original, edges }: RescaleSectionProps) {
  const { hidden, layers } = original;
  const units = { hidden, layers };
  const [exponents, setExponents] = useState(() => balanced(units));
  const [draw, setDraw] = useState(0);
  const [layer, setLayer] = useState(0);
  const [unit, setUnit] = useState(0);
  const [rescaled, setRescaled] = useState<Answer | null>(null);
  const receive = useCallback((event: Event): void => {
    if (event.type === 'answer') setRescaled(event.answer);
  }, []);
  const { start, problem } = useWork(receive);
  useEffect(() => {
    start({ kind: 'answer', taken, settings, exponents });
  }, [start, taken, settings, exponents]);
  return (
    <>
      <div className="rescale-fields">
        <ExponentFields
          layer={layer}
          layers={layers}
          onLayer={setLayer}
          onUnbalance={() => {
            setExponents(randomExponents(units, settings.seed, draw));
            setDraw(draw + 1);
          }}
          onBalance={() => setExponents(balanced(units))}
        />
      </div>
      <UnitSliders
        layer={layer}
        layers={layers}
        exponents={exponents.subarray(layer * hidden, (layer + 1) * hidden)}
        selected={unit}
        onSelect={setUnit}
        onChange={(changed, exponent) => {
          setUnit(changed);
          setExponents(withExponent(exponents, layer * hidden + changed, exponent));
        }}
      />
      {problem !== null && (
        <p className="reach-problem" role="alert">
          {problem}
        </p>
      )}
      {rescaled && (
        <>
          <p className="reach-finding" role="status" data-testid="rescaled">
            {comparison(original.reach.cells, rescaled.reach.cells, exponents)}
          </p>
          <SquarePicture question={rescaled.question} reach={rescaled.reach} hidden={hidden} edges={edges} />
        </>
      )}
    </>
  );
}

/** How many numbers of two pictures differ, in words. */
function comparison(original: Cells, rescaled: Cells, exponents: Int8Array): string {
  const moved = exponents.filter((exponent) => exponent !== 0).length;
  const who =
    moved === 0 ? 'Nothing is rescaled yet.' : `${moved} of ${exponents.length} units are rescaled.`;
  if (original.count !== rescaled.count) {
    return `${who} The network has ${formatCount(rescaled.count)} regions instead of ${formatCount(original.count)}: a number left the range that floats hold.`;
  }
  let numbers = 0;
  let different = 0;
  for (const key of ['points', 'outputs', 'patterns'] as const) {
    const [a, b] = [original[key], rescaled[key]];
    numbers += a.length;
    for (let at = 0; at < a.length; at++) if (!Object.is(a[at], b[at])) different++;
  }
  return `${who} ${formatCount(different)} of ${formatCount(numbers)} numbers of the picture differ${different === 0 ? ': it is the same to the last bit' : ''}.`;
}
