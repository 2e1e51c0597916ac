import type { Assertion } from 'vitest';
import type { Predictions, References } from '../predictions.js';
import type { RetainOptions } from './to-retain.js';

export { type Answered, type MatcherResult, type RetainOptions, toRetain } from './to-retain.js';

declare module 'vitest' {
  interface Matchers<T> {
    /** See `toRetain` of `@limbeck/evaluators/vitest`. */
    toRetain<P = Predictions, R = References>(
      teacher: P,
      options: RetainOptions<P, R>,
    ): ReturnType<Assertion<T>['toBe']>;
  }
}
