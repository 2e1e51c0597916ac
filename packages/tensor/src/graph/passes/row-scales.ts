import type { Node } from '../../operator.js';
import type { MatmulAttributes } from '../../ops/matmul.js';
import type { ShapeAttributes } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import type { Pass } from '../rewrite.js';

/** How many times wider than what is scaled instead a matrix must be. */
const wider = 4;

/** A matrix and what each of its rows is multiplied by, `[rows, 1]`. */
interface ScaledRows {
  readonly matrix: Tensor;
  readonly scales: Tensor;
}

/**
 * Scales the rows of the smaller side of a product: with a row's weight r, (r ∘ M) B is r ∘ (M B) and Aᵀ (r ∘ M) is
 * (r ∘ A)ᵀ M. Losses weight their rows, and a vocabulary is wide. Changes last bits.
 */
export const rowScales: Pass = {
  name: 'row scales',
  late: true,
  start: () => (node) => {
    const moved =
      node.operator.name === 'matmul'
        ? pastProduct(node)
        : node.operator.name === 'reshape'
          ? pastReshape(node)
          : undefined;
    return moved === undefined ? undefined : [moved];
  },
};

function scaledRows({ node, shape }: Tensor): ScaledRows | undefined {
  const [matrix, scales] = node.inputs;
  if (node.operator.name !== 'mul' || scales!.shape.length !== shape.length) return undefined;
  const rows = scales!.shape.at(-1) === 1 && String(matrix!.shape) === String(shape);
  const lead = String(scales!.shape.slice(0, -1)) === String(shape.slice(0, -1));
  // A weight that is stored small is made large once, when it is loaded.
  if (isStored(matrix!)) return undefined;
  return rows && lead ? { matrix: matrix!, scales: scales! } : undefined;
}

function isStored({ node }: Tensor): boolean {
  const from = node.operator.name === 'cast' ? node.inputs[0]!.node : node;
  return from.operator.name === 'constant';
}

/** Rows that are laid out anew keep their scales. */
function pastReshape(node: Node): Tensor | undefined {
  const [x] = node.inputs as [Tensor];
  const { shape } = node.attributes as ShapeAttributes;
  const found = scaledRows(x);
  if (found === undefined || shape.length === 0 || shape.at(-1) !== x.shape.at(-1))
    return undefined;
  return found.matrix.reshape(shape).mul(found.scales.reshape([...shape.slice(0, -1), 1]));
}

function pastProduct(node: Node): Tensor | undefined {
  const [a, b] = node.inputs as [Tensor, Tensor];
  if (a.shape.length !== 2 || b.shape.length !== 2) return undefined;
  const how = node.attributes as MatmulAttributes;
  const [left, right] = [scaledRows(a), scaledRows(b)];
  const [rows, columns] = node.outputs[0]!.shape;
  const pays = ({ matrix }: ScaledRows, other: unknown): boolean => {
    const width = matrix.shape[1];
    return typeof width === 'number' && typeof other === 'number' && width >= wider * other;
  };
  if (left !== undefined && pays(left, columns)) {
    const { matrix, scales } = left;
    if (!how.transposeA) return matrix.matmul(b, how).mul(scales);
    return matrix.matmul(b.mul(how.transposeB ? turned(scales) : scales), how);
  }
  if (right !== undefined && pays(right, rows)) {
    const { matrix, scales } = right;
    if (how.transposeB) return a.matmul(matrix, how).mul(turned(scales));
    return a.mul(how.transposeA ? scales : turned(scales)).matmul(matrix, how);
  }
  return undefined;
}

/** `[rows, 1]` as `[1, rows]`. */
function turned(scales: Tensor): Tensor {
  return scales.reshape([1, scales.shape[0]!]);
}
