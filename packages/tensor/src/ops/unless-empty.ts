import type { Dim, Spec } from '@limbeck/core';
import { dataTypeOf } from '../onnx/element-kinds.js';
import type { Emitter } from '../operator.js';
import { int, int64s } from './support.js';

/** What is written in either case. */
interface Cases {
  /** Dtypes and shapes of what comes out. */
  readonly specs: readonly Spec[];
  /** Under which names. */
  readonly outputs: readonly string[];
  /** Writes the nodes where there is something. */
  readonly some: (emit: Emitter, outputs: readonly string[]) => void;
  /** The name of output `index` where there is nothing; without it, zeros of its shape. */
  readonly none?: (index: number) => string | undefined;
}

/**
 * Writes nodes that ONNX Runtime cannot run over a size of 0: a branch keeps it from trying. No branch is written where the
 * size is a number above 0.
 */
export function unlessEmpty(emit: Emitter, size: Dim, { specs, outputs, some, none }: Cases): void {
  if (typeof size === 'number' && size > 0) return some(emit, outputs);
  const isSome = emit.fresh();
  emit.node('Greater', [emit.shape([size]), emit.constant(int64s([0]))], [isSome]);
  const full = emit.block(specs, (inner) => {
    const names = specs.map(() => inner.fresh());
    some(inner, names);
    return names;
  });
  const empty = emit.block(specs, (inner) =>
    specs.map((spec, index) => none?.(index) ?? zeros(inner, spec)),
  );
  emit.node('If', [isSome], outputs, { then_branch: full, else_branch: empty });
}

function zeros(emit: Emitter, { dtype, shape }: Spec): string {
  const [made, cast] = [emit.fresh(), emit.fresh()];
  emit.node('ConstantOfShape', [emit.shape(shape)], [made]);
  emit.node('Cast', [made], [cast], { to: int(dataTypeOf(dtype)) });
  return cast;
}
