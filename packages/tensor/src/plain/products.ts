import { sizeOf } from '@limbeck/core';
import type { Node } from '../operator.js';
import type { GemmAttributes } from '../ops/gemm.js';
import { broadcastIndex } from '../ops/support.js';
import { broadcastOf, eachRun } from './broadcast-loop.js';
import { dotProducts, turn } from './dot-products.js';
import type { KernelMaker, KernelMakers } from './kernel.js';
import { floatLoops } from './loops.js';
import { SparseRows } from './sparse-rows.js';
import type { PlainValue } from './store.js';

/** Turns a matrix that is the same in every run once, when it is first needed so. */
class KnownMatrix {
  readonly #value: PlainValue;
  readonly #isTurned: boolean;
  #turned: Float32Array | undefined;
  #sparse: SparseRows | undefined;

  constructor(value: PlainValue, isTurned: boolean) {
    this.#value = value;
    this.#isTurned = isTurned;
  }

  /** `[columns, inner]`. */
  get columnsFirst(): Float32Array {
    const { data, shape } = this.#value;
    if (this.#isTurned) return data as Float32Array;
    if (this.#turned === undefined) {
      this.#turned = new Float32Array(data.length);
      turn(this.#turned, data as Float32Array, 0, shape[0]!, shape[1]!);
    }
    return this.#turned;
  }

  /** Products with rows of zeros, for `[inner, columns]`. */
  get sparse(): SparseRows | undefined {
    if (this.#isTurned) return undefined;
    const { data, shape } = this.#value;
    this.#sparse ??= new SparseRows(data as Float32Array, shape[1]!);
    return this.#sparse;
  }
}

/** Rows times one matrix that is known: `[…, inner]` and `[inner, columns]`, or that turned. */
function byKnown(matrix: KnownMatrix, alpha: number) {
  return (x: PlainValue, out: PlainValue): void => {
    const inner = x.shape.at(-1)!;
    const columns = out.shape.at(-1)!;
    const rows = columns === 0 ? 0 : out.data.length / columns;
    const [from, to] = [x.data as Float32Array, out.data as Float32Array];
    const { sparse } = matrix;
    if (sparse?.fits(from) === true) sparse.multiply(to, from, rows, inner, alpha);
    else dotProducts(to, 0, from, 0, matrix.columnsFirst, 0, rows, columns, inner, alpha);
  };
}

/** Products of matrices that are both computed, one pair after another. */
function pairwise({ transposeA, transposeB, alpha }: Omit<GemmAttributes, 'beta'>) {
  let room = [new Float32Array(0), new Float32Array(0)];
  return (a: PlainValue, b: PlainValue, out: PlainValue): void => {
    const [rows, columns] = out.shape.slice(-2) as [number, number];
    const inner = transposeA ? a.shape.at(-2)! : a.shape.at(-1)!;
    const batch = out.shape.slice(0, -2);
    const left = broadcastIndex(a.shape.slice(0, -2), batch);
    const right = broadcastIndex(b.shape.slice(0, -2), batch);
    const [x, w, to] = [a, b, out].map(({ data }) => data as Float32Array) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const sizes = [transposeA ? rows * inner : 0, transposeB ? 0 : inner * columns];
    if (sizes.some((size, i) => room[i]!.length < size)) {
      room = sizes.map((size) => new Float32Array(size));
    }
    for (let n = 0; n < left.length; n++) {
      let [xs, xAt] = [x, left[n]! * rows * inner];
      let [ws, wAt] = [w, right[n]! * inner * columns];
      if (transposeA) {
        turn(room[0]!, x, xAt, inner, rows);
        [xs, xAt] = [room[0]!, 0];
      }
      if (!transposeB) {
        turn(room[1]!, w, wAt, inner, columns);
        [ws, wAt] = [room[1]!, 0];
      }
      dotProducts(to, n * rows * columns, xs, xAt, ws, wAt, rows, columns, inner, alpha);
    }
  };
}

function productOf(node: Node, known: readonly (PlainValue | undefined)[], how: GemmAttributes) {
  const matrix = known[1];
  if (matrix !== undefined && matrix.shape.length === 2 && !how.transposeA) {
    const run = byKnown(new KnownMatrix(matrix, how.transposeB), how.alpha);
    return (a: PlainValue, _b: PlainValue, out: PlainValue): void => run(a, out);
  }
  return pairwise(how);
}

/** α A B + β C. */
function kernelOf(how: (node: Node) => GemmAttributes): KernelMaker {
  return (node, known) => {
    if (node.inputs[0]!.dtype !== 'float32') return undefined;
    const attributes = how(node);
    const run = productOf(node, known, attributes);
    const { beta } = attributes;
    const add = floatLoops['add']!;
    return ([a, b, c], [out]) => {
      run(a!, b!, out!);
      if (c === undefined || sizeOf(out!.shape) === 0) return;
      const to = out!.data as Float32Array;
      const from = c.data as Float32Array;
      const addend = beta === 1 ? from : from.map((value) => beta * value);
      const broadcast = broadcastOf(out!.shape, c.shape, out!.shape);
      const [n, da, db] = [broadcast.sizes[0]!, broadcast.left[0]!, broadcast.right[0]!];
      eachRun(broadcast, (o, i, j) => add(to, o, to, i, da, addend, j, db, n));
    };
  };
}

const plain = { transposeA: false, transposeB: false, alpha: 1, beta: 1 };

/** Kernels of products of matrices. */
export const productKernels: KernelMakers = {
  matmul: kernelOf(({ attributes }) => ({ ...plain, ...attributes })),
  affine: kernelOf(() => plain),
  gemm: kernelOf(({ attributes }) => attributes as GemmAttributes),
};
