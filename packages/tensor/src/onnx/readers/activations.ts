import { where } from '../../functions.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';

const one =
  (build: (x: Tensor, node: ReadNode) => Tensor): Reader =>
  (node) => [build(node.tensor(0), node)];

/** x where it is above 0, and `below(x)`, which must be finite there, elsewhere. */
function split(x: Tensor, below: (x: Tensor) => Tensor): Tensor {
  // Cut off at 0, so that no exponential overflows on the branch that is not taken.
  return where(x.greater(0), x, below(x.minimum(0)));
}

/** √(2/π), of the approximation of GELU by tanh. Hendrycks and Gimpel, 2016. */
const tanhScale = Math.sqrt(2 / Math.PI);

function tanhGelu(x: Tensor): Tensor {
  const inner = x.square().mul(x).mul(0.044715).add(x).mul(tanhScale);
  return inner.tanh().add(1).mul(x).mul(0.5);
}

function gelu(node: ReadNode): Read {
  node.only('approximate', 'none', ['none', 'tanh']);
  const x = node.tensor(0);
  return [node.string('approximate', 'none') === 'tanh' ? tanhGelu(x) : x.gelu()];
}

function biased(node: ReadNode): Tensor {
  const x = node.tensor(0);
  return node.has(1) ? x.add(node.tensor(1)) : x;
}

function hardSigmoid(x: Tensor, alpha: number, beta: number): Tensor {
  return x.mul(alpha).add(beta).maximum(0).minimum(1);
}

function prelu(node: ReadNode): Read {
  const [x, slope] = [node.tensor(0), node.tensor(1)];
  return [x.maximum(0).add(x.minimum(0).mul(slope))];
}

/** 1.0507… and 1.6733…. Klambauer et al., "Self-Normalizing Neural Networks", 2017. */
const selu = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 };

/** Readers of the activations. */
export const activationReaders: { readonly [type: string]: Reader } = {
  Relu: one((x) => x.relu()),
  Tanh: one((x) => x.tanh()),
  Sigmoid: one((x) => x.sigmoid()),
  Softplus: one((x) => x.softplus()),
  Softsign: one((x) => x.div(x.abs().add(1))),
  Gelu: gelu,
  'com.microsoft.Gelu': one((x) => x.gelu()),
  'com.microsoft.BiasGelu': (node) => [biased(node).gelu()],
  'com.microsoft.FastGelu': (node) => [tanhGelu(biased(node))],
  'com.microsoft.QuickGelu': one((x, node) => x.mul(x.mul(node.float('alpha', 1.702)).sigmoid())),
  Swish: one((x, node) => x.mul(x.mul(node.float('alpha', 1)).sigmoid())),
  Mish: one((x) => x.mul(x.softplus().tanh())),
  HardSigmoid: one((x, node) => hardSigmoid(x, node.float('alpha', 0.2), node.float('beta', 0.5))),
  HardSwish: one((x) => x.mul(hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: one((x, node) => x.maximum(0).add(x.minimum(0).mul(node.float('alpha', 0.01)))),
  PRelu: prelu,
  Elu: one((x, node) => split(x, (low) => low.exp().sub(1).mul(node.float('alpha', 1)))),
  Celu: one((x, node) => {
    const alpha = node.float('alpha', 1);
    return split(x, (low) => low.div(alpha).exp().sub(1).mul(alpha));
  }),
  Selu: one((x, node) => {
    const alpha = node.float('alpha', selu.alpha);
    return split(x, (low) => low.exp().sub(1).mul(alpha)).mul(node.float('gamma', selu.gamma));
  }),
  ThresholdedRelu: one((x, node) => where(x.greater(node.float('alpha', 1)), x, 0)),
};
