import { sameShape, showShape } from '../dims.js';
import type { Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { refuseShapes } from './support.js';

/** What a hand-written backward pass is given. */
export interface VjpArguments {
  /** What the function was applied to. */
  readonly inputs: readonly Tensor[];
  /** What came out. */
  readonly output: Tensor;
  /** The gradient of the loss by the output, of its shape. */
  readonly upstream: Tensor;
}

/** Attributes of {@link customVjp}. */
export interface CustomVjpAttributes {
  /** Gradients by each input, of its shape; undefined where none flows. */
  readonly backward: (given: VjpArguments) => readonly (Tensor | undefined)[];
}

/** The first input, whose gradient goes to the others by a rule written by hand. */
export const customVjp: Operator<CustomVjpAttributes> = {
  name: 'customVjp',
  transparent: true,
  opaque: true,
  forwardInputs: () => 1,
  infer: ([value]) => [value!],
  evaluate: ([value]) => [value!.data],
  gradient: ({ inputs: [, ...inputs], outputs: [output], upstream: [upstream], attributes }) => {
    const gradients = attributes.backward({ inputs, output: output!, upstream: upstream! });
    if (gradients.length !== inputs.length) {
      refuseShapes(
        'customVjp',
        inputs.map(({ shape }) => shape),
        `one gradient for each of the ${inputs.length} inputs, not ${gradients.length}`,
        'Return undefined for an input that no gradient flows to.',
      );
    }
    gradients.forEach((gradient, i) => {
      const { shape } = inputs[i]!;
      if (gradient === undefined || sameShape(gradient.shape, shape)) return;
      refuseShapes(
        'customVjp',
        [gradient.shape],
        `a gradient of shape ${showShape(shape)} for input ${i}`,
        'Sum over what broadcasting repeated: sumTo(input.shape).',
      );
    });
    return [undefined, ...gradients];
  },
  lower: (emit) => emit.node('Identity', [emit.inputs[0]!], emit.outputs),
};
