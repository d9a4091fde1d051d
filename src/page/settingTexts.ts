import type { View } from '../experiment/link.ts';
import type { InitialisationName, Lane, NetworkName, OptimizerName } from '../experiment/schema.ts';
import type { DataChoice } from '../experiment/tasks/index.ts';

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
  unitary: 'Unitary',
};

/** What the page calls each activation. */
export const ACTIVATION_TEXTS: Readonly<Record<Lane['activation'], string>> = { relu: 'ReLU', tanh: 'tanh' };

/** What the page calls each network. */
export const NETWORK_TEXTS: Readonly<Record<NetworkName, string>> = {
  relu: 'RNN',
  urnn: 'uRNN',
  feedforward: 'Feedforward',
};

/** What the page calls each choice of data. */
export const DATA_TEXTS: Readonly<Record<DataChoice, string>> = {
  small: '10,000 images',
  full: '60,000 (11 MB)',
  'moby-dick': 'Moby Dick',
  own: 'Your own text…',
};

/** What the page calls each choice of engine. */
export const ENGINE_TEXTS: Readonly<Record<View['engine'], string>> = {
  auto: 'The faster one',
  webgpu: 'WebGPU',
  cpu: 'CPU',
};
