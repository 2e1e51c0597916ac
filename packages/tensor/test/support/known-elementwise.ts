import { type KnownAnswer, of, pair, vector } from './known-answer.js';

/** Rounding, dividing and powers. */
const numbers: { readonly [edge: string]: KnownAnswer } = {
  'round takes halves to the even neighbour': of(
    'float32',
    [0.5, 1.5, 2.5, -1.5, -2.5, 2.4999, -3.7],
    (x) => x.round(),
    [0, 2, 2, -2, -2, 2, -4],
  ),
  'floor goes down, also below 0': of('float32', [1.9, -1.1, -2], (x) => x.floor(), [1, -2, -2]),
  'ceil goes up, also below 0': of('float32', [1.1, -1.9, 3], (x) => x.ceil(), [2, -1, 3]),
  'sign of 0 is 0': of('float32', [-2.5, 0, 7], (x) => x.sign(), [-1, 0, 1]),
  'division of whole numbers cuts off towards 0': pair(
    'int64',
    [7, -7, 7, -7, 1],
    [2, 2, -2, -2, -3],
    (a, b) => a.div(b),
    [3, -3, -3, 3, 0],
  ),
  'Mod of int64 has the sign of the divisor': pair(
    'int64',
    [7, -7, 7, -7, -4],
    [3, 3, -3, -3, 2],
    (a, b) => a.mod(b),
    [1, 2, -2, -1, 0],
  ),
  'Mod of int32 has the sign of the divisor': pair(
    'int32',
    [5, -5, 5, -5],
    [3, 3, -3, -3],
    (a, b) => a.mod(b),
    [2, 1, -1, -2],
  ),
  'a float divided by 0 is infinite, and 0 / 0 is not a number': of(
    'float32',
    [1, -1, 0],
    (x) => x.div(x.sub(x)),
    [Infinity, -Infinity, Number.NaN],
  ),
  'a negative base to a whole power': pair(
    'float32',
    [-2, -2, -3],
    [3, 2, -1],
    (a, b) => a.pow(b),
    [-8, 4, -1 / 3],
  ),
  'a negative base to a fraction is not a number': pair(
    'float32',
    [-8],
    [1 / 3],
    (a, b) => a.pow(b),
    [Number.NaN],
  ),
  'anything to the power 0 is 1, 0 and what is not a number among them': pair(
    'float32',
    [0, 5, Number.NaN, Infinity],
    [0, 0, 0, 0],
    (a, b) => a.pow(b),
    [1, 1, 1, 1],
  ),
  '1 to any power is 1': pair(
    'float32',
    [1, 1],
    [Number.NaN, Infinity],
    (a, b) => a.pow(b),
    [1, 1],
  ),
  '0 to a negative power is infinite': pair('float32', [0, 0], [-1, -0.5], (a, b) => a.pow(b), [
    Infinity,
    Infinity,
  ]),
  'clamp keeps its bounds, and brings infinities to them': of(
    'float32',
    [-Infinity, -1, 0.5, 2, Infinity],
    (x) => x.clamp(-1, 1),
    [-1, -1, 0.5, 1, 1],
  ),
  'the logarithm of 0 is −∞, and of −1 not a number': of('float32', [0, -1], (x) => x.log(), [
    -Infinity,
    Number.NaN,
  ]),
  'softplus overflows nowhere': of('float32', [1e4, 0, -1e4], (x) => x.softplus(), [
    1e4,
    Math.log(2),
    0,
  ]),
  'sigmoid overflows nowhere': of('float32', [1e4, 0, -1e4], (x) => x.sigmoid(), [1, 0.5, 0]),
  'nothing equals what is not a number': pair(
    'float32',
    [Number.NaN, 0],
    [Number.NaN, -0],
    (a, b) => a.equal(b),
    [0, 1],
  ),
};

/** Casts and bits. */
const kinds: { readonly [edge: string]: KnownAnswer } = {
  'a cast to int64 cuts fractions off towards 0': of(
    'float32',
    [1.9, -1.9, -0.5],
    (x) => x.cast('int64'),
    [1, -1, 0],
  ),
  'a cast to int32 cuts fractions off towards 0': of(
    'float32',
    [1.9, -1.9, -0.5],
    (x) => x.cast('int32'),
    [1, -1, 0],
  ),
  'a cast to bool makes true of what is not 0': of(
    'float32',
    [0, -0.25, 3, -0],
    (x) => x.cast('bool'),
    [0, 1, 1, 0],
  ),
  'a cast of a truth value gives 0 and 1': of('bool', [1, 0], (x) => x.cast('float32'), [1, 0]),
  'a narrowing cast of whole numbers keeps the low bits': of(
    'int64',
    [-1, 300, 2 ** 32 + 5],
    (x) => x.cast('uint8'),
    [255, 44, 5],
  ),
  'a cast of int64 to int32 keeps the low bits': of(
    'int64',
    [2 ** 31, 2 ** 32 + 7],
    (x) => x.cast('int32'),
    [-(2 ** 31), 7],
  ),
  'shifts by 32 or more leave nothing': pair(
    'uint32',
    [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1],
    [0, 31, 32],
    (a, b) => a.shiftLeft(b),
    [2 ** 32 - 1, 2 ** 31, 0],
  ),
  'uint32 wraps in a product': pair('uint32', [0x9e3779b1, 2 ** 31], [3, 2], (a, b) => a.mul(b), [
    (0x9e3779b1 * 3) % 2 ** 32,
    0,
  ]),
  'where chooses uint32, whose bits stay': {
    feeds: {
      c: vector('bool', [1, 0]),
      a: vector('uint32', [2 ** 32 - 1, 1]),
      b: vector('uint32', [3, 2 ** 31]),
    },
    build: ({ c, a, b }) => c!.where(a!, b!),
    expected: [2 ** 32 - 1, 2 ** 31],
  },
};

/** Edges of what works element by element. */
export const elementwiseAnswers: { readonly [edge: string]: KnownAnswer } = {
  ...numbers,
  ...kinds,
};
