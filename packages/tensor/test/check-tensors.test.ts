import { hostTensor } from '@limbeck/core';
import {
  checkpoint,
  cond,
  constant,
  gatherRows,
  grad,
  input,
  interpret,
  segmentMax,
  segmentMean,
  segmentPlan,
  segmentPlanSpecs,
  inputsFor,
  type SegmentPlanTensors,
  segmentSoftmax,
  segmentSum,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { expect, test } from 'vitest';

const x = input('x', { dtype: 'float32', shape: ['entries', 2] });
const values = hostTensor('float32', [1], [1]);
const none = undefined as unknown as Tensor;
const hostPlan = segmentPlan(Int32Array.of(0, 1), 2) as unknown as SegmentPlanTensors;
const plan = inputsFor<SegmentPlanTensors>(segmentPlanSpecs('plan', 2), 'plan');
const noPlan = undefined as unknown as SegmentPlanTensors;
const indices = input('indices', { dtype: 'int32', shape: ['entries'] });

test.each<[where: string, given: string, call: () => unknown]>([
  ['toOnnx', 'undefined as output "y"', () => toOnnx({ y: none })],
  ['toOnnx', 'values on the host as output "y"', () => toOnnx({ y: values as never })],
  ['toOnnx', 'null as the outputs', () => toOnnx(null as never)],
  ['interpret', 'undefined as output "y"', () => interpret({ y: none })],
  ['grad', 'undefined as the loss', () => grad(none, [x])],
  ['grad', 'undefined as tensor "0"', () => grad(x.sum(), [none])],
  ['grad', 'undefined as the tensors', () => grad(x.sum(), undefined as never)],
  ['segmentSum', 'undefined as rows', () => segmentSum(none, plan)],
  ['segmentSum', 'undefined as the plan', () => segmentSum(x, noPlan)],
  ['segmentSum', "values on the host as the plan's order", () => segmentSum(x, hostPlan)],
  [
    'segmentSum',
    'null as segments',
    () => segmentSum(x, { ...plan, segments: null as unknown as Tensor }),
  ],
  [
    'segmentSum, transposed',
    'an object as the plan',
    () => segmentSum(x, { ...plan, transposed: {} as never }),
  ],
  ['segmentSum', 'undefined as the plan', () => segmentMean(x, noPlan)],
  ['segmentMax', 'a list as the plan', () => segmentMax(x, [] as never)],
  ['segmentSoftmax', 'undefined as segments', () => segmentSoftmax(x, plan as never)],
  ['gatherRows', 'undefined as indices', () => gatherRows(x, none, plan)],
  ['gatherRows', '3 as the plan', () => gatherRows(x, indices, 3 as never)],
  ['checkpoint', 'undefined as input "0"', () => checkpoint((y) => y!.exp(), [none])],
  ['checkpoint', 'undefined as the results', () => checkpoint(() => none, [x])],
  ['checkpoint', 'undefined as result "1"', () => checkpoint((y) => [y!.exp(), none], [x])],
  [
    'cond',
    '1 as the results',
    () =>
      cond(
        constant(hostTensor('bool', [], [1])),
        () => 1 as never,
        () => x,
      ),
  ],
])('%s says that it was given %s', (where, given, call) => {
  expect(call).toThrow(expect.objectContaining({ code: 'invalid-data', where, given }));
});
