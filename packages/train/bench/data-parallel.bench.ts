// Is a step faster on one session of two threads, or on two sessions of one thread in two workers, each with half of the
// batch? Parameters and gradients pass through shared memory, which a session cannot read: each side copies once.
// The update is the same for both and left out. With --record the result is kept in results/data-parallel.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type HostTensor, hostTensor, leaves, Rng, sizeOf, type Specs } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { encoderClassifier } from '@limbeck/nn';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  createContext,
  grad,
  inputsFor,
  reduceTerms,
  specsOf,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';

interface Shape {
  readonly name: string;
  readonly rows: number;
  readonly tokens: number;
  readonly width: number;
  readonly layers: number;
  readonly vocabulary: number;
}

const shapes: readonly Shape[] = [
  {
    name: 'small student, 32 x 32 tokens',
    rows: 32,
    tokens: 32,
    width: 64,
    layers: 2,
    vocabulary: 512,
  },
  {
    name: 'encoder 4 x 256, 8 x 64 tokens',
    rows: 8,
    tokens: 64,
    width: 256,
    layers: 4,
    vocabulary: 8192,
  },
  {
    name: 'encoder 4 x 256, 32 x 64 tokens',
    rows: 32,
    tokens: 64,
    width: 256,
    layers: 4,
    vocabulary: 8192,
  },
];
const labels = ['a', 'b', 'c', 'd'];

/** The gradient of one batch, as bytes, with the parameters that it is fed. */
function gradientGraph(shape: Shape) {
  const { vocabulary, tokens, width, layers } = shape;
  const heads = width / 32;
  const model = encoderClassifier({ labels, vocabulary, maxTokens: tokens, width, layers, heads });
  const { parameters } = model.init(Rng.from(1));
  type Parameters = Parameters0<typeof model>;
  const wanted = inputsFor<Parameters>(specsOf(parameters) as unknown as Specs<Parameters>, 'p');
  const text = { dtype: 'int64', shape: ['batch', 'tokens'] } as const;
  const fed = inputsFor<{ ids: Tensor; mask: Tensor; labels: Tensor }>(
    { ids: text, mask: text, labels: { dtype: 'int64', shape: ['batch'] } } as never,
    'b',
  );
  const context = createContext({ training: true });
  const { outputs } = model.apply({ parameters: wanted, state: {}, inputs: fed, context });
  const { terms } = crossEntropy().apply(
    { student: outputs, labels: fed.labels },
    { parameters: {}, state: {}, context },
  );
  const own = leaves<Tensor>(wanted, 'p');
  const gradients = grad(
    reduceTerms(terms),
    own.map(([, tensor]) => tensor),
  );
  const { bytes } = toOnnx(
    Object.fromEntries(own.map(([path], i) => [`g/${path}`, gradients[i]!])),
  );
  return { bytes, parameters: leaves<HostTensor>(parameters, 'p') };
}
type Parameters0<M> = M extends { apply(given: infer G): unknown }
  ? G extends { readonly parameters: infer P }
    ? P
    : never
  : never;

function batchOf(
  { tokens, vocabulary }: Shape,
  from: number,
  to: number,
): { [name: string]: HostTensor } {
  const rng = Rng.from(7);
  const ids = Array.from({ length: to * tokens }, () => rng.bits() % vocabulary).slice(
    from * tokens,
  );
  const size = [to - from, tokens];
  return {
    'b/ids': hostTensor('int64', size, ids),
    'b/mask': hostTensor(
      'int64',
      size,
      ids.map(() => 1),
    ),
    'b/labels': hostTensor(
      'int64',
      [to - from],
      Array.from({ length: to - from }, (_, i) => i % 4),
    ),
  };
}

/** Where each parameter lies in one stretch of memory. */
function layoutOf(parameters: readonly (readonly [string, HostTensor])[]) {
  let next = 0;
  return parameters.map(([path, { shape }]) => {
    const [at, length] = [next, sizeOf(shape)];
    next += 4 * length;
    return { path, shape, at, length };
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function measure(shape: Shape, rounds: number) {
  const graph = gradientGraph(shape);
  const engine = await nodeEngine({ threads: 2 });
  const runner = await engine.load(graph.bytes);
  const numbers = graph.parameters.reduce((sum, [, { shape: size }]) => sum + sizeOf(size), 0);
  const whole = { ...batchOf(shape, 0, shape.rows), ...Object.fromEntries(graph.parameters) };

  const layout = layoutOf(graph.parameters);
  const parameters = new SharedArrayBuffer(4 * numbers);
  layout.forEach(({ at, length }, i) =>
    new Float32Array(parameters, at, length).set(graph.parameters[i]![1].data as Float32Array),
  );
  const half = shape.rows / 2;
  const workers = [0, 1].map((i) => {
    const gradients = new SharedArrayBuffer(4 * numbers);
    const batch = batchOf(shape, i * half, (i + 1) * half);
    const data = { bytes: graph.bytes, batch, layout, parameters, gradients };
    const file = new URL('./data-parallel-worker.mjs', import.meta.url);
    return { gradients, worker: new Worker(file, { workerData: data, execArgv: [] }) };
  });
  const answers = () =>
    Promise.all(
      workers.map(({ worker }) => new Promise((resolve) => worker.once('message', resolve))),
    );
  await answers();
  const sum = new Float32Array(numbers);
  const [a, b] = workers.map(({ gradients }) => new Float32Array(gradients)) as [
    Float32Array,
    Float32Array,
  ];
  const apart = async (): Promise<void> => {
    const done = answers();
    for (const { worker } of workers) worker.postMessage('step', []);
    await done;
    for (let i = 0; i < numbers; i++) sum[i] = (a[i]! + b[i]!) / 2;
  };

  // Halves have equal weights, so the mean of their gradients is the gradient of the whole.
  await apart();
  const reference = await runner.run(whole);
  let worst = 0;
  for (const { path, at, length } of layout) {
    const other = reference[`g/${path}`]!.data as Float32Array;
    const found = sum.subarray(at / 4, at / 4 + length);
    found.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - other[i]!))));
  }

  const times: { readonly [way: string]: number[] } = { together: [], apart: [] };
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    await runner.run(whole);
    times['together']!.push(performance.now() - start);
    start = performance.now();
    await apart();
    times['apart']!.push(performance.now() - start);
  }
  for (const { worker } of workers) worker.postMessage('end', []);
  await engine.dispose();
  const rounded = (value: number): number => Number(value.toPrecision(3));
  const [together, split] = [times['together']!, times['apart']!];
  return {
    name: shape.name,
    parameters: numbers,
    rounds,
    oneSessionTwoThreads: {
      medianMs: rounded(median(together)),
      bestMs: rounded(Math.min(...together)),
    },
    twoSessionsOneThread: { medianMs: rounded(median(split)), bestMs: rounded(Math.min(...split)) },
    largestDifference: rounded(worst),
  };
}

const rows = [];
for (const [i, shape] of shapes.entries()) rows.push(await measure(shape, [60, 25, 15][i]!));
console.dir(rows, { depth: 4 });
if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('data-parallel.json', folder), `${JSON.stringify(rows, undefined, 2)}\n`);
}
