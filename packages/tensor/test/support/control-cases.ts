import { checkpoint } from '../../src/control/checkpoint.js';
import { cond } from '../../src/control/cond.js';
import { customVjp } from '../../src/control/custom-vjp.js';
import { scan } from '../../src/control/scan.js';
import { grad } from '../../src/graph/grad.js';
import type { Tensor } from '../../src/tensor.js';
import type { Cases } from './operator-cases.js';
import { type Material, trials } from './trial.js';

/** An exponential whose backward pass is written by hand, as it would be anyway. */
const handMade = customVjp(
  (x, y) => x.exp().mul(y),
  ({ inputs: [, y], output, upstream }) => [
    upstream.mul(output).sumTo(output.shape),
    upstream.mul(output).div(y!),
  ],
);

/** Rows and a square weight. */
function layer(m: Material): void {
  const width = m.dim(1, 3);
  m.floats('x', [...m.shape(1, 2), width], -1, 1);
  m.floats('w', [width, width], -1, 1);
}

/** Operators that hold functions or graphs. */
export const controlCases: Cases = {
  customVjp: trials((m) => {
    const shape = m.shape();
    m.floats('x', shape);
    m.floats('y', shape, 0.5, 2);
    return m.trial(({ x, y }) => [handMade(x!, y!)]);
  }),
  checkpoint: trials((m) => {
    layer(m);
    return m.trial(({ x, w }) => {
      const outside = w!.tanh();
      const block = (given: Tensor): Tensor => given.matmul(outside).tanh().add(given);
      const [y, z] = checkpoint(
        (...given) => [block(given[0]!).exp(), given[0]!.mul(outside.sum())],
        [block(x!)],
      );
      return [y!, z!];
    });
  }),
  barrier: trials((m) => {
    layer(m);
    return m.trial(({ x, w }) => {
      const y = checkpoint((given) => given!.matmul(w!).tanh(), [x!]);
      return grad(y.square().sum(), [x!, w!]);
    });
  }),
  cond: trials((m) => {
    layer(m);
    m.wholes('p', [], 0, 1, 'bool');
    return m.trial(({ x, w, p }) => {
      const [y, z] = cond(
        p!,
        () => [x!.matmul(w!).tanh(), w!.square().sum()],
        () => [x!.mul(0.5), x!.sum()],
      );
      return [y!, z!.mul(x!.sum())];
    });
  }),
  scan: trials((m) => {
    const [width, steps] = [m.dim(1, 3), m.dim(1, 4)];
    m.floats('h', [width], -1, 1);
    m.floats('x', [steps, width], -1, 1);
    m.floats('w', [width, width], -1, 1);
    m.wholes('k', [steps], 0, 3);
    const reverse = m.chance();
    return m.trial(({ h, x, w, k }) => {
      const { carry, outputs } = scan(
        ([state, count], [element, number]) => {
          const row = state!.reshape([1, -1]).matmul(w!).reshape(state!.shape);
          const next = row.add(element!).tanh();
          const seen = count!.add(number!);
          return { carry: [next, seen], outputs: [next.square(), seen] };
        },
        { carry: [h!, k!.scalar(0)], over: [x!, k!], reverse },
      );
      return [carry[0]!, outputs[0]!, outputs[1]!];
    });
  }),
};
