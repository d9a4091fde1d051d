import { BackThroughTime, TwoRules } from './formulas.tsx';
import { PowersPicture, RescalingPicture } from './pictures.tsx';
import { SOURCES } from './sources.ts';
import type { GuideStep } from './step.ts';

/** What comes of it: where it helps, where training fails, and where it does not help. */
export const PRACTICE_STEPS: readonly GuideStep[] = [
  {
    title: 'SGD beside Path-SGD',
    idea: (
      <>
        <p>
          Now the comparison that the paper is about. Both lanes start from the same weights, those of np-RNN,
          which were made for ReLU. Both read the same batches. The sequence has 100 steps, so that the first
          number lies further back than in the first step of this guide.
        </p>
        <TwoRules />
        <p>
          A comparison is worth nothing if one side is badly set up. SGD has its gradient clipped at norm 1,
          as is usual, and the best of six rates from 0.001 to 0.02; Path-SGD one of the two best of three.
          Both have momentum, with which both learn sooner.
        </p>
      </>
    ),
    question: 'Which lane is the first to leave the baseline for good?',
    choices: ['SGD', 'Path-SGD', 'Neither, at this length'],
    right: 1,
    preset: 'sgd-and-path',
    tryThis: 'Press Play and give it 12,000 steps. Then change the seed and see whether it happens again.',
    shows: (
      <p>
        From this start Path-SGD leaves the baseline first. One run proves little, for the seed decides much:
        over ten seeds, Path-SGD came below 0.05 after some 3,500 steps in the median, SGD after some 7,600,
        and it was later from each of the ten. With 64 units and 50 time steps we saw no such lead: both took
        some 1,000 to 2,000 steps.
      </p>
    ),
    further: { preset: 'starts', text: 'Other starts: who is ahead changes with them.' },
    view: { name: 'sweep', text: 'Try many rates and seeds' },
    sources: [SOURCES.paper, SOURCES.npRnn],
  },
  {
    title: 'An unbalanced start',
    idea: (
      <>
        <p>
          Take a network, and multiply the weights into each hidden unit by a random power of two, dividing
          those out of it by the same. The first Path-SGD paper trains such networks on handwritten digits,
          without recurrence, and so does this step.
        </p>
        <RescalingPicture />
        <p>
          The function is the same, so a perfect method would not notice. What SGD sees is a landscape that is
          steep along some weights and flat along others, and no single rate suits both.
        </p>
      </>
    ),
    question: 'After 1,000 steps, what will the unbalanced start have cost each method?',
    choices: [
      'SGD some of its right answers, Path-SGD nothing at all',
      'Both some of their right answers, Path-SGD fewer',
      'Neither anything: it is the same function',
    ],
    right: 0,
    preset: 'feedforward-unbalanced',
    tryThis: 'Press Play and watch the chart of the share of right answers.',
    shows: (
      <p>
        In our run SGD knew 91 % of the held-out digits from the balanced start and 86 % from the unbalanced
        one. Path-SGD knew 90 % from both, equal to the last digit at every step. So it is not ahead of a
        balanced SGD; it just does not mind.
      </p>
    ),
    further: {
      preset: 'unbalanced-unclipped',
      text: 'Recurrent, and without a clip: SGD is lost at step 3.',
    },
    view: { name: 'rescale', text: 'Rescale a unit yourself' },
    sources: [SOURCES.pathSgd],
  },
  {
    title: 'Gradients that vanish and explode',
    idea: (
      <>
        <p>
          What an early input has to do with a late answer comes back through time, with one factor of the
          recurrent weights for each step. (D is 1 where a unit is on and 0 where it is off.)
        </p>
        <BackThroughTime />
        <p>Fifty factors a little below 1 leave almost nothing; a little above 1, they are huge:</p>
        <PowersPicture />
        <p>
          Starts are chosen so that the factors are near 1: the identity, an orthogonal matrix, np-RNN. That
          puts the trouble off; a limit on the size of a step contains it.
        </p>
      </>
    ),
    question:
      'All weights start within 0.1 of zero, and the sequence has 50 steps. What will the loss of SGD do?',
    choices: ['Fall, only more slowly', 'Come to the baseline and stay there', 'Grow without bound'],
    right: 1,
    preset: 'vanishing-gradient',
    tryThis: 'Press Play and give it 3,000 steps.',
    shows: (
      <p>
        SGD gets no signal from the past: it only learns to answer 1. Adam divides each step by the size of
        the gradient so far, and finds its way out from the very same weights. Path-SGD does badly from so
        small a start: κ is tiny, and steps divided by it are huge.
      </p>
    ),
    further: { preset: 'exploding-gradient', text: 'The other failure: steps that throw the network away.' },
    view: { name: 'inside', text: 'See the gradient through time' },
    sources: [SOURCES.clipping, SOURCES.irnn, SOURCES.npRnn],
  },
  {
    title: 'Where Path-SGD does not win',
    idea: (
      <>
        <p>
          The paper reports 3.1 % errors on digits read pixel by pixel and 1.47 bits per character on the Penn
          Treebank, with plain ReLU networks. LSTMs stay ahead: 1.8 % errors in another paper. What we
          measured ourselves, one run of a preset each:
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">Measured</th>
              <th scope="col">SGD</th>
              <th scope="col">Path-SGD</th>
              <th scope="col">Adam</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>Adding, 20 steps: loss 0.05 at step</td>
              <td>1,670</td>
              <td>860</td>
              <td>240</td>
            </tr>
            <tr>
              <td>14 × 14 pixels, right after 600 steps</td>
              <td>62 %</td>
              <td>44 %, with κ₂</td>
              <td>71 %</td>
            </tr>
            <tr>
              <td>Moby Dick, bits per letter after 1,000 steps (less is better)</td>
              <td>2.95</td>
              <td>3.58</td>
              <td>3.05</td>
            </tr>
            <tr>
              <td>Copying, wait of 10: recalled after 3,000 steps</td>
              <td>27 %</td>
              <td>33 %</td>
              <td>49 %</td>
            </tr>
            <tr>
              <td>Time of a training step, on an emulated GPU</td>
              <td>1</td>
              <td>1.05, with κ₂ 2.1</td>
              <td>–</td>
            </tr>
          </tbody>
        </table>
      </>
    ),
    question: 'From an identity start, 50 steps long, with SGD clipped: who leaves the baseline first?',
    choices: ['SGD', 'Path-SGD with κ₁', 'Path-SGD with κ₁ + κ₂'],
    right: 0,
    preset: 'identity-start',
    tryThis: 'Press Play and give it 4,000 steps.',
    shows: (
      <p>
        SGD, by far, and κ₂ does not change that. What Path-SGD is sure to give is that it does not matter how
        a network is scaled; whether it is also faster depends on start, task and rate. Take this page as a
        place to find out, and be as doubtful of us as of anybody.
      </p>
    ),
    further: { preset: 'optimizers', text: 'Methods that adapt rates by themselves, on the same task.' },
    view: { name: 'sweep', text: 'Try many rates' },
    sources: [SOURCES.paper, SOURCES.urnn, SOURCES.adam],
  },
  {
    title: 'What training does not tell',
    idea: (
      <>
        <p>
          A curve near zero says that the samples were answered well. Three rooms below, under “Next door”,
          ask more, each with a method from the literature.
        </p>
        <p>
          <b>Prove it</b> leaves two numbers of a sequence free. A ReLU network is linear in pieces: the
          square of the two splits, exactly, into regions, and in each the error is largest at a corner. So
          finitely many corners decide about infinitely many inputs. <b>Teacher and students</b> finds a
          hidden network from averages of its answers, where SGD and Path-SGD may get stuck.{' '}
          <b>A picture in one number</b> builds a network whose few weights hold a whole picture in their
          digits.
        </p>
      </>
    ),
    question:
      'A network answers all of 1,000 held-out sequences within 0.04. Does it for any two numbers at any two marked steps?',
    choices: [
      'Yes, so many samples leave no room for doubt',
      'No, but one that fails is found only by looking at every corner',
      'No, it fails for most pairs of steps',
    ],
    right: 1,
    preset: 'nearly-proved',
    tryThis:
      'Press Play, give it 20,000 steps, then pause and open the room at the steps 4 and 5, or let it look at all pairs.',
    shows: (
      <p>
        In our run 15 of the 16 pairs were proved. The marked steps 4 and 5, which stand side by side, were
        not: in a corner that is 0.05 % of the square the answer is off by up to 0.0448. Other values at the
        steps without a mark make another square: what is proved holds for these.
      </p>
    ),
    room: { name: 'reachability', settings: { first: '4', second: '5' }, text: 'Prove it' },
    sources: [SOURCES.reachable, SOURCES.moments, SOURCES.lookup],
  },
];
