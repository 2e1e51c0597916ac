import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { grad, input, type Tensor, toOnnx } from '@limbeck/tensor';
import { bench, do_not_optimize, run } from 'mitata';
import ort from 'onnxruntime-node';

// A multilayer perceptron with plain SGD inside the graph: 64 rows, 32 → 64 → 64 → 10.
const sizes = [32, 64, 64, 10];
const rows = 64;
const rng = Rng.from(1);

function uniform(shape: readonly number[]): HostTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, () => rng.uniform(-0.2, 0.2));
  return hostTensor('float32', shape, data);
}

const state: { [name: string]: HostTensor } = {};
const parameters: { [name: string]: Tensor } = {};
let hidden = input('x', { dtype: 'float32', shape: ['batch', sizes[0]!] });
sizes.slice(1).forEach((out, i) => {
  const [weight, bias] = [`weight${i}`, `bias${i}`];
  state[weight] = uniform([sizes[i]!, out]);
  state[bias] = uniform([out]);
  for (const name of [weight, bias]) {
    parameters[name] = input(name, { dtype: 'float32', shape: state[name]!.shape });
  }
  hidden = hidden.affine(parameters[weight]!, parameters[bias]!);
  if (i + 2 < sizes.length) hidden = hidden.relu();
});
const target = input('target', { dtype: 'float32', shape: ['batch', sizes.at(-1)!] });
const loss = hidden.sub(target).square().mean();
const names = Object.keys(parameters);
const gradients = grad(
  loss,
  names.map((name) => parameters[name]!),
);
const updated = names.map((name, i) => [
  `next/${name}`,
  parameters[name]!.sub(gradients[i]!.mul(0.01)),
]);
const graph = toOnnx({ loss, ...(Object.fromEntries(updated) as { [name: string]: Tensor }) });
const batch = { x: uniform([rows, sizes[0]!]), target: uniform([rows, sizes.at(-1)!]) };
const carry = Object.fromEntries(names.map((name) => [`next/${name}`, name]));

const threads = 1;
for (const worker of [false, true]) {
  const engine = await nodeEngine({ threads, worker });
  const runner = await engine.load(graph);
  const stepper = await runner.stepper({ carry, state });
  bench(`a step of a perceptron, ${worker ? 'in a worker' : 'on this thread'}`, async () =>
    do_not_optimize(await stepper.step(batch, ['loss']))).gc('inner');
}

// The same session without Limbeck around it: what is left is our overhead.
const session = await ort.InferenceSession.create(graph.bytes, {
  intraOpNumThreads: threads,
  enableMemPattern: false,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const wrap = ({ dtype, shape, data }: HostTensor): ort.Tensor =>
  new ort.Tensor(dtype, data.slice(), shape);
let [front, back] = [0, 1].map(() => names.map((name) => wrap(state[name]!))) as [
  ort.Tensor[],
  ort.Tensor[],
];
bench('the same on onnxruntime-node alone, buffers swapped by hand', async () => {
  const feeds: { [name: string]: ort.Tensor } = {
    x: new ort.Tensor('float32', batch.x.data, batch.x.shape),
    target: new ort.Tensor('float32', batch.target.data, batch.target.shape),
  };
  const fetches: { [name: string]: ort.Tensor | null } = { loss: null };
  names.forEach((name, i) => {
    feeds[name] = front[i]!;
    fetches[`next/${name}`] = back[i]!;
  });
  do_not_optimize((await session.run(feeds, fetches))['loss']);
  [front, back] = [back, front];
}).gc('inner');

await run();
process.exit(0);
