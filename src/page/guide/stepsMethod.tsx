import {
  Baseline,
  DualNorm,
  Homogeneity,
  IdentityRatio,
  PathRegulariser,
  PathStep,
  ScaledGradient,
  TwoTerms,
} from './formulas.tsx';
import { AddingPicture, PathsPicture, RescalingPicture, UnrolledPicture } from './pictures.tsx';
import { SOURCES } from './sources.ts';
import type { GuideStep } from './step.ts';

/** What is learnt, and how Path-SGD measures a step. */
export const METHOD_STEPS: readonly GuideStep[] = [
  {
    title: 'What is learnt here',
    idea: (
      <>
        <p>
          Each time step shows a number, and two of the numbers are marked. After the last step the network
          must say the sum of those two: it has to carry the first one past all that follow.
        </p>
        <AddingPicture />
        <p>
          A network that has learnt nothing does best by always answering 1. Its mean squared error is the{' '}
          <b>baseline</b>, the dashed line in the chart of the loss:
        </p>
        <Baseline />
      </>
    ),
    question: 'Two networks start from the same random weights. How will their losses go?',
    choices: [
      'They fall steadily from the first step on',
      'They come to the baseline, stay there for a while, and then fall',
      'They stay at the baseline: the numbers are random',
    ],
    right: 1,
    preset: 'length-20',
    tryThis: 'Press Play and give it 2,000 steps. The sequences are short here, 20 time steps.',
    shows: (
      <p>
        To answer 1 is learnt fast. To fall below the baseline a network must find that one early number
        matters, and it may take hundreds of steps before the gradient says so. In our run Path-SGD was below
        0.05 after some 500 steps, SGD after some 750.
      </p>
    ),
    view: { name: 'examples', text: 'See the sequences' },
    sources: [SOURCES.lstm, SOURCES.irnn],
  },
  {
    title: 'The same function, other weights',
    idea: (
      <>
        <p>A ReLU unit lets a positive factor through:</p>
        <Homogeneity />
        <p>
          So multiply all weights into a unit by α, and divide all weights out of it by α. Every weight is
          another, and the network computes exactly what it did before. In a recurrent network the factor of a
          unit is the same at all times.
        </p>
        <RescalingPicture />
        <p>
          But the gradient changes the other way round. SGD moves small weights most, and large ones least:
        </p>
        <ScaledGradient />
      </>
    ),
    question:
      'Four networks compute the same function, with ever more uneven weights. SGD trains them on the same batches. How will their losses go?',
    choices: [
      'They start apart and come together',
      'They are the same throughout',
      'They start the same and part at once',
    ],
    right: 2,
    preset: 'rescaled-sgd',
    tryThis: 'Press Step once and compare the four losses in the table of lanes. Then press Play.',
    shows: (
      <p>
        At step 1 all four losses are equal: the function is the same. From step 2 on they are not. Uneven
        weights need not be worse: in our run the most uneven network was ahead after 500 steps. But what SGD
        does depends on something that the function does not show.
      </p>
    ),
    view: { name: 'rescale', text: 'Rescale a unit yourself' },
    sources: [SOURCES.pathSgd],
  },
  {
    title: 'Steps that follow the paths',
    idea: (
      <>
        <p>
          A path leads from an input through units to an output. Rescale a unit, and one weight of each path
          through it grows while the next one shrinks: the product along the path stays. So does their sum:
        </p>
        <PathRegulariser />
        <PathsPicture />
        <p>Path-SGD divides each component g of the gradient by how strongly γ² bends in that weight:</p>
        <PathStep />
        <p>
          If a weight grows by α, g shrinks by α and κ by α²: the step grows by α, just as the weight did. To
          limit a step without spoiling this, its length is measured in the same geometry:
        </p>
        <DualNorm />
      </>
    ),
    question:
      'Two pairs of Path-SGD lanes; one network of each pair is unbalanced. The first pair is limited by n alone, the second also clips the usual norm of the gradient. Which pair stays together?',
    choices: ['Both pairs', 'The first pair only', 'The second pair only', 'Neither pair'],
    right: 1,
    preset: 'clipping-and-invariance',
    tryThis:
      'Press Play. Two curves that are equal look like one: compare the numbers in the table of lanes.',
    shows: (
      <p>
        The first pair is equal to the last digit, at every step. The factors here are powers of two, which
        computers multiply without rounding. The usual norm sees how weights are scaled: clipping by it breaks
        the bond of the second pair within a few steps.
      </p>
    ),
    view: { name: 'inside', text: 'See the gradient and κ' },
    sources: [SOURCES.paper, SOURCES.pathSgd],
  },
  {
    title: 'Weights that are used again and again',
    idea: (
      <>
        <p>
          A recurrent network uses the same weights at every time step, and a path may pass one of them k
          times. That splits κ in two:
        </p>
        <UnrolledPicture />
        <TwoTerms />
        <p>
          κ₁ counts each use as if it had a weight of its own, and costs about one more sequence in the batch.
          κ₂ counts the pairs of uses, and is dear. The paper finds it small and leaves it out: that is{' '}
          <b>path</b>. <b>path2</b> takes both. From random weights κ₂ is indeed about a hundredth of κ₁. But
          where a unit feeds itself, as in an identity start, it is the larger one by far:
        </p>
        <IdentityRatio />
      </>
    ),
    question: 'From an identity start, both at the rate 0.1: what difference does κ₂ make?',
    choices: [
      'None that can be seen',
      'With it the steps are smaller, and the network learns',
      'With it the steps are smaller, and learning takes longer',
    ],
    right: 1,
    preset: 'identity-kappa2',
    tryThis: 'Press Play and give it 1,500 steps.',
    shows: (
      <p>
        Without κ₂ the steps along the diagonal are some 25 times as large, and at this rate the loss stays
        near the baseline for most of the run. At a rate of 0.03 the two are about even: try that as well.
      </p>
    ),
    further: { preset: 'random-kappa2', text: 'From random weights: the two curves stay close.' },
    view: { name: 'inside', text: 'See κ₁ and κ₂' },
    sources: [SOURCES.paper, SOURCES.irnn],
  },
];
