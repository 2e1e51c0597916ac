import { type Dim, type DType, hostTensor } from '@limbeck/core';
import type { Emitter, Operator } from '../operator.js';
import { dataTypeOf } from '../onnx/element-kinds.js';
import { type AxisRule, sourcesOf } from './resize-coordinates.js';
import { int, int64s, passing } from './support.js';

/** Attributes of `resizeMatrix`. */
export interface ResizeMatrixAttributes extends AxisRule {
  /** How many elements there are. */
  readonly from: Dim;
  /** How many come out. */
  readonly to: Dim;
  /** By what coordinates are divided; undefined for the ratio of the sizes. */
  readonly factor: number | undefined;
  /** What it is made of. */
  readonly dtype: DType;
}

function matrixOf(from: number, to: number, attributes: ResizeMatrixAttributes): Float64Array {
  const matrix = new Float64Array(to * from);
  sourcesOf(from, to, attributes.factor, attributes).forEach(({ low, high, share }, row) => {
    matrix[row * from + low]! += 1 - share;
    matrix[row * from + high]! += share;
  });
  return matrix;
}

/** The matrix `[to, from]` by which resizing multiplies an axis. */
export const resizeMatrix: Operator<ResizeMatrixAttributes> = {
  name: 'resizeMatrix',
  infer: (_inputs, { from, to, dtype }) => [{ dtype, shape: [to, from] }],
  evaluate: (_inputs, attributes, [out]) => {
    const [to, from] = out!.shape as [number, number];
    return [matrixOf(from, to, attributes)];
  },
  gradient: () => [],
  lower: (emit, attributes) => {
    const { from, to, dtype } = attributes;
    if (typeof from === 'number' && typeof to === 'number') {
      const data = Array.from(matrixOf(from, to, attributes));
      const value = emit.constant(hostTensor(dtype, [to, from], data));
      emit.node('Identity', [value], emit.outputs);
      return;
    }
    writeMatrix(emit, attributes);
  },
};

/** The same in nodes, for sizes known at run time: float32 throughout, as in {@link sourcesOf}. */
function writeMatrix(emit: Emitter, attributes: ResizeMatrixAttributes): void {
  const { from, to, factor, mode, coordinates, rounding, dtype } = attributes;
  const number = (value: number): string => emit.constant(hostTensor('float32', [], [value]));
  const pass = passing(emit);
  const float = (name: string): string => pass('Cast', [name], { to: int(dataTypeOf('float32')) });
  const whole = (dim: Dim): string =>
    pass('Squeeze', [emit.shape([dim]), emit.constant(int64s([0]))]);
  const int64 = (value: number): string => emit.constant(hostTensor('int64', [], [value]));
  const upTo = (dim: Dim): string => float(pass('Range', [int64(0), whole(dim), int64(1)]));
  const [fromSize, toSize] = [float(whole(from)), float(whole(to))];
  const last = pass('Sub', [fromSize, number(1)]);
  const at = upTo(to);
  const scale = factor === undefined ? pass('Div', [toSize, fromSize]) : number(factor);
  const half = (): string =>
    pass('Sub', [pass('Div', [pass('Add', [at, number(0.5)]), scale]), number(0.5)]);
  // One element lies at 0, whatever it would be divided by.
  const several = (place: string): string =>
    pass('Where', [pass('Greater', [toSize, number(1)]), place, number(0)]);
  const place = {
    half_pixel: half,
    pytorch_half_pixel: () => several(half()),
    align_corners: () =>
      several(pass('Div', [pass('Mul', [at, last]), pass('Sub', [toSize, number(1)])])),
    asymmetric: () => pass('Div', [at, scale]),
  }[coordinates]();
  const inside = (name: string): string => pass('Min', [pass('Max', [name, number(0)]), last]);
  const beside = (name: string): string => pass('Unsqueeze', [name, emit.constant(int64s([1]))]);
  const column = upTo(from);
  if (mode === 'nearest') {
    const index = {
      round_prefer_floor: () => pass('Ceil', [pass('Sub', [place, number(0.5)])]),
      round_prefer_ceil: () => pass('Floor', [pass('Add', [place, number(0.5)])]),
      floor: () => pass('Floor', [place]),
      ceil: () => pass('Ceil', [place]),
    }[rounding]();
    const hit = pass('Equal', [beside(inside(index)), column]);
    emit.node('Cast', [hit], emit.outputs, { to: int(dataTypeOf(dtype)) });
    return;
  }
  // The share of an element falls to 0 at a distance of 1.
  const distance = pass('Abs', [pass('Sub', [beside(inside(place)), column])]);
  const share = pass('Relu', [pass('Sub', [number(1), distance])]);
  emit.node('Cast', [share], emit.outputs, { to: int(dataTypeOf(dtype)) });
}
