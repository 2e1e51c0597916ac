import type { Node, Operator, Value } from '../operator.js';
import type { PlainKernel } from './kernel.js';
import type { PlainValue } from './store.js';

function widened({ dtype, shape, data }: PlainValue): Value {
  return { dtype, shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** A node by the operator's own evaluation in float64, rounded to its dtype: for everything that has no loop here. */
export function referenceKernel({ operator, attributes }: Node): PlainKernel {
  return (inputs, outputs, dim) => {
    const results = (operator as Operator).evaluate(inputs.map(widened), attributes, outputs, dim);
    outputs.forEach(({ data }, index) => data.set(results[index]!));
  };
}
