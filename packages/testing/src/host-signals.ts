import { type DType, type HostTensor, hostTensor, isLeaf, LimbeckError } from '@limbeck/core';
import type { Numbers, Signals } from './signals.js';

/** A tree of values on the host. */
export type HostSignals = HostTensor | { readonly [name: string]: HostSignals };

const whole = /^(labels?|indices|index|ids?)$|(Labels?|Indices|Index|Ids?)$/;

function isNumbers(value: unknown): value is Numbers {
  if (Array.isArray(value)) return value.every(isNumbers);
  return typeof value === 'number' || typeof value === 'boolean';
}

function shapeOf(value: Numbers, path: string): number[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [];
  const inner = value.map((each) => shapeOf(each, path));
  const [first = []] = inner;
  if (inner.some((shape) => shape.join() !== first.join())) {
    throw new LimbeckError('shape-mismatch', {
      where: `signals, ${path}`,
      given: 'rows of different lengths',
      expected: 'rows of one length',
      next: 'Pad the short rows, and mask what was padded by weights.',
    });
  }
  return [value.length, ...first];
}

function flat(value: Numbers): (number | boolean)[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [value];
  return value.flatMap(flat);
}

function dtypeOf(elements: readonly (number | boolean)[], path: string): DType {
  if (typeof elements[0] === 'boolean') return 'bool';
  return whole.test(path.split('/').at(-1) ?? '') ? 'int64' : 'float32';
}

function tensorOf(value: Numbers, path: string): HostTensor {
  const elements = flat(value);
  return hostTensor(dtypeOf(elements, path), shapeOf(value, path), elements.map(Number));
}

/**
 * Signals with every leaf a tensor on the host.
 *
 * @throws LimbeckError `shape-mismatch` for rows of different lengths; `dtype-mismatch` for a label that is no whole
 * number; `invalid-data` for what is neither numbers, tensor nor tree
 */
export function hostSignals<Needs>(signals: Signals<Needs>): HostSignals {
  return read(signals, '');
}

function read(value: unknown, path: string): HostSignals {
  if (isLeaf(value)) return value as HostTensor;
  if (isNumbers(value)) return tensorOf(value, path);
  if (typeof value !== 'object' || value === null) {
    throw new LimbeckError('invalid-data', {
      where: `signals${path === '' ? '' : `, ${path}`}`,
      given: String(value),
      expected: 'numbers, truth values, a tensor, or a tree of these',
      next: 'Leave the field out if the loss does not need it.',
    });
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const under = (key: string): string => (path === '' ? key : `${path}/${key}`);
  const read_ = entries.map(([key, each]) => [key, read(each, under(key))] as const);
  // A list stays a list: losses walk over it.
  return (
    Array.isArray(value) ? read_.map(([, each]) => each) : Object.fromEntries(read_)
  ) as HostSignals;
}
