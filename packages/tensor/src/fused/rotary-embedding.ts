import { type Dim, hostTensor } from '@limbeck/core';
import { concat, constant } from '../functions.js';
import { multiplyDims, sameShape } from '../dims.js';
import { int, refuseShapes } from '../ops/support.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { type Composite, composite } from './composite.js';

/** What {@link rotaryEmbedding} turns by. */
export interface RotaryEmbedding {
  /** int64 `[rows]`, below the number of rows of the tables. */
  readonly positions: Tensor;
  /** Cosines of the angles, a row for every position there may be: `[positions, headWidth / 2]`. */
  readonly cos: Tensor;
  /** Sines, likewise. */
  readonly sin: Tensor;
  /** Which numbers of a head turn together: its two halves, or neighbours. */
  readonly pairs: 'halves' | 'interleaved';
}

type RotaryAttributes = Pick<RotaryEmbedding, 'pairs'>;

const plain = composite<RotaryAttributes>({
  name: 'rotaryEmbedding',
  expand: ([x, positions, cos, sin], { pairs }) => {
    const [rows, , width] = x!.shape as [Dim, 1, number];
    const half = cos!.shape[1] as number;
    const ofHeads = [rows, 1, 2 * half];
    const angles = (table: Tensor): Tensor => {
      const found = table.gather(positions!);
      if (pairs === 'halves') return concat([found, found], -1).reshape(ofHeads);
      const column = found.reshape([...found.shape, 1]);
      return concat([column, column], -1).reshape(ofHeads);
    };
    const heads = width / (2 * half);
    const h = x!.reshape([rows, heads, 2 * half]);
    // A plain product of matrices, which bears no rows at all.
    const flat = x!.reshape([multiplyDims(rows, heads), 2 * half]);
    const turned = flat.matmul(quarterTurn(2 * half, pairs, x!)).reshape(h.shape);
    return [
      h
        .mul(angles(cos!))
        .add(turned.mul(angles(sin!)))
        .reshape(x!.shape),
    ];
  },
});

/** Takes each number of a head to its partner, with the sign of a quarter turn: `[headWidth, headWidth]`. */
function quarterTurn(width: number, pairs: RotaryAttributes['pairs'], like: Tensor): Tensor {
  const half = width / 2;
  const matrix = new Float64Array(width * width);
  for (let to = 0; to < width; to++) {
    const first = pairs === 'halves' ? to < half : to % 2 === 0;
    const partner = pairs === 'halves' ? (to + half) % width : to ^ 1;
    matrix[partner * width + to] = first ? -1 : 1;
  }
  return constant(hostTensor(like.dtype, [width, width], Array.from(matrix)));
}

/**
 * One node of ONNX Runtime's own, which does the work of several. It wants no more tokens a sequence than its tables have
 * rows: so every row is a sequence of one.
 */
const rotary: Composite<RotaryAttributes> = {
  ...plain,
  lower: (emit, attributes) => {
    if (emit.portable || emit.inputSpecs[0]!.dtype !== 'float32') {
      plain.lower(emit, attributes);
      return;
    }
    const interleaved = int(attributes.pairs === 'interleaved' ? 1 : 0);
    emit.node('RotaryEmbedding', emit.inputs, emit.outputs, { interleaved }, 'com.microsoft');
  },
};

/**
 * Turns the pairs of numbers of every head by angles of their positions: `[rows, heads · headWidth]` to the same.
 *
 * ```text
 * (a, b) ← (a cos φ − b sin φ, a sin φ + b cos φ)
 * ```
 *
 * @throws LimbeckError `shape-mismatch`; `dtype-mismatch`
 * @see Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, §3.2.2 and equation 34.
 * {@link https://arxiv.org/abs/2104.09864}
 */
export function rotaryEmbedding(x: Tensor, by: RotaryEmbedding): Tensor {
  const { positions, cos, sin, pairs } = by;
  const [rows, width] = x.shape;
  const half = cos.shape[1];
  const fits =
    x.shape.length === 2 &&
    cos.shape.length === 2 &&
    sameShape(positions.shape, [rows!]) &&
    sameShape(sin.shape, cos.shape) &&
    typeof width === 'number' &&
    typeof half === 'number' &&
    width % (2 * half) === 0;
  if (!fits) {
    refuseShapes(
      'rotaryEmbedding',
      [x.shape, positions.shape, cos.shape, sin.shape],
      '[rows, heads · headWidth], [rows] and twice [positions, headWidth / 2], the widths in numbers',
    );
  }
  const inputs = [x.reshape([rows!, 1, width]), positions.reshape([rows!, 1]), cos, sin];
  return new Tensor(makeNode(rotary, inputs, { pairs })).reshape(x.shape);
}
