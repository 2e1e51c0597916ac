import { checkWhole, type Dim, LimbeckError } from '@limbeck/core';

/**
 * Arithmetic on sizes. A size is a polynomial with whole coefficients over names such as `batch`, and over whole
 * quotients such as `floor((bytes-2)/4)`. Sizes are compared by their canonical text, which is equal for equal
 * polynomials and for their quotients, however many are taken in turn; sums of quotients inside quotients may be equal
 * without having equal text, and are then refused rather than confused.
 */
type Polynomial = Map<string, number>;

const separator = '*';

/** Products of sums can grow past every memory; no shape that someone means comes near this. */
const mostTerms = 1000;
const longestMonomial = 1000;

function add(into: Polynomial, monomial: string, coefficient: number): void {
  const sum = (into.get(monomial) ?? 0) + coefficient;
  if (sum === 0) into.delete(monomial);
  else into.set(monomial, sum);
}

function combine(a: Polynomial, b: Polynomial, factor: number): Polynomial {
  const sum = new Map(a);
  for (const [monomial, coefficient] of b) add(sum, monomial, coefficient * factor);
  return sum;
}

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const product: Polynomial = new Map();
  for (const [left, p] of a) {
    for (const [right, q] of b) {
      const atoms = [...splitAtoms(left), ...splitAtoms(right)].sort();
      add(product, atoms.join(separator), p * q);
    }
    if (product.size > mostTerms || left.length > longestMonomial) tooComplicated(a, b);
  }
  return product;
}

function tooComplicated(a: Polynomial, b: Polynomial): never {
  throw new LimbeckError('invalid-option', {
    where: 'dims',
    given: `a product of sizes of ${a.size} and ${b.size} terms`,
    expected: `at most ${mostTerms} terms of at most ${longestMonomial} characters`,
    next: 'Give a size that is computed a name of its own.',
  });
}

/** The factors of a monomial; a `*` inside parentheses belongs to its atom. */
function splitAtoms(monomial: string): string[] {
  const atoms: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= monomial.length; i++) {
    const character = monomial[i];
    if (character === '(') depth++;
    if (character === ')') depth--;
    if ((character === separator && depth === 0) || i === monomial.length) {
      if (i > start) atoms.push(monomial.slice(start, i));
      start = i + 1;
    }
  }
  return atoms;
}

function format(polynomial: Polynomial): Dim {
  if (polynomial.size === 0) return 0;
  const constant = polynomial.get('');
  if (polynomial.size === 1 && constant !== undefined) return constant;
  const names = [...polynomial.keys()].filter((monomial) => monomial !== '').sort();
  let text = '';
  for (const name of names) {
    const coefficient = polynomial.get(name)!;
    const sign = coefficient < 0 ? '-' : text === '' ? '' : '+';
    const size = Math.abs(coefficient);
    text += `${sign}${size === 1 ? '' : `${size}*`}${name}`;
  }
  if (constant !== undefined) text += `${constant < 0 ? '-' : '+'}${Math.abs(constant)}`;
  return text;
}

/** A recursive-descent reader of `name`, whole numbers, `+ - *`, parentheses and `floor(a/n)`. */
class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  fail(): never {
    throw new LimbeckError('invalid-option', {
      where: 'dims',
      given: `the size "${this.text}"`,
      expected:
        'a whole number, a name, or an expression such as "queries*candidates" or "past+tokens"',
      next: 'Use letters, digits and _ in names, and + - * between them.',
    });
  }

  peek(): string | undefined {
    while (this.text[this.#at] === ' ') this.#at++;
    return this.text[this.#at];
  }

  take(character: string): void {
    if (this.peek() !== character) this.fail();
    this.#at++;
  }

  all(): Polynomial {
    const sum = this.sum();
    if (this.peek() !== undefined) this.fail();
    return sum;
  }

  sum(): Polynomial {
    let total = this.peek() === '-' ? new Map<string, number>() : this.product();
    for (let next = this.peek(); next === '+' || next === '-'; next = this.peek()) {
      this.take(next);
      total = combine(total, this.product(), next === '+' ? 1 : -1);
    }
    return total;
  }

  product(): Polynomial {
    let total = this.atom();
    while (this.peek() === '*') {
      this.take('*');
      total = multiply(total, this.atom());
    }
    return total;
  }

  atom(): Polynomial {
    if (this.peek() === '(') {
      this.take('(');
      const inner = this.sum();
      this.take(')');
      return inner;
    }
    const word = /^[A-Za-z_][A-Za-z0-9_]*|^\d+/.exec(this.text.slice(this.#at))?.[0];
    if (word === undefined) this.fail();
    this.#at += word.length;
    if (/^\d/.test(word)) return constantPolynomial(Number(word));
    if (word === 'floor' && this.peek() === '(') return this.quotient();
    return new Map([[word, 1]]);
  }

  quotient(): Polynomial {
    this.take('(');
    const numerator = this.sum();
    this.take('/');
    const divisor = this.atom().get('');
    this.take(')');
    if (divisor === undefined || divisor < 1) this.fail();
    return divide(numerator, divisor);
  }
}

function constantPolynomial(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([['', value]]);
}

/**
 * The whole quotient in the one form that equal quotients share: whole multiples stand outside, what is left has
 * coefficients from 0 to below the divisor, has no factor in common with it, and holds no single quotient:
 * ⌊(b + ⌊a/m⌋)/n⌋ = ⌊(mb + a)/(mn)⌋. Numerators are then never negative, so that ONNX's Div, which cuts off towards 0, rounds down.
 */
function divide(numerator: Polynomial, divisor: number): Polynomial {
  const whole: Polynomial = new Map();
  const rest: Polynomial = new Map();
  for (const [monomial, coefficient] of numerator) {
    const quotient = Math.floor(coefficient / divisor);
    add(whole, monomial, quotient);
    add(rest, monomial, coefficient - quotient * divisor);
  }
  const constant = rest.get('') ?? 0;
  const names = [...rest].filter(([monomial]) => monomial !== '');
  if (names.length === 0) return whole;
  const quotients = names.filter(([key]) => quotientAtom(key) !== undefined);
  if (quotients.length === 1 && quotients[0]![1] === 1) {
    const inner = quotientAtom(quotients[0]![0])!;
    rest.delete(quotients[0]![0]);
    const moved = combine(parse(inner.numerator), rest, inner.divisor);
    return combine(whole, divide(moved, inner.divisor * divisor), 1);
  }
  const common = names.reduce((divisors, [, size]) => gcd(divisors, size), divisor);
  const reduced: Polynomial = new Map(names.map(([key, size]) => [key, size / common]));
  add(reduced, '', Math.floor(constant / common));
  add(whole, `floor((${String(format(reduced))})/${divisor / common})`, 1);
  return whole;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The parts of an atom that is a quotient. */
function quotientAtom(
  atom: string,
): { readonly numerator: string; readonly divisor: number } | undefined {
  const parts = /^floor\(\((.*)\)\/(\d+)\)$/.exec(atom);
  if (parts === null || splitAtoms(atom).length > 1) return undefined;
  return { numerator: parts[1]!, divisor: Number(parts[2]) };
}

function parse(dim: Dim): Polynomial {
  if (typeof dim === 'string') return new Reader(dim).all();
  if (!Number.isSafeInteger(dim)) new Reader(String(dim)).fail();
  return constantPolynomial(dim);
}

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
