import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import type { Runner } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { concat, input, type Tensor, toOnnx } from '@limbeck/tensor';
import type { System, SystemOptions } from '../protocol.js';
import { type Product, productFlops, productsOf } from '../products.js';
import { taskOf } from '../tasks/task.js';

/** FLOPs in one graph of a product: enough that what a run costs beside them does not count. */
const flopsARun = 2e9;

/** A product that runs by itself, several times in one graph. */
interface Alone {
  readonly product: Product;
  readonly runner: Runner;
  readonly feeds: { readonly [name: string]: HostTensor };
  readonly times: number;
}

/**
 * The step's own matrix products, each alone on ONNX Runtime, written as the step writes them: what the step would reach
 * if it did nothing else.
 */
export async function productsAlone(options: SystemOptions): Promise<System> {
  const { threads } = options;
  const engine = await nodeEngine({ threads });
  const { outputs, batches } = taskOf(options);
  const products = productsOf(outputs, batches[0]);
  const alone: Alone[] = [];
  for (const product of products) {
    const times = Math.min(8, Math.max(1, Math.round(flopsARun / productFlops(product))));
    const { outputs, feeds } = repeated(product, times);
    alone.push({ product, runner: await engine.load(toOnnx(outputs)), feeds, times });
  }
  let rates: number[] = [];
  return {
    version: '',
    runsOn: `ONNX Runtime, ${engine.provider}, ${threads} threads`,
    step: async () => {
      rates = [];
      for (const { product, runner, feeds, times } of alone) {
        const start = performance.now();
        await runner.run(feeds);
        rates.push((times * productFlops(product)) / ((performance.now() - start) / 1000));
      }
      return 0;
    },
    extra: () => ({ rates }),
  };
}

/** The product on `times` different left operands; of each result one element is kept, so that nothing large is copied. */
function repeated(
  product: Product,
  times: number,
): Pick<Alone, 'feeds'> & {
  readonly outputs: { readonly [name: string]: Tensor };
} {
  const { rows, inner, columns, batch, transposeA, transposeB } = product;
  const front = batch === 1 ? [] : [batch];
  const shapeA = [...front, ...(transposeA ? [inner, rows] : [rows, inner])];
  const shapeB = [...front, ...(transposeB ? [columns, inner] : [inner, columns])];
  const rng = Rng.from(1);
  const feeds: { [name: string]: HostTensor } = { b: uniform(rng, shapeB) };
  const b = input('b', { dtype: 'float32', shape: shapeB });
  const corners = Array.from({ length: times }, (_, i) => {
    feeds[`a${i}`] = uniform(rng, shapeA);
    const a = input(`a${i}`, { dtype: 'float32', shape: shapeA });
    const out = a.matmul(b, { transposeA, transposeB });
    return out.shape.reduce<Tensor>((rest, _size, axis) => rest.slice(axis, 0, 1), out);
  });
  return { outputs: { corners: concat(corners) }, feeds };
}

function uniform(rng: Rng, shape: readonly number[]): HostTensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  return hostTensor(
    'float32',
    shape,
    data.map(() => rng.uniform(-1, 1)),
  );
}
