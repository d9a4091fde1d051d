import type { MomentsState, StudentReport } from '../../moments/run.ts';
import type { MomentsSettings } from '../../moments/settings.ts';
import { formatNumber } from '../numbers.ts';

/** Every student, in the order of its table. */
export const STUDENTS = ['moments', 'polished', 'chance', 'sgd', 'path'] as const;
export type StudentName = (typeof STUDENTS)[number];

export const STUDENT_TITLES: Readonly<Record<StudentName, string>> = {
  moments: 'Moments alone',
  polished: 'Moments, polished',
  chance: 'Polish from a random start',
  sgd: 'SGD',
  path: 'Path-SGD',
};

export type Outcome = 'found' | 'near' | 'stuck' | 'diverged';

export const OUTCOME_TEXTS: Readonly<Record<Outcome, string>> = {
  found: 'found the teacher',
  near: 'came near',
  stuck: 'did not find it',
  diverged: 'diverged',
};

/** Shares of the teacher's variance. */
const FOUND = 1e-6;
const NEAR = 0.03;
/** How many times what noise on the labels leaves of a perfect fit, in expectation, still counts as one. */
const NOISE_MARGIN = 4;

/** How a student has fared, by its held-out error; noise on the labels leaves even the best student an error. */
export function outcomeOf({ heldOut, network }: StudentReport, settings: MomentsSettings): Outcome {
  if (!Number.isFinite(heldOut)) return 'diverged';
  const parameters = network.units * (network.inputs + 2);
  const fromNoise = (settings.noise ** 2 * parameters) / settings.samples;
  if (heldOut < FOUND + NOISE_MARGIN * fromNoise) return 'found';
  return heldOut < NEAR ? 'near' : 'stuck';
}

/** What a run has come to, a sentence for each of its parts. */
export function verdictOf(state: MomentsState, settings: MomentsSettings): string[] {
  const { teacher, spectrum, problem, moments, polished, sgd, path, stage } = state;
  const sentences: string[] = [];
  if (spectrum && teacher) sentences.push(countSentence(spectrum.units, spectrum.used, teacher.units));
  if (problem !== null) sentences.push(`The moments gave no student. ${problem}`);
  if (moments && polished) {
    const outcome = outcomeOf(polished, settings);
    const alone = `From the moments alone the student is off by ${formatNumber(moments.heldOut)} of the teacher’s variance`;
    if (outcome === 'found') {
      const error = polished.largestError;
      const digits = error === null ? '' : `, its parameters to ${formatNumber(error)}`;
      sentences.push(`${alone}; the polish takes it to the teacher itself${digits}.`);
    } else {
      sentences.push(`${alone}, and after the polish by ${formatNumber(polished.heldOut)}.`);
    }
  }
  if (stage !== 'done' || !sgd || !path || settings.steps === 0) return sentences;
  const words = (['sgd', 'path'] as const).map((name) => {
    const student = state[name] as StudentReport;
    const outcome = outcomeOf(student, settings);
    const off = outcome === 'near' || outcome === 'stuck' ? ` (off by ${formatNumber(student.heldOut)})` : '';
    return `${STUDENT_TITLES[name]} ${OUTCOME_TEXTS[outcome]}${off}`;
  });
  sentences.push(`In ${settings.steps.toLocaleString('en')} steps ${words.join(', ')}.`);
  return sentences;
}

function countSentence(seen: number, used: number, teacher: number): string {
  const units = (count: number): string => `${count} unit${count === 1 ? '' : 's'}`;
  const right = seen === teacher ? ', as many as the teacher has' : `; the teacher has ${teacher}`;
  const chosen = used === seen ? '' : `. You chose to look for ${used}`;
  return `The singular values show ${units(seen)}${right}${chosen}.`;
}
