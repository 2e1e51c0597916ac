import { readFile } from 'node:fs/promises';
import { type Answer, type HostTensor, type Item, LimbeckError, type Teacher } from '@limbeck/core';
import type { Engine, Runner } from '@limbeck/runtime';
import { textInputs } from './batches.js';

/** What a teacher of this example says of a text. */
export type TeacherSignals = { readonly logits: Float32Array };

/** A trained net as an in-process {@link Teacher}: answers in the order of the items, 256 at a time. */
export function netTeacher(options: {
  readonly id: string;
  readonly engine: Engine;
  /** Path of the ONNX file; inputs `ids` and `mask`, output `logits`. */
  readonly file: string;
  readonly classes: number;
  readonly maxBytes: number;
}): Teacher<string, TeacherSignals> {
  const { id, engine, file, classes, maxBytes } = options;
  const collator = textInputs(maxBytes);

  async function* answers(
    runner: Runner,
    items: readonly Item<string>[],
    abortSignal: AbortSignal | undefined,
  ): AsyncGenerator<Answer<string, TeacherSignals>> {
    if (abortSignal?.aborted === true) throw stopped();
    const started = performance.now();
    const { ids, mask } = collator.collate(items.map(({ input }) => ({ text: input })));
    const out = await runner.run({ ids, mask });
    const { data } = out['logits'] as HostTensor<'float32'>;
    const latencyMs = (performance.now() - started) / items.length;
    for (const [row, item] of items.entries()) {
      yield {
        item,
        ok: true,
        signals: { logits: data.slice(row * classes, (row + 1) * classes) },
        provenance: { teacher: id, kind: 'logits' },
        cost: { usd: 0, latencyMs },
        cached: false,
      };
    }
  }

  return {
    id,
    signals: { logits: { dtype: 'float32', shape: [classes] } },
    async *label(items, { abortSignal } = {}) {
      const runner = await engine.load(await readFile(file));
      try {
        let waiting: Item<string>[] = [];
        for await (const item of items) {
          waiting.push(item);
          if (waiting.length < 256) continue;
          yield* answers(runner, waiting, abortSignal);
          waiting = [];
        }
        if (waiting.length > 0) yield* answers(runner, waiting, abortSignal);
      } finally {
        await runner.dispose();
      }
    },
  };
}

function stopped(): LimbeckError {
  return new LimbeckError('aborted', {
    where: 'netTeacher',
    given: 'an abort',
    expected: 'to label every item',
    next: 'Run again: what was labelled is kept.',
  });
}
