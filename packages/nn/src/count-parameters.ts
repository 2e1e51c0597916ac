import { type HostTensor, leaves, sizeOf } from '@limbeck/core';

/** How many numbers a tree of parameters holds. */
export function countParameters(parameters: object): number {
  return leaves<HostTensor>(parameters).reduce((total, [, { shape }]) => total + sizeOf(shape), 0);
}
