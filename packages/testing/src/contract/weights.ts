import { type HostTensor, hostTensor } from '@limbeck/core';
import { input, type LossTerm, reduceTerms, type Tensor } from '@limbeck/tensor';
import type { BuiltLoss } from '../built-loss.js';
import { ContractError } from '../contract-error.js';
import { expectClose } from './compare.js';
import { gradientPaths, type LossCase } from './loss-case.js';
import { changeLeaves, range, rowCount, takeRows } from './rows.js';
import { lossValues } from './values.js';

const maskName = 'contract/mask';

/** The terms with each row's weight multiplied by a mask, which is an input of its own. */
function maskedTerms({ name, terms }: BuiltLoss, rows: number): LossTerm[] {
  const mask = input(maskName, { dtype: 'float32', shape: [rows] });
  return terms.map((term) => {
    const { items } = term;
    if (items.shape[0] !== rows) {
      throw new ContractError(
        `${name}: the term ${term.name} has items of shape [${items.shape.join(', ')}] for ${rows} rows: ` +
          'a loss gives one value an item and leaves the average to the trainer.',
      );
    }
    const column = mask.reshape([rows, ...items.shape.slice(1).map(() => 1)]).expand(items.shape);
    const weights: Tensor = term.weights === undefined ? column : term.weights.mul(column);
    return { ...term, weights };
  });
}

/** A row whose weights are 0 contributes nothing: not to the value, not to a gradient, whatever stands in it. */
export async function checkWeights({ signals, options, build }: LossCase): Promise<void> {
  const rows = rowCount(signals);
  if (rows < 2) return;
  const run = async (given: typeof signals): ReturnType<typeof lossValues> => {
    const built = build(given);
    const mask = hostTensor(
      'float32',
      [rows],
      range(0, rows).map((row) => (row === 0 ? 0 : 1)),
    );
    const feeds = { ...built.feeds, [maskName]: mask };
    const value = reduceTerms(maskedTerms(built, rows));
    const paths = gradientPaths(built, options);
    const slopes = paths.filter((path) => !path.startsWith('parameters/'));
    return lossValues(built, slopes, 'onnxruntime', value, feeds);
  };
  // The first row becomes the second: other values, and every one as good as any.
  const other = [1, ...range(1, rows)];
  const before = await run(signals);
  const after = await run(changeLeaves(signals, (value: HostTensor) => takeRows(value, other)));
  expectClose('The loss when a row of weight 0 changes', [after.value], [before.value], 0);
  for (const [path, values] of before.gradients) {
    const row = values.slice(0, values.length / rows);
    expectClose(
      `Its gradient by ${path} in a row of weight 0`,
      row,
      row.map(() => 0),
      0,
    );
  }
}
