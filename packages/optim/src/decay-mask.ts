import type { Spec } from '@limbeck/core';

/** Which parameters decay, by path (`encoder/0/weight`) and spec. */
export type DecayMask = (path: string, spec: Spec) => boolean;

/** Every parameter decays. */
export const decayAll: DecayMask = () => true;

/** Matrices and tables decay; biases and the scales of norms, which have one axis, do not. */
export const decayMatrices: DecayMask = (_path, { shape }) => shape.length >= 2;
