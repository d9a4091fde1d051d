import type { Network } from './network.ts';
import type { MomentsState, StudentReport } from './run.ts';

/** A line of JSON. */
export const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** A network as JSON: w has a row per unit. */
const networkJson = ({ inputs, units, a, w, b }: Network): object => ({
  a: [...a],
  w: Array.from({ length: units }, (_, unit) => [...w.subarray(unit * inputs, (unit + 1) * inputs)]),
  b: [...b],
});

const studentJson = (name: string, student: StudentReport, teacher: Network | null): object => ({
  student: name,
  ...networkJson(student.network),
  heldOut: student.heldOut,
  largestError: student.largestError,
  partners: student.partners,
  cosines: Array.from({ length: student.network.units }, (_, unit) => {
    const width = teacher?.units ?? 0;
    return [...student.cosines.subarray(unit * width, (unit + 1) * width)];
  }),
  seconds: student.seconds,
});

/** Students that are done with the polish, and those in training. */
const LEARNED = ['moments', 'polished', 'chance'] as const;
const TRAINED = ['sgd', 'path'] as const;

/**
 * What a run has found out between two of its states, as lines of JSON: the teacher, the singular values, each student when it
 * has learned, and the held-out errors on the way.
 */
export function* linesOf(before: MomentsState, after: MomentsState): Generator<string> {
  const { teacher, spectrum, problem } = after;
  if (teacher && teacher !== before.teacher) yield lineOf({ teacher: networkJson(teacher) });
  if (spectrum && spectrum !== before.spectrum) {
    const { values, ...rest } = spectrum;
    yield lineOf({ spectrum: { values: [...values], ...rest } });
  }
  if (problem !== null && problem !== before.problem) yield lineOf({ problem });
  for (const name of LEARNED) {
    const student = after[name];
    if (student && student !== before[name]) yield lineOf(studentJson(name, student, teacher));
  }
  for (const point of after.curve.slice(before.curve.length)) yield lineOf(point);
  if (after.stage !== 'done' || before.stage === 'done') return;
  for (const name of TRAINED) {
    const student = after[name];
    if (student) yield lineOf(studentJson(name, student, teacher));
  }
}

/** Everything of a run as lines of JSON, as the command line writes them. */
export const everyLine = (settings: object, empty: MomentsState, state: MomentsState): string =>
  [lineOf({ settings }), ...linesOf(empty, state)].join('');
