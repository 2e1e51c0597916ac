import { isDeepStrictEqual } from 'node:util';
import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { grad, input, scalar, sgdUpdate, splitTail, toOnnx } from '@limbeck/tensor';

const [w, v] = ['w', 'v'].map((name) => input(name, { dtype: 'float32', shape: [500] }));
const x = input('x', { dtype: 'float32', shape: [500] });
const loss = w.mul(x).sum().square();
const [gradient] = grad(loss, [w]);
const next = sgdUpdate({ parameter: w, velocity: v, gradient, rate: scalar(1e-4), momentum: 0.9 });
const outputs = { loss, 'next/w': next.parameter, 'next/v': next.velocity };
const carry = { 'next/w': 'w', 'next/v': 'v' };
const numbers = (k) =>
  hostTensor(
    'float32',
    [500],
    Float32Array.from({ length: 500 }, (_, i) => Math.sin(k * i)),
  );

const results = [];
let steps;
for (const worker of [false, true]) {
  const engine = await nodeEngine({ worker, threads: 1 });
  const split = splitTail(outputs, { kernels: new Set(engine.kernels), state: carry });
  steps = split.tail.steps.length;
  const runner = await engine.load({ ...toOnnx(split.outputs), tail: split.tail });
  const stepper = await runner.stepper({
    carry,
    state: { w: numbers(1), v: numbers(2) },
    guard: ['loss'],
  });
  const said = [];
  for (let k = 3; k < 6; k++) said.push(await stepper.step({ x: numbers(k) }));
  said.push(
    await stepper.step({ x: hostTensor('float32', [500], new Float32Array(500).fill(NaN)) }),
  );
  results.push({ said, state: await stepper.read(), outputs: runner.outputs });
  await engine.dispose();
}
console.log(JSON.stringify({ steps, equal: isDeepStrictEqual(results[0], results[1]) }));
