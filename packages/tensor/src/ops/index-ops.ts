import { type Dim, type DType, LimbeckError, sizeOf } from '@limbeck/core';
import { sameDim, sameShape } from '../dims.js';
import type { Operator } from '../operator.js';
import { checkDtype, floats, int, refuseShapes, stridesOf, walk, zeroOf } from './support.js';

const whole: readonly DType[] = ['int64', 'int32'];

/** Refuses an index outside a size. @throws LimbeckError `invalid-data` */
export function checkIndex(operator: string, index: number, size: number): void {
  if (index >= 0 && index < size) return;
  throw new LimbeckError('invalid-data', {
    where: operator,
    given: `the index ${index}`,
    expected: `an index from 0 to ${size - 1}`,
    next: 'Check the indices before they enter the graph.',
  });
}

/** Rows of a table by index: `[rows, …rest]` and `[…indices]` give `[…indices, …rest]`. */
export const gather: Operator = {
  name: 'gather',
  infer: ([table, indices]) => {
    checkDtype('gather', indices!, whole);
    if (table!.shape.length === 0) refuseShapes('gather', [table!.shape], 'a table with rows');
    return [{ dtype: table!.dtype, shape: [...indices!.shape, ...table!.shape.slice(1)] }];
  },
  evaluate: ([table, indices], _attributes, [out]) => {
    const width = sizeOf(table!.shape.slice(1));
    const result = new Float64Array(sizeOf(out!.shape));
    indices!.data.forEach((index, i) => {
      checkIndex('gather', index, table!.shape[0]!);
      result.set(table!.data.subarray(index * width, (index + 1) * width), i * width);
    });
    return [result];
  },
  gradient: ({ inputs: [table, indices], upstream: [dy] }) => {
    const rest = table!.shape.slice(1);
    const flat = indices!.flatten();
    return [
      dy!.reshape([flat.shape[0]!, ...rest]).scatterAddRows(flat, table!.shape[0]!),
      undefined,
    ];
  },
  lower: (emit) => emit.node('Gather', emit.inputs, emit.outputs, { axis: int(0) }),
};

/** Attributes of {@link scatterAddRows}. */
export interface RowsAttributes {
  /** How many rows come out. */
  readonly rows: Dim;
}

/** Rows `[n, …rest]` added up at their indices `[n]`: the adjoint of {@link gather}. */
export const scatterAddRows: Operator<RowsAttributes> = {
  name: 'scatterAddRows',
  kernel: 'scatterAddRows',
  infer: ([updates, indices], { rows }) => {
    checkDtype('scatterAddRows', updates!, floats);
    checkDtype('scatterAddRows', indices!, whole);
    if (
      updates!.shape.length === 0 ||
      indices!.shape.length !== 1 ||
      !sameDim(indices!.shape[0]!, updates!.shape[0] ?? 1)
    ) {
      refuseShapes('scatterAddRows', [updates!.shape, indices!.shape], '[n, …] and [n]');
    }
    return [{ dtype: updates!.dtype, shape: [rows, ...updates!.shape.slice(1)] }];
  },
  evaluate: ([updates, indices], _attributes, [out]) => {
    const width = sizeOf(updates!.shape.slice(1));
    const result = new Float64Array(sizeOf(out!.shape));
    indices!.data.forEach((index, i) => {
      checkIndex('scatterAddRows', index, out!.shape[0]!);
      for (let j = 0; j < width; j++) result[index * width + j]! += updates!.data[i * width + j]!;
    });
    return [result];
  },
  gradient: ({ inputs: [, indices], upstream: [dy] }) => [dy!.gather(indices!), undefined],
  lower: (emit) => {
    const { dtype, shape } = emit.outputSpecs[0]!;
    const updates = emit.inputSpecs[0]!.shape;
    const [zeros, expanded, column] = [emit.fresh(), emit.fresh(), emit.fresh()];
    const zero = emit.constant(zeroOf(dtype));
    emit.node('Expand', [zero, emit.shape(shape)], [zeros]);
    const ones = emit.shape([updates[0]!, ...updates.slice(1).map(() => 1)]);
    emit.node('Reshape', [emit.inputs[1]!, ones], [column], { allowzero: int(1) });
    emit.node('Expand', [column, emit.shape(updates)], [expanded]);
    // ScatterElements, not ScatterND: the latter loses updates with more than one thread.
    emit.node('ScatterElements', [zeros, expanded, emit.inputs[0]!], emit.outputs, {
      axis: int(0),
      reduction: { string: 'add' },
    });
  },
};

