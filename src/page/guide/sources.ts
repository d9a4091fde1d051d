/** What the guide cites, as `Citation` reads it. */
export const SOURCES = {
  paper:
    'Neyshabur, Wu, Salakhutdinov, Srebro, "Path-Normalized Optimization of Recurrent Neural Networks with ReLU Activations", NIPS 2016, arXiv:1605.07154',
  pathSgd:
    'Neyshabur, Salakhutdinov, Srebro, "Path-SGD: Path-Normalized Optimization in Deep Neural Networks", NIPS 2015, arXiv:1506.02617',
  npRnn:
    'Talathi, Vartak, "Improving Performance of Recurrent Neural Network with ReLU Nonlinearity", 2015, arXiv:1511.03771',
  irnn: 'Le, Jaitly, Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units", 2015, arXiv:1504.00941',
  lstm: 'Hochreiter, Schmidhuber, "Long Short-Term Memory", Neural Computation 1997',
  urnn: 'Arjovsky, Shah, Bengio, "Unitary Evolution Recurrent Neural Networks", ICML 2016, arXiv:1511.06464',
  clipping:
    'Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, arXiv:1211.5063',
  reachable:
    'Xiang, Tran, Johnson, "Reachable Set Computation and Safety Verification for Neural Networks with ReLU Activations", 2017, arXiv:1712.08163',
  moments:
    'Awasthi, Tang, Vijayaraghavan, "Efficient Algorithms for Learning Depth-2 Neural Networks with General ReLU Activations", NeurIPS 2021, arXiv:2107.10209',
  lookup:
    'Jiao, Lai, Lu, Wang, Yang, Yang, "Deep Neural Networks with ReLU-Sine-Exponential Activations Break Curse of Dimensionality on Hölder Class", 2021, arXiv:2103.00542',
  adam: 'Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv:1412.6980',
} as const;
