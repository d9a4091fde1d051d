import { boundOn, type Cells, valueAt } from '../../reachability/cells.ts';
import type { Question } from '../../reachability/question.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import type { Answer } from './work.ts';

/** A share of the square in per cent, also a tiny one. */
export function percentText(share: number): string {
  const percent = 100 * share;
  return `${percent >= 0.1 || percent === 0 ? percent.toFixed(1) : percent.toPrecision(2)} %`;
}

/** A point of the square by its coordinates. */
export const pointText = (point: ArrayLike<number>): string =>
  `(${Array.from(point, (value) => Number(value.toFixed(4)))
    .map(String)
    .join(', ')})`;

/** The bounds at a point of a region. */
function valuesAt({ property }: Question, cells: Cells, cell: number, point: ArrayLike<number>): number[] {
  const perCell = cells.outputs.length / cells.count;
  return property.bounds.map((bound) =>
    valueAt(boundOn(bound, cells.outputs, cell * perCell), 0, point, 0, cells.free),
  );
}

/** What the square reads at a point of a region; -1: none was found there. */
export function describePoint(
  question: Question,
  cells: Cells,
  cell: number,
  point: ArrayLike<number>,
  hidden: number,
): string {
  const place = pointText(point);
  if (cell < 0) return `${place}: not looked at, the search ended before.`;
  const { signed } = question.property;
  const values = valuesAt(question, cells, cell, point);
  const shown = signed ? (values[0] as number) : Math.max(...values);
  const width = cells.free + 1;
  const perCell = cells.outputs.length / cells.count;
  const answer = valueAt(cells.outputs, cell * perCell, point, 0, cells.free);
  const output = perCell === width ? `answer ${answer.toFixed(4)}, ` : '';
  return `${place}: region ${formatCount(cell + 1)} of ${formatCount(cells.count)}, ${output}${question.property.name} ${formatNumber(shown)}; ${cells.active[cell]} of ${hidden} units active at the end`;
}

export interface Verdict {
  readonly word: string;
  readonly sentence: string;
}

/** About a pixel of the picture, as a share of it. */
const PIXEL = 1e-5;

/** The verdict and what it means, in words. */
export function verdictOf({ question, reach, replays }: Answer): Verdict {
  const { verdict, excess, worst, unsafe, covered, finished, cells } = reach;
  const { limit, name } = question.property;
  const box = cells.free === 2 ? 'the square' : 'the box';
  const at = pointText(worst.point);
  const value = formatNumber(excess + limit);
  const engine = formatNumber((replays.float32.excesses[worst.bound] as number) + limit);
  const replayed = `The training engine, run there, has ${engine}.`;
  if (verdict === 'COUNTEREXAMPLE') {
    const left = finished ? '' : ` Only ${percentText(covered)} of ${box} was looked at.`;
    return {
      word: verdict,
      sentence: `At ${at} the ${name} is ${value}. ${replayed} The property fails on ${finished ? '' : 'at least '}${percentText(unsafe)} of ${box}${unsafe < PIXEL ? ', too little to be seen' : ''}.${left}`,
    };
  }
  if (verdict === 'UNFINISHED') {
    return {
      word: verdict,
      sentence: `${formatCount(cells.count)} regions were found, which cover ${percentText(covered)} of ${box}, and no counterexample in them. Nothing is said of the rest: allow more regions, or take a smaller network.`,
    };
  }
  return {
    word: verdict,
    sentence: `It holds for every choice of the free numbers. The largest ${name} is ${value}, at ${at}, which leaves a margin of ${formatNumber(-excess)}. ${replayed}`,
  };
}
