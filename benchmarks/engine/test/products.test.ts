import { flops, grad, input } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { productFlops, productsOf, totalFlops } from '../src/products.js';
import { full } from '../src/sizes.js';
import { startWeights } from '../src/start.js';
import { stepGraph } from '../src/step-graph.js';

describe('the products of a graph', () => {
  test('are those of the forward pass and of both gradients', () => {
    const x = input('x', { dtype: 'float32', shape: [5, 3] });
    const w = input('w', { dtype: 'float32', shape: [3, 2] });
    const loss = x.matmul(w).square().sum();
    const [dx, dw] = grad(loss, [x, w]);
    const products = productsOf({ loss, dx: dx!, dw: dw! });
    expect(products.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(products.map(productFlops)).toEqual([60, 60, 60]);
    expect(products).toContainEqual({
      rows: 3,
      inner: 5,
      columns: 2,
      batch: 1,
      transposeA: true,
      transposeB: false,
      count: 1,
    });
  });

  test('add up to what the encoder needs by hand', () => {
    const { layers, width, feedForward, tokens, batch, classes } = full;
    const rows = batch * tokens;
    const linear = 2 * rows * layers * (4 * width ** 2 + 2 * width * feedForward);
    const attention = 2 * layers * batch * tokens ** 2 * width * 2;
    const head = 2 * batch * width * classes;
    const products = productsOf(
      stepGraph(startWeights(full), { sizes: full, lookup: 'gather' }).outputs,
    );
    expect(totalFlops(products)).toBe(3 * (linear + attention + head));
  });

  test('are the products that flops counts, whose affine ones have biases too', () => {
    const { layers, width, feedForward, tokens, batch, classes } = full;
    const { outputs } = stepGraph(startWeights(full), { sizes: full, lookup: 'gather' });
    const { operators } = flops(outputs);
    const biases = batch * tokens * layers * (5 * width + feedForward) + batch * classes;
    const counted = operators['matmul']! + operators['gemm']! + operators['affine']! - biases;
    expect(totalFlops(productsOf(outputs))).toBe(counted);
  });

  test('hold the embedding, forward and as its gradient, where rows are found by a product', () => {
    const outputs = (lookup: 'gather' | 'one-hot') =>
      stepGraph(startWeights(full), { sizes: full, lookup }).outputs;
    const more =
      totalFlops(productsOf(outputs('one-hot'))) - totalFlops(productsOf(outputs('gather')));
    expect(more).toBe(2 * 2 * full.batch * full.tokens * full.vocabulary * full.width);
  });
});
