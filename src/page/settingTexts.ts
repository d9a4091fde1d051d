import type { View } from '../experiment/link.ts';
import type { InitialisationName, OptimizerName } from '../experiment/schema.ts';

/** What the page calls each optimizer, as short as a legend needs it. */
export const OPTIMIZER_TEXTS: Readonly<Record<OptimizerName, string>> = {
  sgd: 'SGD',
  path: 'Path-SGD',
  path2: 'Path-SGD, κ₁ + κ₂',
  adagrad: 'AdaGrad',
  rmsprop: 'RMSprop',
  adam: 'Adam',
};

/** What the page calls each initialisation. */
export const INITIALISATION_TEXTS: Readonly<Record<InitialisationName, string>> = {
  nprnn: 'np-RNN',
  identity: 'Identity',
  orthogonal: 'Orthogonal',
  gaussian: 'Gaussian',
  uniform: 'Uniform',
  irnn: 'IRNN (Le et al.)',
};

/** What the page calls each choice of engine. */
export const ENGINE_TEXTS: Readonly<Record<View['engine'], string>> = {
  auto: 'The faster one',
  webgpu: 'WebGPU',
  cpu: 'CPU',
};
