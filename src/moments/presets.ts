import { DEFAULT_MOMENTS, type MomentsSettings } from './settings.ts';

/** Settings worth a look, and what to look for. */
export interface MomentsPreset {
  readonly title: string;
  readonly watch: string;
  /** What differs from the defaults. */
  readonly changes: Partial<MomentsSettings>;
}

export const MOMENTS_PRESETS: readonly MomentsPreset[] = [
  {
    title: 'The usual case',
    watch: 'Four singular values stand out, and the polish takes their network to the teacher itself.',
    changes: {},
  },
  {
    title: 'Uniform inputs',
    watch:
      'The formulas are those of normal inputs. With others the moments are off and show too many units, however many samples there are; the polish mostly mends it.',
    changes: { distribution: 'uniform', look: 4 },
  },
  {
    title: 'Units nearly alike',
    watch:
      'Two units point almost the same way. The smallest singular value sinks towards the noise, and the moments mix them up.',
    changes: { singular: 0.05, look: 4 },
  },
  {
    title: 'Large biases',
    watch: 'A unit that is nearly always on, or off, leaves little in the moments from the second on.',
    changes: { bias: 3, look: 4 },
  },
  {
    title: 'Noisy labels',
    watch: 'With a tenth of noise the parameters come out to about a hundredth, not to the last digit.',
    changes: { noise: 0.1 },
  },
  {
    title: 'More units than inputs',
    watch:
      'Eight units on four inputs: the tensors of order 4 to 6 tell them apart. They come from the teacher here, not from samples.',
    changes: { inputs: 4, units: 8, tensors: 'exact', width: '2' },
  },
  {
    title: 'Wider students',
    watch: 'With twice the units of the teacher both optimizers get stuck less often.',
    changes: { width: '2' },
  },
  {
    title: 'Unbalanced start',
    watch:
      'The same function at the start, written with units out of balance. Of 20 teachers SGD came within a thousandth of 13, of 19 from a balanced start; Path-SGD of 15, the same from both.',
    changes: { width: '2', unbalance: 1.5 },
  },
];

/** Whether settings are those of a preset, with any teacher. */
export const isPreset = ({ changes }: MomentsPreset, settings: MomentsSettings): boolean => {
  const wanted: MomentsSettings = { ...DEFAULT_MOMENTS, ...changes, seed: settings.seed };
  return (Object.keys(wanted) as (keyof MomentsSettings)[]).every((key) => wanted[key] === settings[key]);
};
