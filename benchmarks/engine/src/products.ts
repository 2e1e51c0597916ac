import { simplify, type Tensor } from '@limbeck/tensor';

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

/** The different matrix products of a graph, after what is computed twice has been merged. */
export function productsOf(outputs: { readonly [name: string]: Tensor }): readonly Product[] {
  const found = new Map<string, Product>();
  const seen = new Set<Tensor['node']>();
  const open = Object.values(simplify(outputs)).map(({ node }) => node);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...node.inputs.map((tensor) => tensor.node));
    const product = productOf(node);
    if (product === undefined) continue;
    const key = JSON.stringify(product);
    found.set(key, { ...product, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count * productFlops(b) - a.count * productFlops(a));
}

function productOf({ operator, inputs, attributes, outputs }: Tensor['node']): Product | undefined {
  if (operator.name !== 'matmul' && operator.name !== 'affine') return undefined;
  const { transposeA = false, transposeB = false } = attributes as {
    readonly transposeA?: boolean;
    readonly transposeB?: boolean;
  };
  const a = inputs[0]!.shape.map(Number);
  const out = outputs[0]!.shape.map(Number);
  return {
    rows: out.at(-2)!,
    inner: a.at(transposeA ? -2 : -1)!,
    columns: out.at(-1)!,
    batch: out.slice(0, -2).reduce((all, size) => all * size, 1),
    transposeA,
    transposeB,
    count: 0,
  };
}
