import type { HostTensor } from '@limbeck/core';
import { Rng } from '@limbeck/core';
import { expect } from 'vitest';
import { iota, scalar } from '../../src/functions.js';
import { grad } from '../../src/graph/grad.js';
import { interpret } from '../../src/graph/interpret.js';
import { isFloat } from '../../src/ops/support.js';
import type { Tensor } from '../../src/tensor.js';
import { inputsOf, type Trial } from './trial.js';

/**
 * The step of central differences. Their error is h² f‴/6 from the step and ε |f| / h from rounding in float64: with
 * h = 1e-4 that is about 1e-9 times the third derivative and 2e-12 times the value. The bound below is a hundred times
 * the first, since third derivatives of quotients and logarithms reach that.
 */
const step = 1e-4;
const bound = 1e-6;

/** A scalar that every output element enters with a weight of its own, so that no gradient hides behind another. */
export function probe(outputs: readonly Tensor[]): Tensor {
  const floats = outputs.map((tensor) =>
    isFloat(tensor.dtype) ? tensor : tensor.cast('float32').stopGradient(),
  );
  return floats.map(weighted).reduce((sum, term) => sum.add(term), scalar(0, floats[0]!.dtype));
}

function weighted(tensor: Tensor, salt: number): Tensor {
  const flat = tensor.flatten();
  // The cosine of the element's number: irregular, of size 1, and known in any shape.
  const weights = iota(flat.shape[0]!)
    .cast(flat.dtype)
    .mul(1.7)
    .add(salt + 0.3)
    .cos();
  return flat.mul(weights).sum();
}

/** Checks the gradient of a trial's probe by each float input, against central differences on the interpreter. */
export function expectGradients(trial: Trial): void {
  const inputs = inputsOf(trial);
  const loss = probe(trial.build(inputs));
  const names = Object.keys(trial.specs).filter((name) => isFloat(trial.specs[name]!.dtype));
  const gradients = grad(
    loss,
    names.map((name) => inputs[name]!),
  );
  // The inputs are asked for too, since a gradient may need the sizes of an input whose values it does not need.
  const found = interpret(
    { ...inputs, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, gradients[i]!])) },
    trial.feeds,
  );
  const value = (feeds: { readonly [name: string]: HostTensor }): number =>
    Number(interpret({ ...inputs, loss }, feeds).loss.data[0]);
  const size = Math.abs(value(trial.feeds));
  for (const name of names) {
    const feed = trial.feeds[name]!;
    expect(found[`d ${name}`]!.shape).toEqual(feed.shape);
    for (const at of some(feed.data.length)) {
      const moved = (by: number): number => {
        const data = Float64Array.from(feed.data as Float64Array);
        data[at]! += by;
        return value({ ...trial.feeds, [name]: { ...feed, data } });
      };
      const expected = (moved(step) - moved(-step)) / (2 * step);
      const given = Number(found[`d ${name}`]!.data[at]);
      const scale = Math.max(1, size, Math.abs(expected));
      if (!(Math.abs(given - expected) <= bound * scale)) {
        expect.fail(`d probe / d ${name}[${at}] is ${given}, central differences give ${expected}`);
      }
    }
  }
}

/** Up to eight elements, spread out. */
function some(length: number): number[] {
  if (length <= 8) return Array.from({ length }, (_, i) => i);
  return Array.from(Rng.from(length).permutation(length).subarray(0, 8));
}
