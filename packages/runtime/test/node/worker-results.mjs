import { isDeepStrictEqual } from 'node:util';
import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, toOnnx } from '@limbeck/tensor';
import { batch, carry, codeOf, constants, graph, state } from './worker-graph.mjs';

const verdict = (a, b) => (isDeepStrictEqual(a, b) ? 'equal' : 'different');
const results = {};
for (const worker of [false, true]) {
  const engine = await nodeEngine({ worker, threads: 1 });
  const runner = await engine.load(graph);
  // A view of a larger array: only what it shows may travel.
  const whole = new Float32Array(1000 + state.w.data.length);
  whole.set(state.w.data, 500);
  const view = whole.subarray(500, 500 + state.w.data.length);
  const w = hostTensor('float32', state.w.shape, view);
  const run = await runner.run({ w, ...constants, ...batch(3, 0) });
  const stepper = await runner.stepper({ carry, state, constants });
  const steps = await Promise.all([1, 2, 3].map((phase) => stepper.step(batch(phase, phase))));
  await stepper.write({
    w: hostTensor('float32', w.shape, steps.length > 0 ? view.map((v) => 2 * v) : view),
  });
  steps.push(await stepper.step(batch(4, 4), ['loss']));
  results[worker] = { run, steps, state: await stepper.read() };
  await engine.dispose();
}

const engine = await nodeEngine({ worker: true, threads: 1 });
const runner = await engine.load(graph.bytes);
const fed = { ...state, ...constants, ...batch(2, 5) };
await runner.run(fed);
const fedIsUntouched = Object.values(fed).every(
  ({ data }) => data.length > 0 && data.buffer.byteLength > 0,
);

const table = input('table', { dtype: 'float32', shape: [2] });
const at = input('at', { dtype: 'int64', shape: [1] });
const gathering = await engine.load(toOnnx({ y: table.gather(at) }));
const outOfRange = {
  table: hostTensor('float32', [2], [1, 2]),
  at: hostTensor('int64', [1], [7]),
};
let cause = false;
await gathering.run(outOfRange).catch((error) => {
  cause = error.cause instanceof Error && error.message.includes('given a run that failed');
});

const stepper = await runner.stepper({ carry, state, constants });
const { w } = state;
const errors = {
  corrupt: await codeOf(() => engine.load(new Uint8Array([1, 2, 3]))),
  feed: await codeOf(() => runner.run({})),
  noTensor: await codeOf(() => runner.run({ ...fed, w: [1, 2] })),
  noFeeds: await codeOf(() => stepper.step(undefined)),
  noData: await codeOf(() => stepper.write({ w: { ...w, data: Array.from(w.data) } })),
  noState: await codeOf(() => runner.stepper({ carry, state: { w: null } })),
  noGraph: await codeOf(() => engine.load('model.onnx')),
  fetch: await codeOf(() => stepper.step(batch(1, 0), ['nothing'])),
  carry: await codeOf(() => runner.stepper({ carry: { y: 'w' }, state })),
  provider: await codeOf(() => nodeEngine({ worker: true, provider: 'quantum' })),
  steps: await codeOf(() => gathering.run(outOfRange)),
};
await stepper.dispose();
errors.disposedStepper = await codeOf(() => stepper.step(batch(1, 0)));
const open = await runner.stepper({ carry, state, constants });
await runner.dispose();
errors.disposedRunner = await codeOf(() => open.step(batch(1, 0)));
await engine.dispose();
errors.disposedEngine = await codeOf(() => gathering.run(outOfRange));

console.log(
  JSON.stringify({
    run: verdict(results.false.run, results.true.run),
    steps: verdict(results.false.steps, results.true.steps),
    state: verdict(results.false.state, results.true.state),
    fedIsUntouched,
    errors,
    cause,
  }),
);
