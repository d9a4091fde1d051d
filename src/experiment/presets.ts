/** A named link with a sentence on what to look for. */
export interface Preset {
  readonly title: string;
  readonly lookFor: string;
  /** The experiment as a link, without the `#`. */
  readonly link: string;
}

/** Every preset, by the name that `preset=` takes. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map([
  [
    'sgd-and-path',
    {
      title: 'SGD beside Path-SGD',
      lookFor:
        'Both start from the same weights and see the same batches. Watch which curve leaves the baseline, the loss of always answering 1, first.',
      link: 'task=adding',
    },
  ],
  [
    'unbalanced',
    {
      title: 'An unbalanced network',
      lookFor:
        'Every network computes the same function at the start, but two have units whose incoming weights are large and outgoing ones small, or the reverse. SGD takes another course; the two Path-SGD curves lie on each other, to the last bit.',
      link: 'lane=sgd&lane=sgd,unbalance:3&lane=path&lane=path,unbalance:3',
    },
  ],
  [
    'clipping-and-invariance',
    {
      title: 'Clipping keeps or breaks the invariance',
      lookFor:
        'Four Path-SGD lanes in two pairs, one network of each pair unbalanced. The first pair, limited only by the norm that belongs to the path geometry, stays together to the last bit; the second is clipped by the usual gradient norm too, and its curves part.',
      link: 'lane=path&lane=path,unbalance:3&lane=path,clip:1&lane=path,clip:1,unbalance:3',
    },
  ],
  [
    'identity-kappa2',
    {
      title: 'The second term, from an identity start',
      lookFor:
        'Where recurrent weights start as the identity, a path stays in its unit and uses the same weight at every step. On the diagonal the term kappa2, which path leaves out, is then over twenty times kappa1: path2 counts it and takes smaller steps there.',
      link: 'lane=path,init:identity&lane=path2,init:identity',
    },
  ],
  [
    'length-50',
    {
      title: 'Two and a half times as long',
      lookFor:
        'With 50 steps the two marked numbers lie further back, and each lane stays longer at the baseline before it finds them.',
      link: 'length=50',
    },
  ],
  [
    'mnist-rows',
    {
      title: 'Handwritten digits, row by row',
      lookFor:
        'Each digit is read one row of pixels at a time. Both lanes recognise more than half of the digits within a few hundred steps; a long run of either ends above 95 % on held-out images.',
      link: 'task=mnist-rows&hidden=64&lane=sgd,rate:0.05&lane=path,rate:0.03',
    },
  ],
  [
    'three-numbers',
    {
      title: 'Three numbers to add',
      lookFor:
        'Three marked numbers to a sequence in the place of two: the baseline, the loss of always answering 1.5, lies higher, and it takes longer to get below it.',
      link: 'length=30&terms=3',
    },
  ],
  [
    'optimizers',
    {
      title: 'Five optimizers side by side',
      lookFor:
        'Path-SGD beside the methods that learn a rate for each weight from the gradients so far. Those see how large a gradient has been; Path-SGD sees what a weight does in the network.',
      link: 'lane=sgd,rate:0.1&lane=path,rate:0.01&lane=adagrad&lane=rmsprop&lane=adam',
    },
  ],
  [
    'copying',
    {
      title: 'Copying memory',
      lookFor:
        'Ten symbols, a wait, and then the same ten from memory. Every lane soon learns to be silent during the wait, which is the baseline; watch who gets below it, and how many symbols are recalled.',
      link: 'task=copying&length=10&hidden=64&lane=sgd,rate:0.1&lane=path,rate:1&lane=adam,rate:0.003,init:orthogonal',
    },
  ],
  [
    'pixel-by-pixel',
    {
      title: 'Digits, pixel by pixel',
      lookFor:
        'The digit comes one pixel at a time, 196 of them, and is to be named after the last. Nothing may look better than guessing for a while: the first strokes lie far back.',
      link: 'task=mnist-14x14&hidden=64&lane=sgd,rate:0.05&lane=path,rate:0.001&lane=adam,rate:0.0005',
    },
  ],
  [
    'feedforward-unbalanced',
    {
      title: 'Unbalanced, without recurrence',
      lookFor:
        'The experiment of the first Path-SGD paper: two hidden layers that see the whole digit at once. Unbalanced weights hold SGD back; the two Path-SGD curves lie on each other.',
      link: 'task=mnist-flat&hidden=64&layers=2&lane=sgd,rate:0.05&lane=sgd,rate:0.05,unbalance:7&lane=path,rate:0.03&lane=path,rate:0.03,unbalance:7',
    },
  ],
  [
    'moby-dick',
    {
      title: 'Moby Dick, letter by letter',
      lookFor:
        'Each lane reads the novel and guesses the next letter. First come blanks and the frequent letters, then words, in the texts that the lanes write while they train.',
      link: 'task=text&hidden=64&lane=sgd,rate:0.5&lane=path,rate:3&lane=adam,rate:0.002',
    },
  ],
]);
