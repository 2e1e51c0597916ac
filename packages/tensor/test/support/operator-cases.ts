import type { fc } from '@fast-check/vitest';
import { composedCases } from './composed-cases.js';
import { controlCases } from './control-cases.js';
import { elementwiseCases } from './elementwise-cases.js';
import { linearCases } from './linear-cases.js';
import { reducedCases } from './reduced-cases.js';
import { composedSegmentCases, segmentCases } from './segment-cases.js';
import { shapedCases } from './shaped-cases.js';
import type { Trial } from './trial.js';
import { windowedCases } from './windowed-cases.js';

/** For every operator, random uses of it. */
export type Cases = { readonly [operator: string]: fc.Arbitrary<Trial> };

/** All of them, by the operator's name. */
export const operatorCases: Cases = {
  ...elementwiseCases,
  ...shapedCases,
  ...reducedCases,
  ...linearCases,
  ...segmentCases,
  ...controlCases,
  ...windowedCases,
};

/** Those, and what is made of operators alone, by its name in the API. */
export const allCases: Cases = {
  ...operatorCases,
  ...composedCases,
  ...composedSegmentCases,
};
