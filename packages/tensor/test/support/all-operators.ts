import type { Operator } from '../../src/operator.js';

declare global {
  interface ImportMeta {
    /** Vite's: the modules whose files match, in Node as in a browser. */
    glob(pattern: string, options: { readonly eager: true }): { readonly [file: string]: object };
  }
}

const modules = import.meta.glob('../../src/ops/*.ts', { eager: true });

/** Every operator that src/ops exports, found by looking: one that is added is here without being listed. */
export const allOperators: readonly Operator[] = Object.values(modules).flatMap((module) =>
  Object.values(module).filter(
    (value): value is Operator => typeof value === 'object' && value !== null && 'infer' in value,
  ),
);
