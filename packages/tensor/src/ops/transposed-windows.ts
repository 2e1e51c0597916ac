import type { Dim } from '@limbeck/core';
import type { Emitter } from '../operator.js';
import { int, int64s, ints } from './support.js';
import { onnxWindows, reachOf, spatialOf, type WindowGeometry } from './windows.js';

/**
 * Writes ConvTranspose for an output of given spatial sizes. Of the sizes that one number of windows comes from, the
 * standard makes the smallest and lets the rest be asked for as a number; where it is known at run time alone, the largest
 * is made and cut.
 */
export function transposedWindows(
  emit: Emitter,
  weight: string,
  groups: number,
  geometry: WindowGeometry,
  size: readonly Dim[],
): void {
  const counts = spatialOf(emit.inputSpecs[0]!.shape);
  const { stride, pads } = geometry;
  const known = size.map(
    (dim, axis) => typeof dim === 'number' && typeof counts[axis] === 'number',
  );
  const extra = reachOf(geometry).map((reach, axis) => {
    if (!known[axis]!) return stride[axis]! - 1;
    const smallest = ((counts[axis] as number) - 1) * stride[axis]! + reach;
    return (size[axis] as number) + pads[axis]! + pads[axis + size.length]! - smallest;
  });
  const attributes = {
    group: int(groups),
    ...onnxWindows(geometry),
    output_padding: ints(extra),
  };
  const cut = size.flatMap((_, axis) => (known[axis]! || stride[axis] === 1 ? [] : [axis]));
  const input = emit.inputs[0]!;
  if (cut.length === 0) {
    emit.node('ConvTranspose', [input, weight], emit.outputs, attributes);
    return;
  }
  const largest = emit.fresh();
  emit.node('ConvTranspose', [input, weight], [largest], attributes);
  const zeros = emit.constant(int64s(cut.map(() => 0)));
  const ends = emit.shape(cut.map((axis) => size[axis]!));
  const axes = emit.constant(int64s(cut.map((axis) => axis + 2)));
  emit.node('Slice', [largest, zeros, ends, axes], emit.outputs);
}
