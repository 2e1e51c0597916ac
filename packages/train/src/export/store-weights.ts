import type { HostTensor } from '@limbeck/core';
import {
  constant,
  type Node,
  type Pass,
  rewrite,
  type Tensor,
  topologicalOrder,
} from '@limbeck/tensor';
import { blockTensor, type BlockWeight, dequantiseBlocks, gatheredBlocks } from './blocks.js';
import { dequantise, type QuantisedWeight, quantisedTensor } from './quantise.js';
import { multiplyBlocks, multiplyDynamic } from './stored-products.js';

/** A weight as a file keeps it. */
export type StoredWeight =
  | { readonly kind: 'int8'; readonly weight: QuantisedWeight }
  | { readonly kind: 'int4'; readonly weight: BlockWeight };

/** How stored weights are computed with. */
export interface StorageOptions {
  /** Whether products with int8 matrices are made in int8, the other side quantised on each run. */
  readonly dynamic: boolean;
  /** Whether products with matrices of 4 bits are unpacked at load, by standard operators alone. */
  readonly portable: boolean;
}

type Outputs = { readonly [name: string]: Tensor };

/** A stored weight as float32. */
export function floatsOf(stored: StoredWeight): HostTensor<'float32'> {
  return stored.kind === 'int8' ? dequantise(stored.weight) : dequantiseBlocks(stored.weight);
}

/** The name of an input node. */
function inputName({ operator, attributes }: Node): string | undefined {
  return operator.name === 'input' ? (attributes as { readonly name: string }).name : undefined;
}

/** Whether the second operand of a product is turned. */
function isTurned({ attributes }: Node): boolean {
  return (attributes as { readonly transposeB?: boolean }).transposeB === true;
}

/** Whether a node is a product of rows with a matrix as it is or turned, and not the first operand turned. */
function isProduct({ operator, attributes }: Node): boolean {
  const { transposeA = false } = attributes as { readonly transposeA?: boolean };
  return operator.name === 'affine' || (operator.name === 'matmul' && !transposeA);
}

/**
 * Along which axis each weight has its rows: the columns of a matrix that is only multiplied by, and the rows of all
 * others.
 */
export function rowAxes(outputs: Outputs): ReadonlyMap<string, 0 | 1> {
  const axes = new Map<string, 0 | 1>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    node.inputs.forEach(({ node: from, shape }, operand) => {
      const path = inputName(from);
      if (path === undefined) return;
      const plain = isProduct(node) && operand === 1 && shape.length === 2 && !isTurned(node);
      axes.set(path, plain && axes.get(path) !== 0 ? 1 : 0);
    });
  }
  return axes;
}

/** The same outputs with weights, which were inputs by their paths, stored otherwise. */
export function storeWeights(
  outputs: Outputs,
  stored: ReadonlyMap<string, StoredWeight>,
  options: StorageOptions,
): Outputs {
  return rewrite(outputs, [storing(stored, options)]);
}

function storing(stored: ReadonlyMap<string, StoredWeight>, options: StorageOptions): Pass {
  return {
    name: 'stored weights',
    start: () => {
      const weights = new Map<Node, StoredWeight>();
      return (node) => {
        const found = stored.get(inputName(node) ?? '');
        if (found !== undefined) {
          const floats =
            found.kind === 'int8' ? quantisedTensor(found.weight) : blockTensor(found.weight);
          weights.set(floats.node, found);
          return [floats];
        }
        const made = cheaperUse(node, weights, options);
        return made === undefined ? undefined : [made];
      };
    },
  };
}

/** A use that need not unpack the whole weight. */
function cheaperUse(
  node: Node,
  weights: ReadonlyMap<Node, StoredWeight>,
  options: StorageOptions,
): Tensor | undefined {
  const { inputs, scope } = node;
  const [first, second, bias] = inputs;
  if (node.operator.name === 'gather') {
    const table = weights.get(first!.node);
    return table === undefined ? undefined : gathered(table, second!);
  }
  const matrix = second === undefined || !isProduct(node) ? undefined : weights.get(second.node);
  if (matrix === undefined) return undefined;
  const made = multiplied(first!, matrix, isTurned(node), scope, options);
  return made === undefined || bias === undefined ? made : made.add(bias);
}

function gathered(table: StoredWeight, indices: Tensor): Tensor | undefined {
  if (table.kind === 'int4') {
    return table.weight.axis === 0 ? gatheredBlocks(table.weight, indices) : undefined;
  }
  const { int8, scale } = table.weight;
  if (int8.shape.length !== 2) return undefined;
  const rows = constant(int8).gather(indices).cast('float32');
  return rows.mul(constant(scale).reshape([int8.shape[1]!]));
}

function multiplied(
  x: Tensor,
  matrix: StoredWeight,
  turned: boolean,
  scope: string,
  { dynamic, portable }: StorageOptions,
): Tensor | undefined {
  if (matrix.kind === 'int8') {
    const fits = dynamic && !turned && matrix.weight.int8.shape.length === 2;
    return fits ? multiplyDynamic(x, matrix.weight, scope) : undefined;
  }
  const { shape, axis } = matrix.weight;
  const fits = !portable && shape.length === 2 && axis === (turned ? 0 : 1);
  return fits ? multiplyBlocks(x, matrix.weight, scope) : undefined;
}
