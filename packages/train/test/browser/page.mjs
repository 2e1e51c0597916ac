// Runs in the page: the engine of a browser, and what the tests ask of it.
import { hostTensor } from '@limbeck/core';
import { webEngine } from '@limbeck/runtime/web';
import { trainSteps } from './program.mjs';

const wasmPaths = new URL('/onnxruntime-web/', location.href).href;

/** Whether the page is isolated, and the code of the error that threads end with where it is not. */
export async function refusal(threads) {
  const code = await webEngine({ threads, wasmPaths }).then(
    () => 'no error',
    (error) => error.code,
  );
  return { isolated: crossOriginIsolated, code };
}

/** The error of an engine whose files are not where it is told. */
export async function misplaced() {
  const error = await webEngine({ threads: 1, wasmPaths: '/nowhere/' }).catch((found) => found);
  return { code: error.code, next: error.next };
}

/** Losses of a step that was written elsewhere: its bytes, its start and what it is fed are fetched. */
export async function runStep(threads) {
  const engine = await webEngine({ threads, wasmPaths });
  const bytes = new Uint8Array(await (await fetch('/step.onnx')).arrayBuffer());
  const { carry, state, feeds } = await (await fetch('/step.json')).json();
  const tensors = (tree) =>
    Object.fromEntries(
      Object.entries(tree).map(([name, { dtype, shape, values }]) => [
        name,
        hostTensor(dtype, shape, dtype === 'int64' ? BigInt64Array.from(values, BigInt) : values),
      ]),
    );
  const runner = await engine.load(bytes);
  const stepper = await runner.stepper({ carry, state: tensors(state) });
  const losses = [];
  for (const feed of feeds) {
    const { loss } = await stepper.step(tensors(feed), ['loss']);
    losses.push(loss.data[0]);
  }
  await engine.dispose();
  return { losses, threads: engine.threads, isolated: crossOriginIsolated };
}

/** A whole training. */
export async function runTraining(threads, steps) {
  const engine = await webEngine({ threads, wasmPaths });
  const result = await trainSteps(engine, steps);
  await engine.dispose();
  return result;
}
