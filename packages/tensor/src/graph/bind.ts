import { checkHostTensor, type HostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { evaluateDim, showShape } from '../dims.js';
import type { Node } from '../operator.js';
import type { InputAttributes } from '../ops/source.js';

/** The inputs among nodes, by name. @throws LimbeckError `duplicate-name` for two different inputs of one name */
export function namedInputs(order: readonly Node[]): Map<string, Spec> {
  const found = new Map<string, Node>();
  for (const node of order) {
    if (node.operator.name !== 'input') continue;
    const { name } = node.attributes as InputAttributes;
    const other = found.get(name);
    if (other !== undefined && other !== node) {
      throw new LimbeckError('duplicate-name', {
        where: 'inputs',
        given: `two different inputs named "${name}"`,
        expected: 'one name for each input',
        next: 'Make the input once and use the same tensor twice.',
      });
    }
    found.set(name, node);
  }
  return new Map([...found].map(([name, node]) => [name, node.outputs[0]!]));
}

/**
 * Checks fed values against the specs of the inputs, and binds the names of sizes.
 * @throws LimbeckError `missing-signal`, `dtype-mismatch`, `shape-mismatch`, `invalid-data` for what is no tensor
 */
export function bindSpecs(
  inputs: ReadonlyMap<string, Spec>,
  feeds: { readonly [name: string]: HostTensor },
): Map<string, number> {
  const bindings = new Map<string, number>();
  const refuse = (code: 'dtype-mismatch' | 'shape-mismatch', name: string, spec: Spec): never => {
    const { dtype, shape } = feeds[name]!;
    throw new LimbeckError(code, {
      where: `input "${name}"`,
      given: `${dtype} ${showShape(shape)}`,
      expected: `${spec.dtype} ${showShape(spec.shape)}${code === 'shape-mismatch' ? showBindings(bindings) : ''}`,
      next: 'Feed a value of this dtype and shape.',
    });
  };
  for (const [name, spec] of inputs) {
    const feed = feeds[name];
    if (feed === undefined) {
      throw new LimbeckError('missing-signal', {
        where: `input "${name}"`,
        given: `values for ${Object.keys(feeds).join(', ') || 'nothing'}`,
        expected: `a ${spec.dtype} tensor ${showShape(spec.shape)}`,
        next: `Feed "${name}".`,
      });
    }
    checkHostTensor(`input "${name}"`, feed);
    const float = spec.dtype === 'float32' && feed.dtype === 'float64';
    if (feed.dtype !== spec.dtype && !float) refuse('dtype-mismatch', name, spec);
    if (feed.shape.length !== spec.shape.length) refuse('shape-mismatch', name, spec);
    spec.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && /^\w+$/.test(dim) && !bindings.has(dim)) {
        bindings.set(dim, feed.shape[axis]!);
      }
    });
  }
  for (const [name, spec] of inputs) {
    spec.shape.forEach((dim, axis) => {
      if (evaluateDim(dim, bindings) !== feeds[name]!.shape[axis])
        refuse('shape-mismatch', name, spec);
    });
  }
  return bindings;
}

function showBindings(bindings: ReadonlyMap<string, number>): string {
  if (bindings.size === 0) return '';
  return ` where ${[...bindings].map(([name, value]) => `${name} = ${value}`).join(', ')}`;
}

/** {@link bindSpecs} for the inputs among nodes. */
export function bindNames(
  order: readonly Node[],
  feeds: { readonly [name: string]: HostTensor },
): Map<string, number> {
  return bindSpecs(namedInputs(order), feeds);
}
