import type { Dim } from '@limbeck/core';
import { checkBetween, hostTensor, LimbeckError } from '@limbeck/core';
import { multiplyDims } from './dims.js';
import { constant, iota } from './functions.js';
import type { Tensor } from './tensor.js';

/**
 * Random numbers as a pure function of (seed, scope and stream, draw, element). They are made of integer operators,
 * so the graph holds no generator whose state would have to be saved: feeding the same draw replays them.
 *
 * Each 32-bit word is a hash of its element's number under two keys: two rounds of the multiply-xorshift
 * permutation that Wellons found by search ("Prospecting for Hash Functions", 2018), a key before each round.
 */
export interface RandomStream {
  /** Uniform numbers in `[0, 1)`, float32 with 24 random bits. */
  uniform(shape: readonly Dim[]): Tensor;
  /** Standard normal numbers, float32 (Box and Muller 1958). */
  normal(shape: readonly Dim[]): Tensor;
  /** true with this probability, bool. @throws LimbeckError `invalid-option` outside 0 to 1 */
  keep(probability: number, shape: readonly Dim[]): Tensor;
}

/** What keys a stream: uint32 scalars for seed and draw, and the stream's full name. */
export interface StreamKey {
  readonly seed: Tensor;
  readonly draw: Tensor;
  readonly name: string;
}

function word(value: number): Tensor {
  return constant(hostTensor('uint32', [], Uint32Array.of(value)));
}

/** One round: x ^= x >> a, x *= p, x ^= x >> b, x *= q, x ^= x >> c. */
function round(
  x: Tensor,
  [a, p, b, q, c]: readonly [number, number, number, number, number],
): Tensor {
  const first = x.bitXor(x.shiftRight(word(a))).mul(word(p));
  const second = first.bitXor(first.shiftRight(word(b))).mul(word(q));
  return second.bitXor(second.shiftRight(word(c)));
}

const rounds = [
  [16, 0x21f0aaad, 15, 0xd35a2d97, 15],
  [16, 0x7feb352d, 15, 0x846ca68b, 16],
] as const;

/** 32-bit FNV-1a of a name, once for each of two offsets. */
function nameHash(name: string, offset: number): number {
  let hash = offset;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Random words `[count]`, uint32. */
function words({ seed, draw, name }: StreamKey, shape: readonly Dim[]): Tensor {
  const mixed = round(
    round(seed.bitXor(word(nameHash(name, 0x811c9dc5))), rounds[0]).bitXor(draw),
    rounds[1],
  );
  const before = mixed;
  const between = round(mixed.bitXor(word(nameHash(name, 0x9e3779b9))), rounds[0]);
  const element = iota(multiplyDims(...shape))
    .cast('uint32')
    .mul(word(0x9e3779b1));
  const first = round(element.bitXor(before), rounds[0]);
  return round(first.bitXor(between), rounds[1]).reshape(shape);
}

function unit(bits: Tensor): Tensor {
  return bits
    .shiftRight(word(8))
    .cast('float32')
    .mul(2 ** -24);
}

/** The stream of a key. A stream is drawn from once: asking again is the error `duplicate-name`. */
export function randomStream(key: StreamKey): RandomStream {
  let drawn = false;
  const once = (): void => {
    if (drawn) {
      throw new LimbeckError('duplicate-name', {
        where: `random("${key.name}")`,
        given: 'a second draw from one stream',
        expected: 'one draw a stream, since a stream is one set of numbers',
        next: 'Ask the context for a second stream with a name of its own.',
      });
    }
    drawn = true;
  };
  return {
    uniform: (shape) => {
      once();
      return unit(words(key, shape));
    },
    normal: (shape) => {
      once();
      const radius = unit(words({ ...key, name: `${key.name}/radius` }, shape));
      const angle = unit(words({ ...key, name: `${key.name}/angle` }, shape));
      return radius
        .neg()
        .add(1)
        .log()
        .mul(-2)
        .sqrt()
        .mul(angle.mul(2 * Math.PI).cos());
    },
    keep: (probability, shape) => {
      checkBetween('keep', { probability }, 0, 1, 'Pass the share that stays, such as 0.9.');
      once();
      return unit(words(key, shape)).less(probability);
    },
  };
}
