import { type HostTensor, type Json, Rng } from '@limbeck/core';
import {
  type CausalDecoder,
  generate,
  generationGraphs,
  type GenerationFunctions,
  type TextInputs,
} from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { toOnnx } from '@limbeck/tensor';
import type { BatchSource, RunView, Shippable, StateTree } from '@limbeck/train';
import { ids, mean, type Piece, reading, tokens } from './language.js';
import { answers } from './score.js';
import type { ReadyRun } from './training-program.js';

/** How many characters are given; the model says the others. */
export const given = 16;

/** What a model says after the beginnings of pieces: drawn, `tokens` characters with the beginning. */
export async function continued(
  functions: GenerationFunctions,
  pieces: readonly Piece[],
  rng: Rng,
): Promise<Piece[]> {
  const prompts = pieces.map((piece) => Array.from(piece.subarray(0, given)));
  const made = await generate(functions, prompts, {
    maxNewTokens: tokens - given,
    sample: { rng },
  });
  return made.map((each, i) => Int32Array.from([...prompts[i]!, ...each.tokens]));
}

/** The functions `prefill` and `step` of a running program. */
export function speaking(view: Pick<RunView, 'call'>): GenerationFunctions {
  return {
    prefill: (feeds) => view.call('prefill', feeds),
    step: (feeds) => view.call('step', feeds),
  };
}

/** Batches that the student makes itself as it is at that moment, so they are never made ahead. */
export function ownBatches<S extends StateTree>(
  pieces: readonly Piece[],
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
): BatchSource<{ readonly inputs: TextInputs }, S> {
  const prompts = Rng.from(seed).stream('prompts');
  return {
    specs: { inputs: { ids, mask: ids } },
    live: true,
    open: async function* (from?: Json, view?: RunView<S>) {
      for (let at = Number(from ?? 0); ; at++) {
        const pick = prompts.stream(`batch ${at}`);
        const some = Array.from({ length: batchSize }, () => pieces[pick.integer(pieces.length)]!);
        const own = await continued(speaking(view!), some, pick.stream('characters'));
        yield { batch: { inputs: reading(own) }, position: at + 1 };
      }
    },
  };
}

/** KL(student ‖ teacher) a character of what each row says after its beginning, in nats. */
export function ownGaps(student: HostTensor, teacher: HostTensor): number[] {
  const classes = student.shape[2]!;
  const logs = (logits: HostTensor, at: number): Float64Array => {
    const scores = Float64Array.from((logits.data as Float32Array).subarray(at, at + classes));
    const top = Math.max(...scores);
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
    return scores.map((score) => score - top - total);
  };
  return Array.from({ length: student.shape[0]! }, (_, row) => {
    const gaps = Array.from({ length: tokens - given }, (_unused, t) => {
      const at = (row * tokens + given - 1 + t) * classes;
      const [q, p] = [logs(student, at), logs(teacher, at)];
      return q.reduce((sum, log, c) => sum + Math.exp(log) * (log - p[c]!), 0);
    });
    return mean(gaps);
  });
}

/** A shipped decoder that speaks; let go of it in the end. */
export async function speaker(
  decoder: CausalDecoder,
  student: Shippable,
  engine: Engine,
): Promise<GenerationFunctions & { dispose(): Promise<void> }> {
  const graphs = generationGraphs(decoder);
  const load = ({ outputs }: (typeof graphs)['prefill']) =>
    engine.load(toOnnx(outputs, { initialisers: student.values }));
  const [prefill, step] = [await load(graphs.prefill), await load(graphs.step)];
  return {
    prefill: (feeds) => prefill.run(feeds),
    step: (feeds) => step.run(feeds),
    dispose: async () => {
      await Promise.all([prefill.dispose(), step.dispose()]);
    },
  };
}

/** The gap of each piece's continuation, by what ships. */
export function ownItems(
  decoder: CausalDecoder,
  teacher: Shippable,
  pieces: readonly Piece[],
): ReadyRun['items'] {
  return async ({ student }, engine) => {
    const functions = await speaker(decoder, student!, engine);
    try {
      const inputs = reading(await continued(functions, pieces, Rng.from(0).stream('test')));
      const q = await answers(student!, inputs, engine, ['logits']);
      const p = await answers(teacher, inputs, engine, ['logits']);
      return ownGaps(q['logits']!, p['logits']!);
    } finally {
      await functions.dispose();
    }
  };
}
