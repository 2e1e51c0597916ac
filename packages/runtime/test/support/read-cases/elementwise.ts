import type { OneNode } from '../one-node.js';
import { bools, bytes, f, fill, i, positive, unary } from './values.js';

/** Activations and what else works element by element. */
export const elementwise: readonly [string, OneNode][] = [
  ...[
    'Neg Abs Exp Floor Ceil Round Sign Erf Sin Cos Tan Sinh Cosh Relu Tanh Sigmoid Softplus Softsign',
    'Elu Celu Selu LeakyRelu HardSigmoid HardSwish Mish ThresholdedRelu Gelu Identity Dropout',
  ]
    .flatMap((line) => line.split(' '))
    .map((type) => unary(type)),
  unary('Sqrt', { inputs: [positive(2, 3)] }),
  unary('Log', { inputs: [positive(2, 3)] }),
  unary('Reciprocal', { inputs: [positive(2, 3)] }),
  unary('Round', { inputs: [fill([6], -2.5, -1.5, -0.5, 0.5, 1.5, 2.5)] }),
  unary('Elu', { attributes: { alpha: { float: 0.5 } } }),
  unary('Celu', { attributes: { alpha: { float: 0.5 } } }),
  unary('LeakyRelu', { attributes: { alpha: { float: 0.3 } } }),
  unary('HardSigmoid', { attributes: { alpha: { float: 0.5 }, beta: { float: 0.25 } } }),
  unary('ThresholdedRelu', { attributes: { alpha: { float: 0.5 } } }),
  unary('Gelu', { attributes: { approximate: 'tanh' } }),
  unary('Gelu', { domain: 'com.microsoft' }),
  unary('QuickGelu', { domain: 'com.microsoft' }),
  unary('QuickGelu', { domain: 'com.microsoft', attributes: { alpha: { float: 1 } } }),
  unary('FastGelu', { domain: 'com.microsoft', inputs: [f(2, 3), f(3)] }),
  unary('BiasGelu', { domain: 'com.microsoft', inputs: [f(2, 3), f(3)] }),
  unary('PRelu', { inputs: [f(2, 3), f(3)] }),
  unary('IsNaN', { inputs: [fill([3], NaN, 1, Infinity)], dtypes: ['bool'] }),
  unary('IsInf', { inputs: [fill([3], NaN, -Infinity, Infinity)], dtypes: ['bool'] }),
  unary('IsInf', {
    inputs: [fill([3], NaN, -Infinity, Infinity)],
    attributes: { detect_positive: 0 },
    dtypes: ['bool'],
  }),
  unary('Pow', { inputs: [positive(2, 3), f(3)] }),
  ['Pow 2', { type: 'Pow', inputs: [f(2, 3), fill([], 2)], constants: [1] }],
  ['Pow 3', { type: 'Pow', inputs: [f(2, 3), fill([], 3)], constants: [1] }],
  ['Pow 0.5', { type: 'Pow', inputs: [positive(2, 3), fill([], 0.5)], constants: [1] }],
  ['Pow -1.5', { type: 'Pow', inputs: [positive(2, 3), fill([], -1.5)], constants: [1] }],
  ['Pow of whole numbers', { type: 'Pow', inputs: [i(2, 3, 4), i(3, 2, 1)], dtypes: ['int64'] }],
  unary('Clip', { inputs: [f(2, 3), fill([], -1), fill([], 1)] }),
  ['Clip above', { type: 'Clip', inputs: [f(2, 3), undefined, fill([], 1)], constants: [2] }],
  unary('Clip', { opset: 6 + 1, attributes: { min: { float: -0.5 }, max: { float: 0.5 } } }),
  ['Mod', { type: 'Mod', inputs: [i(-7, 7, 5), i(3, -3, 2)], dtypes: ['int64'] }],
  ['Mod as fmod', { type: 'Mod', inputs: [f(2, 3), positive(2, 3)], attributes: { fmod: 1 } }],
  unary('Sum', { inputs: [f(2, 3), f(3), f(2, 1)] }),
  unary('Mean', { inputs: [f(2, 3), f(3), f(2, 1)] }),
  unary('Max', { inputs: [f(2, 3), f(3), f(2, 1)] }),
  unary('Min', { inputs: [f(2, 3), f(3)] }),
  ['Xor', { type: 'Xor', inputs: [bools(0, 1, 0, 1), bools(0, 0, 1, 1)], dtypes: ['bool'] }],
  [
    'Equal of bytes',
    { type: 'Equal', inputs: [bytes([3], 1, 2, 3), bytes([3], 1, 0, 3)], dtypes: ['bool'] },
  ],
  [
    'Less of bytes',
    { type: 'Less', inputs: [bytes([3], 1, 2, 200), bytes([3], 2, 1, 3)], dtypes: ['bool'] },
  ],
  unary('CastLike', { inputs: [f(2, 3), i(0)], dtypes: ['int64'] }),
];
