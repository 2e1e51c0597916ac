// One half of data-parallel.bench.ts: the gradient of its rows, by a session of one thread of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';

const { bytes, batch, layout, parameters, gradients } = workerData;
const engine = await nodeEngine({ threads: 1 });
const runner = await engine.load(bytes);
// A session cannot read shared memory: what it is fed is a copy.
const own = layout.map(({ path, shape, at, length }) => ({
  path,
  from: new Float32Array(parameters, at, length),
  into: new Float32Array(gradients, at, length),
  value: hostTensor('float32', shape, new Float32Array(length)),
}));
const feeds = { ...batch, ...Object.fromEntries(own.map(({ path, value }) => [path, value])) };

const answer = async (message) => {
  if (message === 'end') {
    await engine.dispose();
    parentPort.close();
    return;
  }
  for (const { from, value } of own) value.data.set(from);
  const found = await runner.run(feeds);
  for (const { path, into } of own) into.set(found[`g/${path}`].data);
  parentPort.postMessage('done', []);
};
parentPort.on('message', (message) => void answer(message));
parentPort.postMessage('ready', []);
