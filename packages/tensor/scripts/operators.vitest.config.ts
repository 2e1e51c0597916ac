import { defineConfig } from 'vitest/config';
import { shared } from '../../../vitest.shared.js';

/** Runs the collector of `scripts/operators.mjs` alone: it is no test. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    name: 'operators',
    root: import.meta.dirname,
    include: ['collect-operators.ts'],
  },
});
