import { allocate, type HostTensor, LimbeckError, Rng } from '@limbeck/core';
import {
  grad,
  interpret,
  type Loss,
  reduceTerms,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import { type BuiltLoss, buildLoss, type LossOptions } from './built-loss.js';
import { ContractError } from './contract-error.js';
import type { Signals } from './signals.js';

/** Options of {@link expectGradient}. */
export interface GradientOptions extends LossOptions {
  /** How far a gradient may be off, relative to the largest one (at least 1). @defaultValue 1e-6 */
  readonly tolerance?: number;
  /** The step of the differences, relative to the element (at least 1). @defaultValue 1e-5 */
  readonly epsilon?: number;
  /** At most so many elements are checked, drawn by the seed. @defaultValue 64 */
  readonly elements?: number;
}

/**
 * Checks that the gradient of a loss is what central differences say, (f(x + ε) − f(x − ε)) / 2ε, both in float64 on
 * the interpreter. Where the loss has a kink, such as |x| at 0, differences say something else: keep clear of it.
 *
 * @param path - by which signal, such as `student.logits`, or by which of the loss's own parameters, such as
 * `parameters.projector.weight`
 * @throws ContractError naming the first element that is off; LimbeckError `unknown-name` for a path that is not there
 */
export async function expectGradient<Needs, P extends TensorTree, S extends TensorTree>(
  loss: Loss<Needs, P, S>,
  signals: NoInfer<Signals<Needs>>,
  path: string,
  options: GradientOptions = {},
): Promise<void> {
  checkGradient(buildLoss<Needs, P, S>(loss, signals, options), path, options);
}

/** {@link expectGradient} for a loss that is applied already. */
export function checkGradient(built: BuiltLoss, path: string, options: GradientOptions = {}): void {
  const { tolerance = 1e-6, epsilon = 1e-5, elements = 64, seed = 0 } = options;
  const { name, feeds } = built;
  const wrt = inputAt(built, path);
  const value = reduceTerms(built.terms);
  const key = path.replaceAll('.', '/');
  const start = feeds[key]!;
  const { gradient } = interpret({ gradient: grad(value, [wrt])[0]! }, feeds);
  const largest = (gradient.data as Float64Array).reduce(
    (most, each) => Math.max(most, Math.abs(each)),
    1,
  );
  for (const at of sample(start.data.length, elements, seed)) {
    const x = Number(start.data[at]);
    const h = epsilon * Math.max(1, Math.abs(x));
    const [above, below] = [x + h, x - h].map((moved) =>
      valueAt(value, { ...feeds, [key]: replaced(start, at, moved) }),
    ) as [number, number];
    const expected = (above - below) / (2 * h);
    const given = Number(gradient.data[at]);
    // Written so that NaN fails.
    if (Math.abs(given - expected) <= tolerance * largest) continue;
    throw new ContractError(
      `The gradient of ${name} by ${path} is ${given} at [${position(at, start.shape).join(', ')}], ` +
        `where central differences give ${expected}: ${Math.abs(given - expected).toExponential(1)} apart, ` +
        `${(tolerance * largest).toExponential(1)} allowed.`,
    );
  }
}

/** The input at a path such as `student.logits`. @throws LimbeckError `unknown-name` */
export function inputAt({ inputs }: BuiltLoss, path: string): Tensor {
  const found = inputs.get(path.replaceAll('.', '/'));
  if (found !== undefined) return found;
  throw new LimbeckError('unknown-name', {
    where: 'expectGradient',
    given: `the path "${path}"`,
    expected: `one of ${[...inputs.keys()].map((each) => each.replaceAll('/', '.')).join(', ')}`,
    next: 'Name a signal, or a parameter of the loss.',
  });
}

function valueAt(value: Tensor, feeds: BuiltLoss['feeds']): number {
  return Number(interpret({ value }, feeds).value.data[0]);
}

/** A float tensor with one element replaced, in float64 so that a small step is not rounded away. */
function replaced({ shape, data }: HostTensor, at: number, value: number): HostTensor {
  const moved = allocate('float64', data.length);
  moved.set(Array.from(data as Iterable<number>, Number));
  moved[at] = value;
  return { dtype: 'float64', shape, data: moved };
}

function sample(length: number, count: number, seed: number): number[] {
  const all = Array.from({ length }, (_, i) => i);
  if (length <= count) return all;
  const rng = Rng.from(seed);
  return all
    .map((at) => [rng.uniform(), at] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, at]) => at);
}

function position(at: number, shape: readonly number[]): number[] {
  let rest = at;
  return [...shape]
    .reverse()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
}
