import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Arithmetic } from '../../lookup/arithmetic.ts';
import { LookupNetwork } from '../../lookup/arithmetic.ts';
import { bitOf, digits } from '../../lookup/construction.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';
import { SelectField } from '../SelectField.tsx';
import type { BuiltView } from './protocol.ts';

interface DigitsProps {
  readonly view: BuiltView;
  readonly arithmetic: Arithmetic;
  /** The cell that is pointed at; null while none is. */
  readonly cell: number | null;
}

/** The numbers that hold the function, with the digits of one cell lit, and how the network reads them. */
export function Digits({ view, arithmetic, cell }: DigitsProps) {
  const { lookup } = view.built;
  const [chosen, setChosen] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const lit = useRef<HTMLElement>(null);
  const id = useId();
  // Until one is chosen: the first that differs from cell to cell.
  const telling = useMemo(
    () =>
      [...lookup.numbers.keys()].find((m) =>
        digits(lookup, m).includes(bitOf(lookup, 0, m) === 1 ? '00' : '1'),
      ),
    [lookup],
  );
  const index = Math.min(chosen ?? telling ?? 0, lookup.numbers.length - 1);
  const text = useMemo(() => digits(lookup, index), [lookup, index]);
  const at = 2 * (cell ?? 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the lit digits move with the cell
  useEffect(() => {
    if (!box.current || !lit.current) return;
    const { offsetTop, offsetHeight } = lit.current;
    const { scrollTop, clientHeight } = box.current;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight)
      box.current.scrollTop = offsetTop - clientHeight / 2;
  }, [at, index]);

  return (
    <div className="lookup-digits">
      <div className="lookup-digits-head">
        <SelectField
          label="Number"
          value={String(index)}
          options={lookup.numbers.map((_, m) => ({ value: String(m), text: `a${m + 1}: ${placeText(m)}` }))}
          onChange={(value) => setChosen(Number(value))}
        />
        <p id={id} className="panel-note">
          2π times this number is the weight of one sine. It has {formatCount(text.length)} binary digits, two
          for each of {formatCount(lookup.count)} cells: the cell’s bit, then a 0 that keeps the sine away
          from zero.
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys */}
      <section className="lookup-number" ref={box} tabIndex={0} aria-labelledby={id}>
        <code>
          0.{text.slice(0, at)}
          {cell === null ? text.slice(at, at + 2) : <mark ref={lit}>{text.slice(at, at + 2)}</mark>}
          {text.slice(at + 2)}
        </code>
      </section>
      {cell !== null && <CellReading view={view} arithmetic={arithmetic} cell={cell} />}
    </div>
  );
}

const placeText = (index: number): string =>
  index === 0 ? 'the most significant bits' : `bits worth 1/${2 ** (index + 1)}`;

/** What the sines make of one cell, number by number. */
function CellReading({ view, arithmetic, cell }: DigitsProps & { readonly cell: number }) {
  const { lookup } = view.built;
  const network = useMemo(() => new LookupNetwork(lookup, arithmetic), [lookup, arithmetic]);
  const { sines, bits, value } = network.read(cell);
  return (
    <ScrollBox className="lookup-table" label={`How cell ${cell} is read`}>
      <p>
        Cell {cell} in {arithmetic === 'bigint' ? 'BigInt' : arithmetic}: f ={' '}
        {formatNumber(view.corners[cell])} at its corner, the network answers{' '}
        {Number.isFinite(value) ? formatNumber(value) : 'no number'}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="row">bit</th>
            {sines.map((_, m) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a place among the numbers
              <th key={m} scope="col">
                a{m + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">digits</th>
            {sines.map((_, m) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a place among the numbers
              <td key={m}>{bitOf(lookup, cell, m)}0</td>
            ))}
          </tr>
          <tr>
            <th scope="row">sine</th>
            {sines.map((sine, m) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a place among the numbers
              <td key={m}>{formatNumber(sine)}</td>
            ))}
          </tr>
          <tr>
            <th scope="row">read</th>
            {bits.map((bit, m) => {
              const right = Math.abs(bit - bitOf(lookup, cell, m)) < 1e-3;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a place among the numbers
                <td key={m} className={right ? undefined : 'lookup-wrong'}>
                  {right ? Math.round(bit) : `${formatNumber(bit)} ✗`}
                </td>
              );
            })}
          </tr>
        </tbody>
      </table>
    </ScrollBox>
  );
}
