import { inner } from './linear.ts';
import { type Network, normalised } from './network.ts';

/** A student's units beside the teacher's. */
export interface Comparison {
  /** Cosines between the incoming weights of a student's unit and a teacher's. */
  readonly cosines: Float64Array; // [units of the student, units of the teacher]
  /** The student's unit that stands for each of the teacher's, no unit twice; null where there are too few. */
  readonly partners: readonly (number | null)[]; // [units of the teacher]
  /** The largest difference among a, w and b of partners, all |w| = 1; null where a unit of either has no partner. */
  readonly largestError: number | null;
}

/** Pairs units by their cosines, the nearest first. */
export function compareNetworks(student: Network, teacher: Network): Comparison {
  const own = normalised(student);
  const { inputs } = teacher;
  const cosines = Float64Array.from({ length: own.units * teacher.units }, (_, place) =>
    inner(
      own.w,
      Math.floor(place / teacher.units) * inputs,
      teacher.w,
      (place % teacher.units) * inputs,
      inputs,
    ),
  );
  const partners = new Array<number | null>(teacher.units).fill(null);
  const order = Array.from(cosines, (_, place) => place);
  order.sort((one, other) => Math.abs(cosines[other] as number) - Math.abs(cosines[one] as number));
  const taken = new Set<number>();
  for (const place of order) {
    const unit = Math.floor(place / teacher.units);
    const of = place % teacher.units;
    if (taken.has(unit) || partners[of] !== null) continue;
    partners[of] = unit;
    taken.add(unit);
  }
  return { cosines, partners, largestError: largestErrorOf(own, teacher, partners) };
}

function largestErrorOf(own: Network, teacher: Network, partners: readonly (number | null)[]): number | null {
  if (own.units !== teacher.units) return null;
  const { inputs } = teacher;
  let largest = 0;
  for (const [of, unit] of partners.entries()) {
    if (unit === null) return null;
    const differences = [
      (own.a[unit] as number) - (teacher.a[of] as number),
      (own.b[unit] as number) - (teacher.b[of] as number),
    ];
    for (let input = 0; input < inputs; input++) {
      differences.push((own.w[unit * inputs + input] as number) - (teacher.w[of * inputs + input] as number));
    }
    largest = Math.max(largest, ...differences.map(Math.abs));
  }
  return largest;
}
