import { type Dim, LimbeckError } from '@limbeck/core';

/**
 * A size taken apart: products of names, each with its coefficient. It is a polynomial with whole coefficients over names such
 * as `batch`, and over whole quotients such as `floor((bytes-2)/4)`. Sizes are compared by their canonical text, which is equal for equal
 * polynomials and for their quotients, however many are taken in turn; sums of quotients inside quotients may be equal
 * without having equal text, and are then refused rather than confused.
 */
export type Polynomial = Map<string, number>;

const separator = '*';

/** Products of sums can grow past every memory; no shape that someone means comes near this. */
const mostTerms = 1000;
const longestMonomial = 1000;

function add(into: Polynomial, monomial: string, coefficient: number): void {
  const sum = (into.get(monomial) ?? 0) + coefficient;
  if (sum === 0) into.delete(monomial);
  else into.set(monomial, sum);
}

/** a + factor · b. */
export function combine(a: Polynomial, b: Polynomial, factor: number): Polynomial {
  const sum = new Map(a);
  for (const [monomial, coefficient] of b) add(sum, monomial, coefficient * factor);
  return sum;
}

/** a · b. @throws LimbeckError `invalid-option` for more terms than any size has */
export function multiply(a: Polynomial, b: Polynomial): Polynomial {
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
export function splitAtoms(monomial: string): string[] {
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

/** The canonical text, or the number where there are no names. */
export function format(polynomial: Polynomial): Dim {
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

/** A number. */
export function constantPolynomial(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([['', value]]);
}

/**
 * The whole quotient in the one form that equal quotients share: whole multiples stand outside, what is left has
 * coefficients from 0 to below the divisor, has no factor in common with it, and holds no single quotient:
 * ⌊(b + ⌊a/m⌋)/n⌋ = ⌊(mb + a)/(mn)⌋. Numerators are then never negative, so that ONNX's Div, which cuts off towards 0, rounds down.
 */
export function divide(numerator: Polynomial, divisor: number): Polynomial {
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
export function quotientAtom(
  atom: string,
): { readonly numerator: string; readonly divisor: number } | undefined {
  const parts = /^floor\(\((.*)\)\/(\d+)\)$/.exec(atom);
  if (parts === null || splitAtoms(atom).length > 1) return undefined;
  return { numerator: parts[1]!, divisor: Number(parts[2]) };
}

/** Reads a size. @throws LimbeckError `invalid-option` for text that is none */
export function parse(dim: Dim): Polynomial {
  if (typeof dim === 'string') return new Reader(dim).all();
  if (!Number.isSafeInteger(dim)) new Reader(String(dim)).fail();
  return constantPolynomial(dim);
}
