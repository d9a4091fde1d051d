/** Groups of presets, in the order in which the gallery shows them. */
export const PRESET_GROUPS = ['start', 'claims', 'tasks', 'failures'] as const;

/** A named link with a sentence on what to look for. */
export interface Preset {
  readonly group: (typeof PRESET_GROUPS)[number];
  readonly title: string;
  readonly lookFor: string;
  /** Training steps by which what `lookFor` says is to be seen; `presetSketches.ts` has just these. */
  readonly steps: number;
  /** The experiment as a link, without the `#`. */
  readonly link: string;
}

/** Every preset, by the name that `preset=` takes. What `lookFor` says of a run was seen in one on the CPU engine. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map<string, Preset>([
  [
    'sgd-and-path',
    {
      group: 'start',
      title: 'SGD beside Path-SGD',
      lookFor:
        'Both start from the same weights and see the same batches. Watch which curve is the first to leave the dashed baseline, the loss of always answering 1, and how long the other stays there.',
      steps: 12000,
      link: 'task=adding',
    },
  ],
  [
    'length-20',
    {
      group: 'start',
      title: 'A fifth as long',
      lookFor:
        'With 20 steps the marked numbers lie less far back: both lanes leave the baseline within some hundred steps, and the lead of Path-SGD is small.',
      steps: 2000,
      link: 'length=20',
    },
  ],
  [
    'unbalanced',
    {
      group: 'start',
      title: 'An unbalanced network',
      lookFor:
        'All four networks compute the same function at the start, but two have units with large incoming and small outgoing weights, or the reverse. SGD takes another course, with a spike at its start and here not even a worse end; the two Path-SGD curves lie on each other, to the last bit.',
      steps: 1000,
      link: 'length=20&lane=sgd,rate:0.1&lane=sgd,rate:0.1,unbalance:3&lane=path,rate:0.01&lane=path,rate:0.01,unbalance:3',
    },
  ],
  [
    'optimizers',
    {
      group: 'start',
      title: 'Five optimizers side by side',
      lookFor:
        'Path-SGD sees what a weight does in the network; AdaGrad, RMSprop and Adam see how large its gradients have been. Watch them overtake both here: Adam is below a loss of 0.05 after some 240 steps.',
      steps: 2000,
      link: 'length=20&lane=sgd,rate:0.1&lane=path,rate:0.01&lane=adagrad&lane=rmsprop&lane=adam',
    },
  ],
  [
    'mnist-rows',
    {
      group: 'start',
      title: 'Handwritten digits, row by row',
      lookFor:
        'Each digit is read one row of pixels at a time. Both lanes recognise more than half of the digits within a few hundred steps, and neither is ahead; a long run of either ends above 95 % on held-out images.',
      steps: 1000,
      link: 'task=mnist-rows&hidden=64&lane=sgd,rate:0.05&lane=path,rate:0.03',
    },
  ],
  [
    'moby-dick',
    {
      group: 'start',
      title: 'Moby Dick, letter by letter',
      lookFor:
        'Each lane reads the novel and guesses the next letter. First come blanks and the frequent letters, then words, in the texts that the lanes write while they train. Path-SGD is slower here at every rate that we tried.',
      steps: 1000,
      link: 'task=text&hidden=64&lane=sgd,rate:2,init:orthogonal&lane=path,rate:30&lane=adam,rate:0.002',
    },
  ],
  [
    'rescaled-sgd',
    {
      group: 'claims',
      title: 'One function, four courses of SGD',
      lookFor:
        'Four times the same function, with ever more unbalanced weights. Press Step once: the four losses are the same. Then watch them part, for SGD moves each of them differently.',
      steps: 500,
      link: 'length=20&lane=sgd,rate:0.1&lane=sgd,rate:0.1,unbalance:1&lane=sgd,rate:0.1,unbalance:2&lane=sgd,rate:0.1,unbalance:3',
    },
  ],
  [
    'unbalanced-unclipped',
    {
      group: 'claims',
      title: 'Unbalanced, with nothing to hold SGD',
      lookFor:
        'SGD without a limit on the gradient: from balanced weights it learns, from unbalanced ones of the same function it is lost at step 3. Path-SGD goes the same way from both, to the last bit.',
      steps: 1500,
      link: 'length=20&lane=sgd,rate:0.1,init:gaussian,clip:0&lane=sgd,rate:0.1,init:gaussian,clip:0,unbalance:3&lane=path,rate:0.1,init:gaussian&lane=path,rate:0.1,init:gaussian,unbalance:3',
    },
  ],
  [
    'clipping-and-invariance',
    {
      group: 'claims',
      title: 'Clipping keeps or breaks the invariance',
      lookFor:
        'Four Path-SGD lanes in two pairs, one network of each pair unbalanced. The first pair, limited only by the norm that belongs to the path geometry, stays together to the last bit; the second is clipped by the usual gradient norm too, and its curves part.',
      steps: 1000,
      link: 'length=20&lane=path,rate:0.01&lane=path,rate:0.01,unbalance:4&lane=path,rate:0.01,clip:1&lane=path,rate:0.01,clip:1,unbalance:4',
    },
  ],
  [
    'feedforward-unbalanced',
    {
      group: 'claims',
      title: 'Unbalanced, without recurrence',
      lookFor:
        'The experiment of the first Path-SGD paper: hidden layers that see the whole digit at once. Watch the share of right answers: unbalanced weights hold SGD back; the two Path-SGD curves lie on each other.',
      steps: 1000,
      link: 'task=mnist-flat&hidden=64&layers=2&lane=sgd,rate:0.1&lane=sgd,rate:0.1,unbalance:5&lane=path,rate:0.03&lane=path,rate:0.03,unbalance:5',
    },
  ],
  [
    'identity-kappa2',
    {
      group: 'claims',
      title: 'The second term, from an identity start',
      lookFor:
        'Where recurrent weights start as the identity, a path uses the same weight at every step, and on the diagonal the term kappa2 is 24 times kappa1. Path2 counts it and learns at this rate; path leaves it out and takes steps that are too large.',
      steps: 1500,
      link: 'length=20&lane=path,rate:0.1,init:identity&lane=path2,rate:0.1,init:identity',
    },
  ],
  [
    'random-kappa2',
    {
      group: 'claims',
      title: 'The second term, from a random start',
      lookFor:
        'From random weights the term kappa2 is about a hundredth of kappa1. The paper leaves it out; watch how little that changes.',
      steps: 1500,
      link: 'length=20&lane=path,rate:0.03,init:gaussian&lane=path2,rate:0.03,init:gaussian',
    },
  ],
  [
    'starts',
    {
      group: 'claims',
      title: 'Three starts, both methods',
      lookFor:
        'Which method is ahead depends on the start: from np-RNN weights Path-SGD, from orthogonal ones SGD, and from the identity neither by much.',
      steps: 2000,
      link: 'length=20&lane=sgd,rate:0.1&lane=path,rate:0.01&lane=sgd,rate:0.1,init:identity&lane=path,rate:0.03,init:identity&lane=sgd,rate:0.1,init:orthogonal&lane=path,rate:0.03,init:orthogonal',
    },
  ],
  [
    'identity-start',
    {
      group: 'claims',
      title: 'Where SGD wins: an identity start',
      lookFor:
        'From the identity, at length 50, SGD with a limit on its gradient leaves the baseline long before Path-SGD, with either kappa.',
      steps: 4000,
      link: 'length=50&lane=sgd,rate:0.03,init:identity&lane=path,rate:0.01,init:identity&lane=path2,rate:0.01,init:identity',
    },
  ],
  [
    'nearly-proved',
    {
      group: 'claims',
      title: 'Right on every sample, and yet',
      lookFor:
        'A small network learns to add two of eight numbers. After 20,000 steps, some seconds, all of 1,000 held-out sequences are answered within 0.04. Then let “Prove it” below look at all pairs of marked steps: one of the 16 has a corner where the answer is further off.',
      steps: 20_000,
      link: 'length=8&hidden=16&lane=path,rate:0.003,momentum:0.9',
    },
  ],
  [
    'three-numbers',
    {
      group: 'tasks',
      title: 'Three numbers to add',
      lookFor:
        'Three marked numbers to a sequence in the place of two: the baseline, the loss of always answering 1.5, lies higher, and it takes longer to get below it.',
      steps: 3000,
      link: 'length=30&terms=3',
    },
  ],
  [
    'copying',
    {
      group: 'tasks',
      title: 'Copying memory',
      lookFor:
        'Ten symbols, a wait, and then the same ten from memory. Every lane soon learns to be silent during the wait, which is the baseline; watch how many symbols are recalled. Adam is ahead, Path-SGD a little before SGD.',
      steps: 3000,
      link: 'task=copying&length=10&hidden=64&lane=sgd,rate:0.1,init:identity&lane=path,rate:3,init:identity,dualclip:0&lane=adam,init:identity',
    },
  ],
  [
    'copying-longer',
    {
      group: 'tasks',
      title: 'Copying after a longer wait',
      lookFor:
        'The same with a wait of 50 steps, which plain recurrent networks find hard. Adam gets below the baseline after some 400 steps; SGD comes to it and stays, Path-SGD is still on its way there after 1,500.',
      steps: 1500,
      link: 'task=copying&length=50&hidden=64&lane=sgd,rate:0.1,init:identity&lane=path2,rate:1,init:identity&lane=adam,init:identity',
    },
  ],
  [
    'pixel-by-pixel',
    {
      group: 'tasks',
      title: 'Digits, pixel by pixel',
      lookFor:
        'The digit comes one pixel at a time, 196 of them, and is to be named after the last. Watch the share of right answers: after 600 steps Adam is at some 70 %, SGD at 62 %, Path-SGD at 44 %.',
      steps: 600,
      link: 'task=mnist-14x14&hidden=64&lane=sgd,rate:0.01,init:identity&lane=path2,rate:0.03,init:identity&lane=adam,rate:0.0003,init:identity',
    },
  ],
  [
    'pixels-shuffled',
    {
      group: 'tasks',
      title: 'Digits, pixels in a random order',
      lookFor:
        'The same 196 pixels in a random order, the same for every image: neighbouring strokes are now far apart in time. All three lanes learn more slowly, and are closer together.',
      steps: 600,
      link: 'task=mnist-14x14-permuted&hidden=64&lane=sgd,rate:0.01,init:identity&lane=path2,rate:0.03,init:identity&lane=adam,rate:0.0003,init:identity',
    },
  ],
  [
    'all-pixels',
    {
      group: 'tasks',
      title: 'All 784 pixels, one by one',
      lookFor:
        'The long benchmark of the literature. A step takes its time on a CPU; after 200 of them Adam names almost every second digit, SGD every fourth, and Path-SGD has hardly begun.',
      steps: 200,
      link: 'task=mnist-pixels&hidden=32&lane=sgd,rate:0.003,init:identity&lane=path2,rate:0.01,init:identity&lane=adam,rate:0.0001,init:identity',
    },
  ],
  [
    'all-pixels-shuffled',
    {
      group: 'tasks',
      title: 'All 784 pixels in a random order',
      lookFor:
        'The hardest form of the task: 784 pixels in one random order, the same for every image. After 200 steps Adam and SGD are a little better than guessing, Path-SGD is not.',
      steps: 200,
      link: 'task=mnist-pixels-permuted&hidden=32&lane=sgd,rate:0.003,init:identity&lane=path2,rate:0.01,init:identity&lane=adam,rate:0.0001,init:identity',
    },
  ],
  [
    'urnn-copying',
    {
      group: 'tasks',
      title: 'A unitary network copies',
      lookFor:
        'Ten symbols are to be repeated after 20 blanks. The uRNN of Arjovsky, Shah and Bengio turns its state from step to step by a matrix that never shrinks it: within 300 steps it recalls every symbol, while both ReLU lanes are still above the dashed baseline and recall one in five or ten.',
      steps: 300,
      link: 'task=copying&length=20&hidden=64&batch=20&lane=sgd,rate:0.1,init:identity&lane=path,rate:3,init:identity&lane=rmsprop,network:urnn,clip:0',
    },
  ],
  [
    'urnn-adding',
    {
      group: 'tasks',
      title: 'A unitary network adds',
      lookFor:
        'Each lane is to add two of 50 numbers. With the rate of its authors (RMSprop, 0.001) the uRNN is still at the dashed baseline after 1,500 steps, where Path-SGD has left it; with Adam at a rate of 0.01 the uRNN gets below both.',
      steps: 1500,
      link: 'length=50&hidden=64&lane=sgd,rate:0.05&lane=path,rate:0.01&lane=rmsprop,network:urnn,clip:0&lane=adam,rate:0.01,network:urnn,clip:0',
    },
  ],
  [
    'urnn-mnist',
    {
      group: 'tasks',
      title: 'A unitary network reads shuffled digits',
      lookFor:
        'The pixels of each digit come one by one, in an order that is shuffled. After 500 steps the uRNN recognises some 83 % of the held-out digits, where both ReLU lanes are at 36 %. Look inside the network at how far back the gradient of each lane reaches, and at the eigenvalues of the uRNN, all on the unit circle.',
      steps: 500,
      link: 'task=mnist-14x14-permuted&hidden=64&lane=sgd,rate:0.01,init:identity&lane=path2,rate:0.03,init:identity&lane=rmsprop,network:urnn,clip:0',
    },
  ],
  [
    'vanishing-gradient',
    {
      group: 'failures',
      title: 'The gradient vanishes',
      lookFor:
        'Weights that start within 0.1 of zero shrink what comes back through 50 steps to nothing, and SGD stays at the baseline. Adam divides by the size of the gradient and finds its way out from the same start; SGD leaves the baseline from np-RNN weights.',
      steps: 3000,
      link: 'length=50&lane=sgd,rate:0.1,init:uniform&lane=adam,init:uniform&lane=sgd,rate:0.05',
    },
  ],
  [
    'exploding-gradient',
    {
      group: 'failures',
      title: 'The gradient explodes',
      lookFor:
        'An identity start without a limit on the gradient: the first steps throw the loss up by many powers of ten, and what is left of the network answers the same to everything. The same start with the gradient clipped at norm 1 learns.',
      steps: 1500,
      link: 'length=20&lane=sgd,rate:0.1,init:identity&lane=sgd,rate:0.1,init:identity,clip:0&lane=sgd,rate:0.01,init:identity,clip:0',
    },
  ],
  [
    'tiny-start',
    {
      group: 'failures',
      title: 'A start too small for Path-SGD',
      lookFor:
        'The IRNN start has weights of 0.001 into and out of the hidden layer. Kappa is then about a millionth, steps divided by it are huge, and Path-SGD is lost at step 2 at rates down to a millionth; SGD creeps away from the baseline. With usual weights in and out Path-SGD learns.',
      steps: 2000,
      link: 'length=20&lane=path,rate:0.0001,init:irnn&lane=sgd,rate:0.1,init:irnn&lane=path,rate:0.03,init:identity',
    },
  ],
  [
    'too-high-a-rate',
    {
      group: 'failures',
      title: 'From too low to too high a rate',
      lookFor:
        'Each method at four rates, ten times apart. The lowest creeps, the highest blows up; watch how few of the eight do well.',
      steps: 2000,
      link: 'length=20&lane=sgd,rate:0.01&lane=sgd,rate:0.1&lane=sgd,rate:1&lane=sgd,rate:10&lane=path,rate:0.001&lane=path,rate:0.01&lane=path,rate:0.1&lane=path,rate:1',
    },
  ],
]);
