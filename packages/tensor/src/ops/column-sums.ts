import { multiplyDims } from '../dims.js';
import type { Tensor } from '../tensor.js';

/**
 * The sums over all axes but the last, `[columns]`, as a product with a row of ones: ONNX Runtime takes half the time of a
 * sum over the first axes for it.
 */
export function columnSums(x: Tensor): Tensor {
  const rows = multiplyDims(...x.shape.slice(0, -1));
  const columns = x.shape.at(-1)!;
  const ones = x.scalar(1).expand([1, rows]);
  return ones.matmul(x.reshape([rows, columns])).reshape([columns]);
}
