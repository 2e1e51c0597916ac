import { isLimbeckError } from '@limbeck/core';
import { grad, type OnnxImport, type Tensor } from '@limbeck/tensor';

/** Whether a graph can be trained here. */
export interface Training {
  /** Whether its parameters have gradients. */
  readonly possible: boolean;
  /** What stands in the way, one reason an entry. */
  readonly hinders: readonly string[];
}

/** Tries to build the gradient of the outputs' squares by every parameter. */
export function trainingOf(graph: OnnxImport): Training {
  const wrt = Object.values(graph.parameterTensors);
  if (wrt.length === 0) {
    return refused('no floating-point weights: what is quantised can run, and not train');
  }
  const floats = Object.values(graph.outputs).filter(({ dtype }) => dtype.startsWith('float'));
  if (floats.length === 0) return refused('no floating-point output that a loss could read');
  const reasons = floats.flatMap((output) => hindersOf(output, wrt));
  // One head that trains is enough; what hinders the others is told all the same.
  return { possible: reasons.length < floats.length, hinders: [...new Set(reasons)] };
}

function hindersOf(output: Tensor, wrt: readonly Tensor[]): readonly string[] {
  try {
    grad(output.mul(output).sum(), wrt);
    return [];
  } catch (error) {
    if (!isLimbeckError(error)) throw error;
    return [`${error.where.replace(/^grad through /, '')} has no gradient: ${error.given}`];
  }
}

function refused(reason: string): Training {
  return { possible: false, hinders: [reason] };
}
