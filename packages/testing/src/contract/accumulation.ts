import { type Tensor, termSums } from '@limbeck/tensor';
import type { BuiltLoss } from '../built-loss.js';
import { ContractError } from '../contract-error.js';
import type { HostSignals } from '../host-signals.js';
import { runGraph } from '../run-graph.js';
import { expectClose } from './compare.js';
import { gradientPaths, type LossCase, numbers } from './loss-case.js';
import { range, rowCount, takeSignalRows } from './rows.js';
import { lossValues } from './values.js';

const tolerance = 1e-9;

/** Each term's sums, Σ(weights · items) and Σ weights, and its scale. */
async function sums({ terms, feeds }: BuiltLoss): Promise<{ weight: number[]; value: number[] }> {
  const outputs: { [name: string]: Tensor } = {};
  terms.forEach((term, i) => {
    const { weighted, weight } = termSums(term);
    outputs[`weight ${i}`] = weight;
    outputs[`value ${i}`] = weighted.mul(term.scale ?? 1);
  });
  const results = await runGraph(outputs, feeds, 'interpreter');
  const column = (name: string): number[] =>
    terms.map((_, i) => Number(results[`${name} ${i}`]!.data[0]));
  return { weight: column('weight'), value: column('value') };
}

/** Σ over terms of scale · Σ(weights · items) / W, where W is the sum of the weights over all micro-batches. */
function partialValue({ terms }: BuiltLoss, totals: readonly number[]): Tensor {
  const values = terms.map((term, i) =>
    termSums(term)
      .weighted.mul(term.scale ?? 1)
      .div(Math.max(totals[i]!, 1e-30)),
  );
  return values.reduce((sum, value) => sum.add(value));
}

/** Two micro-batches of different sizes give the value and the gradients of the whole batch. */
export async function checkAccumulation({ signals, options, build }: LossCase): Promise<void> {
  const rows = rowCount(signals);
  if (rows < 2) return;
  const whole = build(signals);
  for (const { name, items } of whole.terms) {
    if (items.shape[0] === rows) continue;
    throw new ContractError(
      `${whole.name}: the term ${name} has items of shape [${items.shape.join(', ')}] for ${rows} rows: ` +
        'a loss gives one value an item and leaves the average to the trainer.',
    );
  }
  const cut = Math.max(1, Math.floor(rows / 3));
  const parts: HostSignals[] = [range(0, cut), range(cut, rows)].map((each) =>
    takeSignalRows(signals, each),
  );
  const built = parts.map((part) => build(part));
  const counted = await Promise.all(built.map(sums));
  const totals = whole.terms.map((_, i) =>
    counted.reduce((sum, { weight }) => sum + weight[i]!, 0),
  );
  const paths = gradientPaths(whole, options);
  const expected = await lossValues(whole, paths, 'interpreter');
  const given = await Promise.all(
    built.map((part) => lossValues(part, paths, 'interpreter', partialValue(part, totals))),
  );
  const value = given.reduce((sum, part) => sum + part.value, 0);
  expectClose('The loss over two micro-batches', [value], [expected.value], tolerance);
  for (const [path, gradient] of expected.gradients) {
    const [first, second] = given.map((part) => part.gradients.get(path)!) as [number[], number[]];
    // By a signal the parts stand one after another; by a parameter they add up.
    const joined = path.startsWith('parameters/')
      ? first.map((each, i) => each + second[i]!)
      : [...first, ...second];
    expectClose(`Its gradient by ${path} over two micro-batches`, joined, gradient, tolerance);
  }
}

/** Examples in another order give the items in that order, and the same value. */
export async function checkPermutation({ signals, build }: LossCase): Promise<void> {
  const rows = rowCount(signals);
  const order = range(0, rows).reverse();
  const run = async (given: HostSignals): Promise<{ value: number; items: number[][][] }> => {
    const built = build(given);
    const outputs = Object.fromEntries(built.terms.map(({ items }, i) => [`items ${i}`, items]));
    const results = await runGraph(outputs, built.feeds, 'interpreter');
    const { value } = await lossValues(built, [], 'interpreter');
    const items = built.terms.map(({ items: { shape } }, i) => {
      const flat = numbers(results[`items ${i}`]!);
      const width = flat.length / rows;
      return shape[0] === rows
        ? range(0, rows).map((row) => flat.slice(row * width, (row + 1) * width))
        : [];
    });
    return { value, items };
  };
  const before = await run(signals);
  const after = await run(takeSignalRows(signals, order));
  expectClose('The loss of examples in another order', [after.value], [before.value], tolerance);
  before.items.forEach((items, i) => {
    const moved = order.flatMap((row) => items[row] ?? []);
    expectClose('Its items, in that order', after.items[i]!.flat(), moved, tolerance);
  });
}
