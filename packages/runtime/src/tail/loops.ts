import { type JsonObject, LimbeckError, sizeOf } from '@limbeck/core';
import type { Kernels } from '../kernels/kernels.js';

/** What a loop of a tail is given: its inputs and results by number, as the operator has them. */
export interface LoopArguments {
  readonly kernels: Kernels;
  readonly attributes: JsonObject;
  /** How many inputs there are. */
  readonly inputs: number;
  /** Where an input lies. */
  readonly at: (input: number) => number;
  /** How many elements it has. */
  readonly count: (input: number) => number;
  /** A scalar input. */
  readonly number: (input: number) => number;
  /** Whether an input holds int32 rather than int64. */
  readonly isNarrow: (input: number) => boolean;
  /** Where a result goes. */
  readonly into: (result: number) => number;
  /** The shape of a result. */
  readonly shape: (result: number) => readonly number[];
  /** Makes a scalar result. */
  readonly set: (result: number, value: number) => void;
  /** Float64 numbers that the loop may use: 32 of them. What `at` says may end the array that `data` gave before. */
  readonly sums: { readonly at: number; readonly data: () => Float64Array };
}

const numberOf = (attributes: JsonObject, name: string): number => Number(attributes[name]);

function adam(given: LoopArguments): void {
  const { kernels, attributes, at, number } = given;
  const shrinks = attributes['shrinks'] === true;
  kernels.adam(
    given.count(0),
    at(0),
    at(1),
    at(2),
    at(3),
    given.into(0),
    given.into(1),
    given.into(2),
    number(4),
    number(5),
    shrinks ? number(6) : 1,
    attributes['scales'] === true ? number(given.inputs - 1) : 1,
    numberOf(attributes, 'coupled'),
    numberOf(attributes, 'beta1'),
    numberOf(attributes, 'beta2'),
  );
}

function sgd(given: LoopArguments): void {
  const { kernels, attributes, at, number } = given;
  const factor = attributes['scales'] === true ? number(given.inputs - 1) : 1;
  const coupled = numberOf(attributes, 'coupled');
  const n = given.count(0);
  if (attributes['moves'] !== true) {
    kernels.sgd(n, at(0), at(1), given.into(0), number(2), factor, coupled);
    return;
  }
  kernels.momentumSgd(
    n,
    at(0),
    at(1),
    at(3),
    given.into(0),
    given.into(1),
    number(2),
    factor,
    coupled,
    numberOf(attributes, 'momentum'),
    attributes['nesterov'] === true,
  );
}

function movingAverage({ kernels, at, count, into, number }: LoopArguments): void {
  kernels.movingAverage(count(0), at(0), at(1), into(0), number(2));
}

function gradientNorm({ kernels, attributes, inputs, at, count, set, sums }: LoopArguments): void {
  sums.data().fill(0);
  for (let i = 0; i < inputs; i++) kernels.addSquares(count(i), at(i), sums.at);
  const columns = sums.data();
  // The columns in pairs, as the operator's expansion adds them.
  for (let half = 8; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) columns[i]! += columns[i + half]!;
  }
  const norm = Math.sqrt(columns[0]!);
  const limit = numberOf(attributes, 'limit');
  set(0, norm);
  set(1, limit / Math.max(norm, limit));
}

function scatterAddRows({ kernels, at, count, isNarrow, into, shape }: LoopArguments): void {
  const [rows, ...rest] = shape(0);
  if (kernels.addRows(count(1), rows!, sizeOf(rest), at(0), at(1), isNarrow(1), into(0)) !== 0)
    return;
  throw new LimbeckError('engine-failed', {
    where: 'step, scatterAddRows',
    given: 'an index outside the table',
    expected: `indices from 0 to ${rows! - 1}`,
    next: 'Check the values that were fed: indices out of range are the usual reason.',
  });
}

/** What runs for each kernel. */
export const loops: { readonly [kernel: string]: (given: LoopArguments) => void } = {
  adam,
  gradientNorm,
  movingAverage,
  scatterAddRows,
  sgd,
};
