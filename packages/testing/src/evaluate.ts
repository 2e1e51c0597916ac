import type { HostTensor } from '@limbeck/core';
import { type Loss, reduceTerms, type Tensor, type TensorTree } from '@limbeck/tensor';
import { buildLoss, type LossOptions } from './built-loss.js';
import { type EngineName, runGraph } from './run-graph.js';
import type { Signals } from './signals.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends LossOptions {
  /** What runs it: ONNX Runtime in float32, or the interpreter in float64. @defaultValue 'onnxruntime' */
  readonly engine?: EngineName;
}

/**
 * The value of a loss for signals written out: Σ over terms of scale · Σ(weights · items) / Σ weights.
 *
 * @param signals - see {@link Signals}
 * @throws LimbeckError whatever the loss refuses, and `shape-mismatch`, `dtype-mismatch` for signals that are no tensor
 * @example
 * ```ts
 * import { exampleLoss, type Logits } from '@limbeck/tensor';
 * import { evaluate } from '@limbeck/testing';
 *
 * const loss = exampleLoss('sum', ({ student }: { student: Logits }) => student.logits.sum(-1));
 * console.log(await evaluate(loss, { student: { logits: [[1, 2], [3, 4]] } })); // 5
 * ```
 */
export async function evaluate<Needs, P extends TensorTree, S extends TensorTree>(
  loss: Loss<Needs, P, S>,
  signals: NoInfer<Signals<Needs>>,
  options: EvaluateOptions = {},
): Promise<number> {
  const { engine = 'onnxruntime' } = options;
  const { terms, feeds } = buildLoss<Needs, P, S>(loss, signals, options);
  const { value } = await runGraph({ value: reduceTerms(terms) }, feeds, engine);
  return Number(value.data[0]);
}

/** One term of a loss with its values. */
export interface EvaluatedTerm {
  /** Under which name it is logged. */
  readonly name: string;
  /** The sizes of its items: `[batch]`, `[batch, tokens]`, `[groups]` or `[]`. */
  readonly shape: readonly number[];
  /** One value an item, row-major. */
  readonly items: readonly number[];
  /** Each item's weight; ones where the loss says nothing. */
  readonly weights: readonly number[];
  /** What the term's value is multiplied by. */
  readonly scale: number;
}

/** The terms of a loss for signals written out, item by item. @throws LimbeckError as {@link evaluate} */
export async function evaluateItems<Needs, P extends TensorTree, S extends TensorTree>(
  loss: Loss<Needs, P, S>,
  signals: NoInfer<Signals<Needs>>,
  options: EvaluateOptions = {},
): Promise<readonly EvaluatedTerm[]> {
  const { engine = 'onnxruntime' } = options;
  const { terms, feeds } = buildLoss<Needs, P, S>(loss, signals, options);
  const outputs: { [name: string]: Tensor } = {};
  terms.forEach(({ items, weights, scale }, i) => {
    outputs[`items ${i}`] = items;
    if (weights !== undefined) outputs[`weights ${i}`] = weights;
    if (typeof scale === 'object') outputs[`scale ${i}`] = scale;
  });
  const results: { readonly [name: string]: HostTensor | undefined } = await runGraph(
    outputs,
    feeds,
    engine,
  );
  return terms.map(({ name, scale }, i) => {
    const { shape, data } = results[`items ${i}`]!;
    const weights = results[`weights ${i}`]?.data;
    return {
      name,
      shape,
      items: numbers(data),
      weights: weights === undefined ? numbers(data).map(() => 1) : numbers(weights),
      scale: Number(typeof scale === 'object' ? results[`scale ${i}`]!.data[0] : (scale ?? 1)),
    };
  });
}

function numbers(data: HostTensor['data']): number[] {
  return Array.from(data as Iterable<number | bigint>, Number);
}