/** Attributes of {@link takeAlong}. */
export interface TakeAttributes {
  /** Counted from the front. */
  readonly axis: number;
}

/** For each element of `shape` in order, where its line along an axis begins in `of`, and the step along that axis. */
function alongLines(
  shape: readonly number[],
  of: readonly number[],
  axis: number,
): [Int32Array, number] {
  const strides = stridesOf(of);
  const steps = strides.map((stride, other) => (other === axis ? 0 : stride));
  return [walk(shape, steps), strides[axis]!];
}

function differAt(axis: number, a: readonly Dim[], b: readonly Dim[]): boolean {
  return axis < a.length && a.length === b.length && sameShape(a.with(axis, 1), b.with(axis, 1));
}

/** Elements along an axis by index: `[…, n, …]` and `[…, m, …]` give `[…, m, …]`. */
export const takeAlong: Operator<TakeAttributes> = {
  name: 'takeAlong',
  infer: ([x, indices], { axis }) => {
    checkDtype('takeAlong', indices!, whole);
    if (!differAt(axis, x!.shape, indices!.shape)) {
      const where = axis === x!.shape.length - 1 ? 'the last axis' : `axis ${axis}`;
      refuseShapes('takeAlong', [x!.shape, indices!.shape], `shapes that differ at ${where} alone`);
    }
    return [{ dtype: x!.dtype, shape: indices!.shape }];
  },
  evaluate: ([x, indices], { axis }) => {
    const [starts, stride] = alongLines(indices!.shape, x!.shape, axis);
    return [
      indices!.data.map((index, i) => {
        checkIndex('takeAlong', index, x!.shape[axis]!);
        return x!.data[starts[i]! + index * stride]!;
      }),
    ];
  },
  gradient: ({ inputs: [x, indices], upstream: [dy], attributes: { axis } }) => [
    dy!.scatterAddAlong(indices!, x!.shape[axis]!, axis),
    undefined,
  ],
  lower: (emit, { axis }) =>
    emit.node('GatherElements', emit.inputs, emit.outputs, { axis: int(axis) }),
};

/** Attributes of {@link scatterAddAlong}. */
export interface AlongAttributes extends TakeAttributes {
  /** The size of the axis in what comes out. */
  readonly size: Dim;
}

/** Elements `[…, m, …]` added up at their indices `[…, m, …]` along an axis of the given size. */
export const scatterAddAlong: Operator<AlongAttributes> = {
  name: 'scatterAddAlong',
  infer: ([updates, indices], { axis, size }) => {
    checkDtype('scatterAddAlong', updates!, floats);
    checkDtype('scatterAddAlong', indices!, whole);
    if (axis >= updates!.shape.length || !sameShape(updates!.shape, indices!.shape)) {
      refuseShapes(
        'scatterAddAlong',
        [updates!.shape, indices!.shape],
        'equal shapes of one axis or more',
      );
    }
    return [{ dtype: updates!.dtype, shape: updates!.shape.with(axis, size) }];
  },
  evaluate: ([updates, indices], { axis }, [out]) => {
    const [starts, stride] = alongLines(indices!.shape, out!.shape, axis);
    const result = new Float64Array(sizeOf(out!.shape));
    indices!.data.forEach((index, i) => {
      checkIndex('scatterAddAlong', index, out!.shape[axis]!);
      result[starts[i]! + index * stride]! += updates!.data[i]!;
    });
    return [result];
  },
  gradient: ({ inputs: [, indices], upstream: [dy], attributes: { axis } }) => [
    dy!.gatherAlong(axis, indices!),
    undefined,
  ],
  lower: (emit, { axis }) => {
    const { dtype, shape } = emit.outputSpecs[0]!;
    const zeros = emit.fresh();
    const zero = emit.constant(zeroOf(dtype));
    emit.node('Expand', [zero, emit.shape(shape)], [zeros]);
    emit.node('ScatterElements', [zeros, emit.inputs[1]!, emit.inputs[0]!], emit.outputs, {
      axis: int(axis),
      reduction: { string: 'add' },
    });
  },
};
