import {
  type Dim,
  type DType,
  type HostTensor,
  hostTensor,
  LimbeckError,
  type Spec,
} from '@limbeck/core';
import { sameShape } from './dims.js';
import { dimension as dimensionOperator, iota as iotaOperator } from './ops/shape.js';
import { constant as constantOperator, input as inputOperator } from './ops/source.js';
import { frontAxis, refuseShapes } from './ops/support.js';
import { makeNode } from './tensor-base.js';
import { Tensor } from './tensor.js';

/** A value that is fed under this name when the graph runs. */
export function input(name: string, { dtype, shape }: Spec): Tensor {
  if (name === '') {
    throw new LimbeckError('invalid-option', {
      where: 'input',
      given: 'an empty name',
      expected: 'a name such as "student/weight"',
      next: 'Name the input.',
    });
  }
  return new Tensor(makeNode(inputOperator, [], { name, spec: { dtype, shape } }));
}

/** A value that is part of the graph. */
export function constant(value: HostTensor): Tensor {
  return new Tensor(makeNode(constantOperator, [], { value }));
}

/** A constant scalar. */
export function scalar(value: number, dtype: DType = 'float32'): Tensor {
  return constant(hostTensor(dtype, [], [value]));
}

/** Elements of one value in a shape whose names are bound when the graph runs. */
export function full(shape: readonly Dim[], value: number, dtype: DType = 'float32'): Tensor {
  return scalar(value, dtype).expand(shape);
}

/** The numbers 0, 1, … below a size, as int64 `[size]`. */
export function iota(size: Dim): Tensor {
  return new Tensor(makeNode(iotaOperator, [], { dim: size }));
}

/** A size as an int64 scalar. */
export function dimension(size: Dim): Tensor {
  return new Tensor(makeNode(dimensionOperator, [], { dim: size }));
}

/** Tensors one after another along an axis. @throws LimbeckError `invalid-option` for none */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'concat',
      given: 'no tensors',
      expected: 'at least one',
      next: 'Leave the concat out where there is nothing to join.',
    });
  }
  return first.concat(tensors.slice(1), axis);
}

/** Tensors of one shape one after another along a new axis. @throws LimbeckError `invalid-option` for none */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const rank = (tensors[0]?.shape.length ?? 0) + 1;
  const front = frontAxis('stack', axis, rank);
  const apart = tensors.map((tensor) => {
    if (!sameShape(tensor.shape, tensors[0]!.shape)) {
      refuseShapes(
        'stack',
        tensors.map(({ shape }) => shape),
        'tensors of one shape',
        'Use concat() along an axis whose sizes differ.',
      );
    }
    return tensor.reshape(tensor.shape.toSpliced(front, 0, 1));
  });
  return concat(apart, front);
}

/** `a` where the condition holds, `b` elsewhere; a number takes the other branch's dtype. */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const like = typeof a === 'number' ? b : a;
  const lift = (value: Tensor | number): Tensor =>
    typeof value !== 'number'
      ? value
      : typeof like === 'number'
        ? scalar(value)
        : like.scalar(value);
  return condition.where(lift(a), lift(b));
}

/** The same values, through which no gradient flows. */
export function stopGradient(tensor: Tensor): Tensor {
  return tensor.stopGradient();
}

/** 1 at each index along a new last axis of `depth`, 0 elsewhere. */
export function oneHot(indices: Tensor, depth: Dim, dtype: DType = 'float32'): Tensor {
  return indices
    .reshape([...indices.shape, 1])
    .equal(iota(depth).cast(indices.dtype))
    .cast(dtype);
}
