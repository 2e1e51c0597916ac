import { hostTensor, Rng } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { cifarResNet, type CifarResNetParameters, type CifarResNetState } from '@limbeck/nn';
import { sgd } from '@limbeck/optim';
import { input, reduceTerms } from '@limbeck/tensor';
import { int64 } from '../start.js';
import { modelStep } from './model-step.js';
import type { Task } from './task.js';

const classes = 10;

/**
 * ResNet-20 on random images of 32 × 32: momentum and decay as in the paper.
 * He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2016, §4.2.
 */
export function resnetTask(batch: number): Task {
  const labels = Array.from({ length: classes }, (_, i) => `class ${i}`);
  const model = cifarResNet({ depth: 20, labels });
  const rng = Rng.from(1);
  const pixels = input('pixels', { dtype: 'float32', shape: [batch, 3, 32, 32] });
  const chosen = input('labels', { dtype: 'int64', shape: [batch] });
  const loss = crossEntropy();
  return {
    ...modelStep<CifarResNetParameters, CifarResNetState>({
      ...model.init(rng.stream('weights')),
      optimizer: sgd({ rate: 0.1, momentum: 0.9, weightDecay: 1e-4 }),
      forward: ({ parameters, state, context }) => {
        const made = model.apply({ parameters, state, inputs: { pixels }, context });
        const given = { parameters: {}, state: {}, context };
        const { terms } = loss.apply({ student: made.outputs, labels: chosen }, given);
        return { loss: reduceTerms(terms), state: made.state };
      },
    }),
    batches: Array.from({ length: 4 }, (_, i) => {
      const draw = rng.stream(`batch/${i}`);
      const data = Float32Array.from({ length: batch * 3 * 32 * 32 }, () => draw.normal());
      const drawn = Int32Array.from({ length: batch }, () => draw.integer(classes));
      return {
        pixels: hostTensor('float32', [batch, 3, 32, 32], data),
        labels: int64([batch], drawn),
      };
    }),
  };
}
