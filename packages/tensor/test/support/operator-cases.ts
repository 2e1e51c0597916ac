import type { fc } from '@fast-check/vitest';
import { elementwiseCases } from './elementwise-cases.js';
import { linearCases } from './linear-cases.js';
import { segmentCases } from './segment-cases.js';
import { shapedCases } from './shaped-cases.js';
import type { Trial } from './trial.js';

/** For every operator, random uses of it. */
export type Cases = { readonly [operator: string]: fc.Arbitrary<Trial> };

/** All of them, by the operator's name. */
export const operatorCases: Cases = {
  ...elementwiseCases,
  ...shapedCases,
  ...linearCases,
  ...segmentCases,
};
