import type { DType } from '@limbeck/core';
import type { Node } from '../operator.js';
import type { CastAttributes, ClampAttributes } from '../ops/unary.js';
import { type Broadcast, broadcastOf, eachRun } from './broadcast-loop.js';
import { quickErrorFunction } from './error-function.js';
import type { KernelMaker, KernelMakers, PlainKernel } from './kernel.js';
import { bitLoops, floatLoops, floatMaps, type Loop, wholeLoops } from './loops.js';
import type { PlainValue, Store } from './store.js';

const loopsOf: { readonly [D in DType]?: { readonly [operator: string]: unknown } } = {
  float32: floatLoops,
  int64: wholeLoops,
  uint32: bitLoops,
};

/** A pair of operands that broadcast, by the loop of their dtype. */
const pairs: KernelMaker = (node) => {
  const { dtype } = node.inputs[0]!;
  const loop = loopsOf[dtype]?.[node.operator.name] as Loop<Store> | undefined;
  if (loop === undefined) return undefined;
  return ([a, b], [out]) => runPairs(loop, a!, b!, out!);
};

function runPairs(loop: Loop<Store>, a: PlainValue, b: PlainValue, out: PlainValue): void {
  if (out.data.length === 0) return;
  const how = broadcastOf(a.shape, b.shape, out.shape);
  const [n, da, db] = [how.sizes[0]!, how.left[0]!, how.right[0]!];
  eachRun(how, (o, i, j) => loop(out.data, o, a.data, i, da, b.data, j, db, n));
}

/** Shifts and quotients of whole numbers by one number, which is what hashing and packed tables are made of. */
const byNumber =
  (run: (out: Store, x: Store, by: number) => void, dtype: DType, isFit: (by: number) => boolean) =>
  (node: Node, known: readonly (PlainValue | undefined)[]): PlainKernel | undefined => {
    const by = known[1]?.data;
    const fits = node.inputs[0]!.dtype === dtype && by?.length === 1 && isFit(by[0]!);
    if (!fits || node.inputs[1]!.shape.length > node.inputs[0]!.shape.length) return undefined;
    const number = by[0]!;
    return ([x], [out]) => run(out!.data, x!.data, number);
  };

const shiftRight = byNumber(
  (out, x, by) => {
    for (let i = 0; i < out.length; i++) out[i] = x[i]! >>> by;
  },
  'uint32',
  (by) => by < 32,
);

const divideWhole = byNumber(
  (out, x, by) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.trunc(x[i]! / by) + 0;
  },
  'int64',
  (by) => by !== 0,
);

function map(run: (out: Float32Array, x: Float32Array) => void): KernelMaker {
  return (node) =>
    node.inputs[0]!.dtype === 'float32'
      ? ([x], [out]) => run(out!.data as Float32Array, x!.data as Float32Array)
      : undefined;
}

const clamp: KernelMaker = (node, known) => {
  const { min, max } = node.attributes as ClampAttributes;
  const run = map((out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(max, Math.max(min, x[i]!));
  });
  return run(node, known);
};

const cast: KernelMaker = (node) => {
  const { to } = node.attributes as CastAttributes;
  const from = node.inputs[0]!.dtype;
  if (to === 'bool') {
    return ([x], [out]) => {
      for (let i = 0; i < out!.data.length; i++) out!.data[i] = x!.data[i] === 0 ? 0 : 1;
    };
  }
  // What cuts a fraction off is left to the reference; all others are what storing an element does.
  const cuts = (from === 'float32' || from === 'float64') && to !== 'float32' && to !== 'float64';
  return cuts ? undefined : ([x], [out]) => out!.data.set(x!.data);
};

const gelu = map((out, x) => {
  for (let i = 0; i < out.length; i++) {
    out[i] = (x[i]! * (1 + quickErrorFunction(x[i]! * Math.SQRT1_2))) / 2;
  }
});

const erf = map((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = quickErrorFunction(x[i]!);
});

/** Values repeated along axes. */
const expand: KernelMaker = () => (inputs, outputs) => {
  const [x, out] = [inputs[0]!, outputs[0]!];
  if (out.data.length === 0) return;
  const how: Broadcast = broadcastOf(x.shape, x.shape, out.shape);
  const [n, step] = [how.sizes[0]!, how.left[0]!];
  eachRun(how, (o, i) => {
    if (step === 1) out.data.set(x.data.subarray(i, i + n), o);
    else out.data.fill(x.data[i]!, o, o + n);
  });
};

/** Kernels of what is computed element by element. */
export const elementwiseKernels: KernelMakers = {
  add: pairs,
  sub: pairs,
  mul: pairs,
  div: (node, known) => pairs(node, known) ?? divideWhole(node, known),
  maximum: pairs,
  minimum: pairs,
  bitXor: pairs,
  bitAnd: pairs,
  shiftRight,
  ...Object.fromEntries(Object.entries(floatMaps).map(([name, run]) => [name, map(run)])),
  clamp,
  cast,
  gelu,
  erf,
  expand,
};
