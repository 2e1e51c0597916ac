import { checkWhole, type Dim, LimbeckError } from '@limbeck/core';
import {
  combine,
  constantPolynomial,
  divide,
  format,
  multiply,
  parse,
  quotientAtom,
  splitAtoms,
} from './dim-polynomials.js';

/** The canonical form of a size. @throws LimbeckError `invalid-option` for text that is no size */
export function canonicalDim(dim: Dim): Dim {
  return typeof dim === 'number' && Number.isSafeInteger(dim) && dim >= 0
    ? dim
    : format(parse(dim));
}

/** The sum of sizes. */
export function addDims(...dims: readonly Dim[]): Dim {
  return format(dims.map(parse).reduce((a, b) => combine(a, b, 1), new Map()));
}

/** The difference of two sizes. */
export function subtractDims(a: Dim, b: Dim): Dim {
  return format(combine(parse(a), parse(b), -1));
}

/** The product of sizes; 1 for none. */
export function multiplyDims(...dims: readonly Dim[]): Dim {
  return format(dims.map(parse).reduce(multiply, constantPolynomial(1)));
}

/**
 * The quotient of a size by a number, rounded down.
 * @throws LimbeckError `invalid-option` unless the divisor is a whole number of at least 1
 */
export function floorDivideDim(dim: Dim, divisor: number): Dim {
  checkWhole('floorDivideDim', { divisor }, 1, 'Divide by the stride, or the number of heads.');
  return format(divide(parse(dim), divisor));
}

/** Whether two sizes are the same for every binding of their names. */
export function sameDim(a: Dim, b: Dim): boolean {
  return a === b || canonicalDim(a) === canonicalDim(b);
}

/** Whether two shapes are the same for every binding of their names. */
export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => sameDim(dim, b[axis]!));
}

/** The parts of a size for a walker: a sum of products of atoms. A quotient atom carries its numerator and divisor. */
export interface DimTerm {
  readonly coefficient: number;
  readonly atoms: readonly (string | { readonly numerator: Dim; readonly divisor: number })[];
}

/** Takes a size apart into {@link DimTerm}s. */
export function dimTerms(dim: Dim): DimTerm[] {
  return [...parse(dim)].map(([monomial, coefficient]) => ({
    coefficient,
    atoms: splitAtoms(monomial).map((atom) => quotientAtom(atom) ?? atom),
  }));
}

/** The size that times `divisor` gives `dim`, where the divisor is a single product and divides every part of it. */
export function divideDim(dim: Dim, divisor: Dim): Dim | undefined {
  const [by, ...more] = dimTerms(divisor);
  if (by === undefined || more.length > 0) return undefined;
  const sizeOf = (atom: DimTerm['atoms'][number]): Dim =>
    typeof atom === 'string' ? atom : floorDivideDim(atom.numerator, atom.divisor);
  let total: Dim = 0;
  for (const { coefficient, atoms } of dimTerms(dim)) {
    const left = atoms.map(sizeOf);
    for (const atom of by.atoms.map(sizeOf)) {
      const at = left.findIndex((each) => sameDim(each, atom));
      if (at < 0) return undefined;
      left.splice(at, 1);
    }
    if (coefficient % by.coefficient !== 0) return undefined;
    total = addDims(total, multiplyDims(coefficient / by.coefficient, ...left));
  }
  return total;
}

/**
 * The number that a size stands for under a binding of names.
 * @throws LimbeckError `unknown-name` if a name is not bound
 */
export function evaluateDim(dim: Dim, bindings: ReadonlyMap<string, number>): number {
  if (typeof dim === 'number') return dim;
  let total = 0;
  for (const { coefficient, atoms } of dimTerms(dim)) {
    let product = coefficient;
    for (const atom of atoms) {
      if (typeof atom === 'string') {
        const bound = bindings.get(atom);
        if (bound === undefined) {
          throw new LimbeckError('unknown-name', {
            where: 'evaluateDim',
            given: `the size "${atom}"`,
            expected: `one of ${[...bindings.keys()].join(', ') || 'no names'}`,
            next: 'Feed an input whose shape names this size, or pass a number for it where sizes are asked for.',
          });
        }
        product *= bound;
      } else {
        product *= Math.floor(evaluateDim(atom.numerator, bindings) / atom.divisor);
      }
    }
    total += product;
  }
  return total;
}

/** A shape as people write it: `[batch, 10]`. */
export function showShape(shape: readonly Dim[]): string {
  return `[${shape.join(', ')}]`;
}
