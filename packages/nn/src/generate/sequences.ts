import { hostTensor, type HostTensor, LimbeckError } from '@limbeck/core';
import type { GenerationFunctions } from './generation-graphs.js';
import { KeyValueCache } from './key-value-cache.js';

/** Sequences that grow side by side, and the logits of what could come next. */
export class Sequences {
  readonly #functions: GenerationFunctions;
  readonly #pad: number;
  readonly #cache: KeyValueCache;
  #tokens: number[][];
  /** How long each prompt is. */
  #starts: number[];
  /** Tokens of each that the cache holds, padding included: the longest prompt and what came after. */
  #width: number;

  constructor(
    functions: GenerationFunctions,
    prompts: readonly (readonly number[])[],
    options: {
      readonly pad: number;
      readonly maxNewTokens: number;
    },
  ) {
    this.#functions = functions;
    this.#pad = options.pad;
    this.#tokens = prompts.map((prompt) => [...prompt]);
    this.#starts = prompts.map((prompt) => prompt.length);
    this.#width = Math.max(...this.#starts);
    this.#cache = new KeyValueCache(this.#width + options.maxNewTokens);
  }

  /** A sequence so far, prompt included. */
  tokens(row: number): readonly number[] {
    return this.#tokens[row]!;
  }

  /** One more token for each sequence. */
  push(tokens: readonly number[]): void {
    tokens.forEach((token, row) => this.#tokens[row]!.push(token));
    this.#width++;
  }

  /** Keeps sequences, in this order; one may come twice, or not at all. */
  pick(rows: readonly number[]): void {
    this.#tokens = rows.map((row) => [...this.#tokens[row]!]);
    this.#starts = rows.map((row) => this.#starts[row]!);
    this.#cache.pick(rows);
  }

  /** Logits of each sequence's next token. */
  async next(): Promise<Float32Array[]> {
    const { prefill, step } = this.#functions;
    const held = this.#cache.tokens;
    const cached = step !== undefined && held > 0;
    const from = cached ? held : 0;
    const feeds = { ...this.#feeds(from), ...(cached ? this.#cache.feeds() : {}) };
    const outputs = await (cached ? step(feeds) : prefill(feeds));
    if (step !== undefined) this.#cache.append(outputs, this.#width - from);
    return this.#rows(outputs);
  }

  /** Ids and positions from a column on, and the mask of all: rows end together, with padding in front. */
  #feeds(from: number): { readonly [path: string]: HostTensor } {
    const batch = this.#tokens.length;
    const width = this.#width;
    const shape = [batch, width - from];
    const ids = new BigInt64Array(batch * (width - from));
    const positions = new BigInt64Array(ids.length);
    const mask = new BigInt64Array(batch * width);
    this.#tokens.forEach((tokens, row) => {
      const padding = width - tokens.length;
      mask.fill(1n, row * width + padding, (row + 1) * width);
      for (let column = from; column < width; column++) {
        const at = row * (width - from) + column - from;
        ids[at] = BigInt(tokens[column - padding] ?? this.#pad);
        positions[at] = BigInt(Math.max(column - padding, 0));
      }
    });
    return {
      ids: hostTensor('int64', shape, ids),
      mask: hostTensor('int64', [batch, width], mask),
      positions: hostTensor('int64', shape, positions),
    };
  }

  #rows(outputs: { readonly [path: string]: HostTensor }): Float32Array[] {
    const next = outputs['next'];
    const batch = this.#tokens.length;
    if (next === undefined || next.shape.length !== 2 || next.shape[0] !== batch) {
      throw new LimbeckError('missing-signal', {
        where: 'generate',
        given: `outputs ${
          Object.entries(outputs)
            .map(([path, { shape }]) => `${path} [${shape.join(', ')}]`)
            .join(', ') || 'without names'
        }`,
        expected: `"next", [${batch}, vocabulary]`,
        next: "Run the decoder's own prefill and step, as generationGraphs() gives them.",
      });
    }
    const vocabulary = next.shape[1]!;
    const all = next.data as Float32Array;
    return Array.from(
      { length: batch },
      (_, row) => new Float32Array(all.subarray(row * vocabulary, (row + 1) * vocabulary)),
    );
  }
}
