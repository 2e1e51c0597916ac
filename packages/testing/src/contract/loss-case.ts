import type { HostTensor } from '@limbeck/core';
import type { Loss, Tensor, TensorTree } from '@limbeck/tensor';
import { type BuiltLoss, buildLoss, type LossOptions } from '../built-loss.js';
import { type HostSignals, hostSignals } from '../host-signals.js';
import type { Signals } from '../signals.js';

/** Options of the facts that every loss owes. */
export interface ContractOptions extends LossOptions {
  /** By which signals the loss has gradients. @defaultValue every float signal under `student`, and its parameters */
  readonly gradients?: readonly string[];
  /** Into which signals no gradient may flow. @defaultValue every float signal under `teacher` */
  readonly constants?: readonly string[];
  /** How far a gradient may be from central differences, relative to the largest one. @defaultValue 1e-6 */
  readonly gradientTolerance?: number;
  /** How far ONNX Runtime may be from the interpreter, relative to the largest value. @defaultValue 1e-4 */
  readonly engineTolerance?: number;
}

/** One loss with one batch of signals, of which a fact is to hold. */
export interface LossCase {
  /** The batch. */
  readonly signals: HostSignals;
  /** The options of the suite. */
  readonly options: ContractOptions;
  /** Applies a loss made afresh to signals. */
  readonly build: (signals: HostSignals, more?: LossOptions) => BuiltLoss;
}

/** A case of signals written out. */
export function lossCase<Needs, P extends TensorTree, S extends TensorTree>(
  makeLoss: () => Loss<Needs, P, S>,
  signals: Signals<Needs>,
  options: ContractOptions,
): LossCase {
  return {
    signals: hostSignals<Needs>(signals),
    options,
    build: (host, more = {}) =>
      buildLoss<Needs, P, S>(makeLoss(), host as Signals<Needs>, { ...options, ...more }),
  };
}

const isFloat = ({ dtype }: Tensor): boolean => dtype === 'float32' || dtype === 'float64';

function pick(
  built: BuiltLoss,
  named: readonly string[] | undefined,
  prefixes: readonly string[],
): string[] {
  const paths = named?.map((path) => path.replaceAll('.', '/'));
  return [...built.inputs]
    .filter(([path, tensor]) =>
      paths === undefined
        ? isFloat(tensor) && prefixes.some((prefix) => path.startsWith(prefix))
        : paths.includes(path),
    )
    .map(([path]) => path);
}

/** The paths by which a loss has gradients. */
export function gradientPaths(built: BuiltLoss, { gradients }: ContractOptions): string[] {
  return pick(built, gradients, ['student/', 'parameters/']);
}

/** The paths into which no gradient may flow. */
export function constantPaths(built: BuiltLoss, { constants }: ContractOptions): string[] {
  return pick(built, constants, ['teacher/']);
}

/** Elements as numbers. */
export function numbers({ data }: HostTensor): number[] {
  return Array.from(data as Iterable<number | bigint>, Number);
}
