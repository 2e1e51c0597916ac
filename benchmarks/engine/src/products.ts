import { sizeOf, type Spec } from '@limbeck/core';
import { bindSpecs, evaluateDim, simplify, type Tensor } from '@limbeck/tensor';
import type { HostTensors } from '@limbeck/runtime';

/** A matrix product of a graph: `count` times `[batch]` products of `[rows, inner]` and `[inner, columns]`. */
export interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** How many matrices one product multiplies: 1 for plain ones, batch · heads in attention. */
  readonly batch: number;
  /** Whether the operands lie transposed in memory. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** How often the graph holds it. */
  readonly count: number;
}

/** Multiplications and additions of one such product: 2 · rows · inner · columns · batch. */
export function productFlops({ rows, inner, columns, batch }: Product): number {
  return 2 * rows * inner * columns * batch;
}

/**
 * FLOPs of all matrix products. What is element by element is left out, for every system alike: it is about 1% of the
 * operations of this step.
 */
export function totalFlops(products: readonly Product[]): number {
  return products.reduce((sum, product) => sum + product.count * productFlops(product), 0);
}

type NamedSizes = ReadonlyMap<string, number>;

/**
 * The different matrix products of a graph, after what is computed twice has been merged; convolutions are the products
 * that they are.
 *
 * @param fed - gives named sizes their numbers. @defaultValue all sizes are numbers
 */
export function productsOf(
  outputs: { readonly [name: string]: Tensor },
  fed: HostTensors = {},
): readonly Product[] {
  const found = new Map<string, Product>();
  const seen = new Set<Tensor['node']>();
  const open = Object.values(simplify(outputs)).map(({ node }) => node);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...node.inputs.map((tensor) => tensor.node));
  }
  const inputs = [...seen].flatMap(({ operator, attributes, outputs: [spec] }) => {
    const { name } = attributes as { readonly name: string };
    return operator.name === 'input' && Object.hasOwn(fed, name) ? [[name, spec!] as const] : [];
  });
  const sizes = bindSpecs(new Map(inputs), fed);
  for (const node of seen) {
    const product = productOf(node, sizes);
    if (product === undefined) continue;
    const key = JSON.stringify(product);
    found.set(key, { ...product, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count * productFlops(b) - a.count * productFlops(a));
}

/** Operators that are one matrix product, transposed as their attributes say. */
const plain = new Set(['matmul', 'affine', 'gemm']);

function productOf(node: Tensor['node'], sizes: NamedSizes): Product | undefined {
  const { operator, inputs, attributes, outputs } = node;
  const shapeOf = ({ shape }: Spec): number[] =>
    shape.map((dim) => (typeof dim === 'number' ? dim : evaluateDim(dim, sizes)));
  const out = shapeOf(outputs[0]!);
  if (plain.has(operator.name)) {
    const { transposeA = false, transposeB = false } = attributes as Partial<Product>;
    return {
      rows: out.at(-2)!,
      inner: shapeOf(inputs[0]!).at(transposeA ? -2 : -1)!,
      columns: out.at(-1)!,
      batch: sizeOf(out.slice(0, -2)),
      transposeA,
      transposeB,
      count: 0,
    };
  }
  if (operator.name !== 'conv' && operator.name !== 'convTranspose') return undefined;
  // As the product that it is once every window lies in a row of its own.
  const { groups } = attributes as { readonly groups: number };
  const [x, weight] = inputs.map(shapeOf);
  const forward = operator.name === 'conv';
  const [images, , ...windows] = (forward ? out : x)!;
  const [first, ...others] = weight!;
  const [inner, columns] = forward
    ? [sizeOf(others), first! / groups]
    : [first! / groups, sizeOf(others)];
  const rows = images! * sizeOf(windows);
  return { rows, inner, columns, batch: groups, transposeA: false, transposeB: false, count: 0 };
}
