import { grad, type Loss, reduceTerms, type TensorTree, toOnnx } from '@limbeck/tensor';
import { buildLoss, type LossOptions } from './built-loss.js';
import { inputAt } from './expect-gradient.js';
import { needed, testEngine } from './run-graph.js';
import type { Signals } from './signals.js';

/** Options of {@link compile}. */
export interface CompileOptions extends LossOptions {
  /** By which signals gradients are computed too. @defaultValue every float signal of the student */
  readonly gradients?: readonly string[];
}

/** A loss with its gradients, compiled: each call runs it once on the same signals and gives its value. */
export interface CompiledStep {
  /** The loss's value; the gradients are computed and left where they are. */
  (): Promise<number>;
  /** Lets the session go. */
  dispose(): Promise<void>;
}

/**
 * Compiles a loss and its gradients once, for a benchmark.
 *
 * @throws LimbeckError whatever the loss refuses; `unknown-name` for a gradient by what is not there
 */
export async function compile<Needs, P extends TensorTree, S extends TensorTree>(
  loss: Loss<Needs, P, S>,
  signals: NoInfer<Signals<Needs>>,
  options: CompileOptions = {},
): Promise<CompiledStep> {
  const built = buildLoss<Needs, P, S>(loss, signals, options);
  const own = [...built.inputs]
    .filter(([path, { dtype }]) => path.startsWith('student/') && dtype === 'float32')
    .map(([path]) => path);
  const value = reduceTerms(built.terms);
  const wrt = (options.gradients ?? own).map((path) => inputAt(built, path));
  const gradients = Object.fromEntries(
    grad(value, wrt).map((tensor, i) => [`gradient ${i}`, tensor]),
  );
  const graph = toOnnx({ value, ...gradients });
  const runner = await (await testEngine()).load(graph);
  const feeds = needed(built.feeds, Object.keys(graph.inputs));
  const step = async (): Promise<number> =>
    Number((await runner.run(feeds, ['value']))['value']!.data[0]);
  return Object.assign(step, { dispose: () => runner.dispose() });
}
