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
]);
