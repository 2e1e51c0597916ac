import { type HostTensor, leaves, mapTree } from '@limbeck/core';
import { adafactor, adamw, clipByGlobalNorm, clipByValue, lamb, lion, sgd } from '@limbeck/optim';
import { exampleLoss, type Optimizer, scalar, type Tensor, type TensorTree } from '@limbeck/tensor';
import { compile, uniform } from '@limbeck/testing';
import { bench, do_not_optimize, run } from 'mitata';

/** An encoder's matrices: 4 layers, 256 wide, 3.1 million weights. */
const shapes: { readonly [path: string]: readonly [number, number] } = Object.fromEntries(
  [0, 1, 2, 3].flatMap((layer) => [
    ...['query', 'key', 'value', 'output'].map(
      (name) => [`${layer}-${name}`, [256, 256]] as [string, [number, number]],
    ),
    [`${layer}-inner`, [256, 1024]],
    [`${layer}-outer`, [1024, 256]],
  ]),
);
const values = (seed: number): { readonly [path: string]: HostTensor } =>
  Object.fromEntries(Object.entries(shapes).map(([path, shape]) => [path, uniform(shape, seed)]));

interface Given<S> {
  readonly parameters: { readonly [path: string]: Tensor };
  readonly gradients: { readonly [path: string]: Tensor };
  readonly state: S;
}

async function measure<S extends TensorTree>(name: string, optimizer: Optimizer<S>): Promise<void> {
  // One sum over all that an update writes, so that nothing of it can be left out.
  const update = exampleLoss('update', (given: Given<S>) => {
    const counts = { step: scalar(3, 'int64'), steps: scalar(100, 'int64') };
    const next = optimizer.update({ ...given, ...counts });
    const written = [next.parameters, next.state].flatMap((tree) => leaves<Tensor>(tree));
    const sums = written.map(([, tensor]) => tensor.sum());
    return sums.reduce((a, b) => a.add(b)).reshape([1]);
  });
  const parameters = values(1);
  const state = mapTree(optimizer.init(parameters), (zeros) =>
    uniform((zeros as HostTensor).shape, 3, 0.1, 1),
  );
  const signals = { parameters, gradients: values(2), state };
  const step = await compile(update, signals as never, { gradients: [] });
  bench(`${name}, 3.1 M weights`, async () => do_not_optimize(await step())).gc('inner');
}

await measure('sgd', sgd({ rate: 0.1 }));
await measure('sgd with momentum', sgd({ rate: 0.1, momentum: 0.9 }));
await measure('adamw', adamw({ rate: 1e-3 }));
await measure('adamw, clipped by norm', clipByGlobalNorm(adamw({ rate: 1e-3 }), 1));
await measure('adamw, clipped by value', clipByValue(adamw({ rate: 1e-3 }), 1));
await measure('lion', lion({ rate: 1e-4 }));
await measure('lamb', lamb({ rate: 1e-3 }));
await measure('adafactor', adafactor());

await run();
