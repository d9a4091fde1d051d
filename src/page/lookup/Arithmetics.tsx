import { ARITHMETICS, type Arithmetic } from '../../lookup/arithmetic.ts';
import type { Errors } from '../../lookup/measure.ts';
import { formatCount, formatNumber, formatShare } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';
import type { BuiltView } from './protocol.ts';
import { ARITHMETIC_TEXTS, verdictOf } from './words.ts';

interface ArithmeticsProps {
  readonly view: BuiltView;
  readonly errors: Partial<Record<Arithmetic, Errors>>;
  readonly chosen: Arithmetic;
  readonly onChoose: (arithmetic: Arithmetic) => void;
}

/** The same network in three arithmetics: which is drawn, what each gets wrong, and the bound. */
export function Arithmetics({ view, errors, chosen, onChoose }: ArithmeticsProps) {
  const { lookup, bound, trifling } = view.built;
  const mine = errors[chosen];
  return (
    <>
      <p className="lookup-verdict" role="status" data-holds={mine?.holds}>
        {mine ? verdictOf(view, mine) : 'Measuring…'}
      </p>
      <ScrollBox className="lookup-table" label="The network in three arithmetics">
        <table>
          <thead>
            <tr>
              <th scope="col">computed in</th>
              <th scope="col">cells read right</th>
              <th scope="col">largest error</th>
              <th scope="col">L2 error</th>
              <th scope="col">bound</th>
            </tr>
          </thead>
          <tbody>
            {ARITHMETICS.map((arithmetic) => {
              const measured = errors[arithmetic];
              return (
                <tr key={arithmetic} data-chosen={arithmetic === chosen}>
                  <th scope="row">
                    <label>
                      <input
                        type="radio"
                        name="lookup-arithmetic"
                        checked={arithmetic === chosen}
                        onChange={() => onChoose(arithmetic)}
                      />{' '}
                      {ARITHMETIC_TEXTS[arithmetic]}
                    </label>
                  </th>
                  {measured ? (
                    <>
                      <td>
                        {measured.exactCells >= lookup.count
                          ? `all ${formatCount(lookup.count)}`
                          : `first ${formatCount(measured.exactCells)} of ${formatCount(lookup.count)}`}
                      </td>
                      <td>{measured.largest === null ? 'no number' : formatNumber(measured.largest)}</td>
                      <td>{measured.l2 === null ? 'no number' : formatNumber(measured.l2)}</td>
                      <td>{measured.holds ? '✓ holds' : '✗ broken'}</td>
                    </>
                  ) : (
                    <td colSpan={4}>measuring…</td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
      <p className="panel-note">
        Bound of the largest error outside the trifling region: ω 2⁻ᴹ + w(√d / N) ={' '}
        {formatNumber(bound.rounding)} + {formatNumber(bound.change)} = {formatNumber(bound.largest)}, with ω
        = {formatNumber(bound.range)}
        {bound.known
          ? ', from the modulus of continuity w that is known of this function.'
          : `. The modulus of continuity w of this function is not known: it was measured on ${formatCount(bound.points)} points, and may be a little larger between them.`}{' '}
        The trifling region, where a cell’s number is none, is {formatShare(trifling.share)} of{' '}
        {view.settings.sizes.dimension === 1 ? 'the interval' : 'the square'} ({formatShare(trifling.bound)}{' '}
        at most); there the answer is any number from f(0) − ω to f(0) + ω. The L2 error counts it and is at
        most {formatNumber(bound.meanSquareRoot)}.
      </p>
    </>
  );
}
