import type { HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { interpret, type Tensor, toOnnx } from '@limbeck/tensor';

/** What runs a graph: ONNX Runtime in float32, or the interpreter in float64. */
export type EngineName = 'onnxruntime' | 'interpreter';

let shared: Promise<Engine> | undefined;

/** The engine that all checks of this process share: one thread, so that tests side by side do not crowd each other. */
export function testEngine(): Promise<Engine> {
  shared ??= nodeEngine({ threads: 1 });
  return shared;
}

type Feeds = { readonly [name: string]: HostTensor };

/** Of the feeds, those that a graph takes. */
export function needed(feeds: Feeds, names: Iterable<string>): Feeds {
  return Object.fromEntries([...names].map((name) => [name, feeds[name]!]));
}

/** Runs tensors once. Feeds that they do not use are left out. */
export async function runGraph<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
  feeds: Feeds,
  engine: EngineName,
): Promise<{ readonly [Name in keyof Outputs]: HostTensor }> {
  if (engine === 'interpreter') return interpret(outputs, feeds);
  const graph = toOnnx(outputs);
  const runner = await (await testEngine()).load(graph);
  try {
    const results = await runner.run(needed(feeds, Object.keys(graph.inputs)));
    return results as { readonly [Name in keyof Outputs]: HostTensor };
  } finally {
    await runner.dispose();
  }
}
