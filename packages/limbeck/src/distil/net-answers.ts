import { type Collator, type HostTensor, hostTensor, leaves, type Spec } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { input, type Tensor, toOnnx } from '@limbeck/tensor';
import type { Shippable } from '@limbeck/train';
import type { Example } from './example.js';

/** Held-out examples by which the best state is kept, and what the teacher says of them. */
export interface Watched {
  readonly examples: readonly Example[];
  readonly teacher: readonly Float32Array[];
}

/** Rows that are run at once when nothing is learnt. */
const wide = 256;

/** A batch of inputs by path, and what the teacher says of its rows. */
export interface Chunk {
  readonly inputs: { readonly [path: string]: HostTensor };
  /** Logits `[rows, labels]`. */
  readonly teacher: HostTensor<'float32'>;
}

/** Held-out examples in batches. */
export function chunks<In>(
  { examples, teacher }: Watched,
  inputs: Collator<Example, In>,
  classes: number,
): Chunk[] {
  return sliced(examples.length).map(([from, to]) => ({
    inputs: Object.fromEntries(leaves<HostTensor>(inputs.collate(examples.slice(from, to)))),
    teacher: hostTensor('float32', [to - from, classes], joined(teacher.slice(from, to))),
  }));
}

function sliced(length: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: Math.ceil(length / wide) }, (_, i) => [
    i * wide,
    Math.min(length, (i + 1) * wide),
  ]);
}

/** Arrays one behind the other. */
export function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What a trained model says of examples; those of like length run together. */
export async function logitsOf<In>(
  engine: Engine,
  model: Shippable,
  inputs: Collator<Example, In>,
  examples: readonly Example[],
  classes: number,
): Promise<Float32Array> {
  const named = (specs: { readonly [name: string]: Spec }): { [name: string]: Tensor } =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, input(name, spec)]));
  const { logits } = model.build(named(model.values), named(model.inputs));
  const runner = await engine.load(toOnnx({ logits: logits! }, { initialisers: model.values }));
  try {
    const order = examples
      .map((_, i) => i)
      .sort((a, b) => examples[a]!.text.length - examples[b]!.text.length);
    const found = new Float32Array(examples.length * classes);
    for (const [from, to] of sliced(examples.length)) {
      const places = order.slice(from, to);
      const fed = inputs.collate(places.map((i) => examples[i]!));
      const out = await runner.run(Object.fromEntries(leaves<HostTensor>(fed)));
      const { data } = out['logits'] as HostTensor<'float32'>;
      places.forEach((place, row) => {
        found.set(data.subarray(row * classes, (row + 1) * classes), place * classes);
      });
    }
    return found;
  } finally {
    await runner.dispose();
  }
}
