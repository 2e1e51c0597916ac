import { defineConfig } from 'vitest/config';
import { findChromium } from './test-support/requires.js';

/** Suites that run in a browser too, where there is one; where there is none, a test of the package says so. */
const inBrowser =
  findChromium().path === undefined ? [] : ['packages/tensor/vitest.browser.config.ts'];

export default defineConfig({
  test: { projects: ['packages/*', 'examples/*', 'benchmarks/*', 'scripts', ...inBrowser] },
});
