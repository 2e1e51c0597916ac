import { type HostTensor, LimbeckError } from '@limbeck/core';

/**
 * Keys and values of all tokens so far, `[tokens, batch, heads, width]` each, in arrays that are longer than what they
 * hold: what is fed is a view of their first tokens, so nothing is copied to feed it.
 */
export class KeyValueCache {
  #arrays = new Map<string, Float32Array>();
  #shape: readonly number[] = [];
  #tokens = 0;
  readonly #capacity: number;

  /** @param capacity - tokens to make room for at first; more are made room for as they come */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Tokens held. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Numbers a token: batch · heads · width. */
  get #row(): number {
    return this.#shape.reduce((product, size) => product * size, 1);
  }

  /**
   * Takes up what a graph gave under `present/…`.
   *
   * @param tokens - how many tokens the graph was given
   * @throws LimbeckError `shape-mismatch` for outputs that are not `[tokens, batch, heads, width]`
   */
  append(outputs: { readonly [path: string]: HostTensor }, tokens: number): void {
    for (const [path, { shape, data }] of Object.entries(outputs)) {
      if (!path.startsWith('present/')) continue;
      if (shape.length !== 4 || shape[0] !== tokens) refuse(path, shape, tokens);
      this.#shape = shape.slice(1);
      const name = path.replace('present/', 'past/');
      const array = this.#grown(name, tokens);
      array.set(data as Float32Array, this.#tokens * this.#row);
    }
    this.#tokens += tokens;
  }

  #grown(name: string, tokens: number): Float32Array {
    const needed = this.#tokens + tokens;
    const old = this.#arrays.get(name);
    if (old !== undefined && old.length >= needed * this.#row) return old;
    const room = old === undefined ? Math.max(needed, this.#capacity) : 2 * needed;
    const array = new Float32Array(room * this.#row);
    if (old !== undefined) array.set(old);
    this.#arrays.set(name, array);
    return array;
  }

  /** What to feed: views, valid until the next call of `append` or `pick`. */
  feeds(): { readonly [path: string]: HostTensor } {
    const shape = [this.#tokens, ...this.#shape];
    const length = this.#tokens * this.#row;
    return Object.fromEntries(
      [...this.#arrays].map(([name, array]): [string, HostTensor] => [
        name,
        { dtype: 'float32', shape, data: array.subarray(0, length) },
      ]),
    );
  }

  /** Keeps rows of the batch, in this order; a row may come twice, or not at all. */
  pick(rows: readonly number[]): void {
    const [batch, ...rest] = this.#shape;
    if (batch === undefined) return;
    const width = rest.reduce((product, size) => product * size, 1);
    for (const [name, old] of this.#arrays) {
      const array = new Float32Array((old.length / batch) * rows.length);
      for (let token = 0; token < this.#tokens; token++) {
        rows.forEach((from, to) => {
          const start = (token * batch + from) * width;
          array.set(old.subarray(start, start + width), (token * rows.length + to) * width);
        });
      }
      this.#arrays.set(name, array);
    }
    this.#shape = [rows.length, ...rest];
  }
}

function refuse(path: string, shape: readonly number[], tokens: number): never {
  throw new LimbeckError('shape-mismatch', {
    where: 'generate',
    given: `the output "${path}" of shape [${shape.join(', ')}]`,
    expected: `[${tokens}, batch, heads, width]`,
    next: "Run the decoder's own prefill and step, as generationGraphs() gives them.",
  });
}
