import { type HostTensor, leaves, sizeOf } from '@limbeck/core';

/** How many numbers a tree of parameters holds, or a tree of their specs stands for. */
export function countParameters(parameters: object): number {
  return leaves<HostTensor>(parameters).reduce((total, [, { shape }]) => total + sizeOf(shape), 0);
}
