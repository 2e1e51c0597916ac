import { type HostTensor, hostTensor } from '@limbeck/core';
import { cond, createContext, grad, input, type Tensor, toOnnx, where } from '@limbeck/tensor';

const draw = (shape: readonly number[]): HostTensor =>
  hostTensor(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  );

function written(
  outputs: { readonly [name: string]: Tensor },
  weights: { readonly [name: string]: readonly number[] } = {},
): Uint8Array {
  const initialisers = Object.entries(weights).map(([name, shape]) => [name, draw(shape)]);
  return toOnnx(outputs, { initialisers: Object.fromEntries(initialisers) }).bytes;
}

const weight = (name: string, ...shape: number[]): Tensor =>
  input(name, { dtype: 'float32', shape });

/** An encoder's block with its gradient: products, norms, indices, sizes by name. */
function encoder(): Uint8Array {
  const ids = input('ids', { dtype: 'int64', shape: ['batch', 'tokens'] });
  const [table, query, gamma] = [weight('table', 9, 4), weight('query', 4, 4), weight('gamma', 4)];
  const context = createContext({ training: false });
  const y = context.block('encoder/0', () => {
    const x = table.gather(ids).layerNorm(gamma, gamma);
    const scores = x.matmul(query).matmul(x, { transposeB: true });
    const mask = ids.equal(0).reshape(['batch', 1, 'tokens']).expand(['batch', 'tokens', 'tokens']);
    return where(mask, -1e4, scores).softmax().matmul(x).gelu();
  });
  const [d] = grad(y.square().sum(), [table]);
  return written({ y, d: d! }, { table: [9, 4], query: [4, 4], gamma: [4] });
}

/** An image model: convolutions, batch norm, pooling, resizing. */
function images(): Uint8Array {
  const x = input('pixels', { dtype: 'float32', shape: ['batch', 2, 8, 8] });
  const kernel = weight('conv1.weight', 3, 2, 3, 3);
  const [gamma, mean] = [weight('norm.weight', 3), weight('norm.mean', 3)];
  const y = x
    .conv2d(kernel, { stride: 2, padding: 1 })
    .batchNormInference(gamma, gamma, mean, gamma.square().add(1))
    .relu()
    .maxPool2d({ kernel: 2 })
    .interpolate({ scale: 2 });
  const pooled = y.mean([2, 3]).pad(1, 1, 1).slice(1, 1);
  return written(
    { y, pooled },
    { 'conv1.weight': [3, 2, 3, 3], 'norm.weight': [3], 'norm.mean': [3] },
  );
}

/** Graphs inside nodes, orders, whole numbers. */
function control(): Uint8Array {
  const x = input('x', { dtype: 'float32', shape: ['n', 3] });
  const chosen = cond(
    x.sum().greater(0),
    () => x.cumsum(0).tril(),
    () => x.flip(1),
  );
  const { values, indices } = x.topK(2);
  const whole = x.cast('int32').mod(3).bitXor(1).cast('float32');
  return written({ chosen, values, indices, whole });
}

/** Files that are whole, to be damaged. */
export function samples(): readonly Uint8Array[] {
  return [encoder(), images(), control()];
}
