import {
  checkBetween,
  checkPositive,
  checkWhole,
  type JsonObject,
  LimbeckError,
} from '@limbeck/core';
import { activations, type Activation } from '../activations.js';
import type { RotaryPairs } from './rotary.js';

/** Options of {@link causalDecoder}. */
export interface DecoderOptions {
  /** How many different ids there are. */
  readonly vocabulary: number;
  /** The longest sequence, in tokens. */
  readonly maxTokens: number;
  /** Width of the hidden states. */
  readonly width: number;
  /** How many blocks. */
  readonly layers: number;
  /** How many heads ask in a block. */
  readonly heads: number;
  /** How many heads answer; they divide the others. @defaultValue heads */
  readonly keyValueHeads?: number;
  /** Numbers a head; even with rotary positions. @defaultValue width / heads */
  readonly headWidth?: number;
  /** Width inside a block's feed-forward half. @defaultValue 4 · width */
  readonly feedForward?: number;
  /** Root mean square or layer norm, before each half and at the end. @defaultValue 'rms' */
  readonly norm?: 'rms' | 'layer';
  /** Added to what norms divide by. @defaultValue 1e-5 */
  readonly epsilon?: number;
  /** Rotary positions in every attention, or learned ones added to the embeddings. @defaultValue 'rotary' */
  readonly positions?: 'rotary' | 'learned';
  /** The slowest rotary angle's base. @defaultValue 10000 */
  readonly rotaryBase?: number;
  /** Which numbers of a head turn together. @defaultValue 'halves' */
  readonly rotaryPairs?: RotaryPairs;
  /** What stands between the maps of the feed-forward half. @defaultValue 'swiglu' */
  readonly activation?: Activation;
  /** Whether maps have biases. @defaultValue whether the norm is 'layer' */
  readonly biases?: boolean;
  /** Whether the embedding's table, transposed, gives the logits. @defaultValue true */
  readonly tied?: boolean;
  /** The share dropped in training: of embeddings, attention weights and both halves. @defaultValue 0 */
  readonly dropout?: number;
}

/** {@link DecoderOptions} with every default filled in. */
export type DecoderSizes = Required<DecoderOptions>;

const where = 'causalDecoder';

/** The options, checked, defaults filled in. @throws LimbeckError `invalid-option` */
export function decoderSizes(options: DecoderOptions): DecoderSizes {
  const { vocabulary, maxTokens, width, layers, heads, keyValueHeads = heads } = options;
  const { norm = 'rms', positions = 'rotary', activation = 'swiglu' } = options;
  const { headWidth = width / heads, feedForward = 4 * width, rotaryPairs = 'halves' } = options;
  const { epsilon = 1e-5, rotaryBase = 10_000, tied = true, dropout = 0 } = options;
  const { biases = norm === 'layer' } = options;
  const sizes = { vocabulary, maxTokens, width, layers, heads, keyValueHeads, feedForward };
  checkWhole(where, sizes, 1, 'Pass sizes of at least 1.');
  checkWhole(where, { headWidth }, 1, 'Pass headWidth where the heads do not divide the width.');
  checkPositive(where, { epsilon, rotaryBase }, 'Leave it out for the usual value.');
  checkBetween(where, { dropout }, 0, 0.99, 'Use 0 for none, or a share such as 0.1.');
  checkOneOf('norm', norm, ['rms', 'layer']);
  checkOneOf('positions', positions, ['rotary', 'learned']);
  checkOneOf('rotaryPairs', rotaryPairs, ['halves', 'interleaved']);
  checkOneOf('activation', activation, activations);
  if (heads % keyValueHeads !== 0) {
    refuse(`keyValueHeads ${keyValueHeads} for ${heads} heads`, 'a divisor of the heads');
  }
  if (positions === 'rotary' && headWidth % 2 !== 0) {
    refuse(`headWidth ${headWidth} with rotary positions`, 'an even number');
  }
  return {
    ...sizes,
    headWidth,
    norm,
    epsilon,
    positions,
    rotaryBase,
    rotaryPairs,
    activation,
    biases,
    tied,
    dropout,
  };
}

/** The sizes as JSON. */
export function decoderConfig(sizes: DecoderSizes): JsonObject {
  return { family: 'decoder', ...sizes };
}

function checkOneOf(name: string, given: string, allowed: readonly string[]): void {
  if (!allowed.includes(given)) refuse(`${name} ${JSON.stringify(given)}`, allowed.join(' or '));
}

function refuse(given: string, expected: string): never {
  throw new LimbeckError('invalid-option', {
    where,
    given,
    expected,
    next: 'Change that option, or leave it out for its default.',
  });
}
