import type { HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { input, toOnnx } from '@limbeck/tensor';
import type { Shippable } from '@limbeck/train';
import { type Digit, images, isRight } from './digits.js';

/** Runs what ships, its weights inside the graph, as a file would. */
export async function answers(
  student: Shippable,
  inputs: { readonly [path: string]: HostTensor },
  engine: Engine,
  outputs?: readonly string[],
): Promise<{ readonly [path: string]: HostTensor }> {
  const named = (specs: Shippable['inputs']): { [path: string]: ReturnType<typeof input> } =>
    Object.fromEntries(
      Object.entries(specs).map(([path, { dtype, shape }]) => [
        path,
        input(path, { dtype, shape }),
      ]),
    );
  const graph = toOnnx(student.build(named(student.values), named(student.inputs)), {
    initialisers: student.values,
    inputs: student.inputs,
  });
  const runner = await engine.load(graph);
  try {
    return await runner.run(inputs, outputs);
  } finally {
    await runner.dispose();
  }
}

/** 1 for each digit that a student of images names rightly, 0 for the others. */
export async function rightDigits(
  student: Shippable,
  rows: readonly Digit[],
  engine: Engine,
): Promise<number[]> {
  const { logits } = await answers(student, { features: images(rows) }, engine);
  return isRight(logits!, rows).map(Number);
}
