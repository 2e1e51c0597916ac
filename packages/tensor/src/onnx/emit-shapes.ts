import { type Dim, LimbeckError, type Spec } from '@limbeck/core';
import { canonicalDim, dimTerms } from '../dims.js';
import { int, int64s } from '../ops/support.js';
import type { GraphWriter } from './graph-writer.js';

/** Writes sizes that are known at run time: names are read off the shapes of inputs, expressions are computed. */
export class ShapeEmitter {
  readonly #written = new Map<string, string>();

  constructor(
    private readonly writer: GraphWriter,
    private readonly inputs: ReadonlyMap<string, Spec>,
  ) {}

  /** The name of an int64 vector with these sizes. */
  shape(shape: readonly Dim[]): string {
    if (shape.every((dim): dim is number => typeof dim === 'number'))
      return this.writer.constant(int64s(shape));
    const key = `[${shape.join(', ')}]`;
    const found = this.#written.get(key);
    if (found !== undefined) return found;
    const parts = shape.map((dim) => this.#size(dim));
    const name = parts.length === 1 ? parts[0]! : this.#node('Concat', parts, { axis: int(0) });
    this.#written.set(key, name);
    return name;
  }

  #node(type: string, inputs: readonly string[], attributes = {}): string {
    const name = this.writer.fresh('shape');
    this.writer.node({ type, inputs, outputs: [name], attributes, scope: 'shape' });
    return name;
  }

  /** One size as an int64 vector of one element. */
  #size(dim: Dim): string {
    const canonical = canonicalDim(dim);
    if (typeof canonical === 'number') return this.writer.constant(int64s([canonical]));
    const key = canonical;
    const found = this.#written.get(key);
    if (found !== undefined) return found;
    const terms = dimTerms(key).map(({ coefficient, atoms }) => {
      const factors = atoms.map((atom) =>
        typeof atom === 'string' ? this.#named(atom) : this.#quotient(atom),
      );
      if (coefficient !== 1 || factors.length === 0)
        factors.unshift(this.writer.constant(int64s([coefficient])));
      return factors.reduce((a, b) => this.#node('Mul', [a, b]));
    });
    const name = terms.reduce((a, b) => this.#node('Add', [a, b]));
    this.#written.set(key, name);
    return name;
  }

  #quotient({ numerator, divisor }: { readonly numerator: Dim; readonly divisor: number }): string {
    return this.#node('Div', [this.#size(numerator), this.writer.constant(int64s([divisor]))]);
  }

  #named(name: string): string {
    const found = this.#written.get(name);
    if (found !== undefined) return found;
    for (const [input, { shape }] of this.inputs) {
      const axis = shape.indexOf(name);
      if (axis < 0) continue;
      const read = this.#node('Shape', [input], { start: int(axis), end: int(axis + 1) });
      this.#written.set(name, read);
      return read;
    }
    throw new LimbeckError('unknown-name', {
      where: 'toOnnx',
      given: `the size "${name}", which no input's shape names by itself`,
      expected: 'an input with this size as one of its axes',
      next: 'Give an input a shape that holds the name alone, or use a number.',
    });
  }
}
