import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { env, pipeline, type TextClassificationPipeline } from '@huggingface/transformers';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { exportStudent } from '@limbeck/train/node';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  inputBatches,
  languages,
  snippets,
  textInputs,
  trainedStudent,
} from './support/snippets.js';

let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-transformers-'));
  const { student } = await trainedStudent(engine);
  const heldOut = snippets(2000, 2);
  const evidence = { inputs: inputBatches(heldOut), labels: heldOut.map(({ label }) => label) };
  await exportStudent(student, {
    engine,
    folder: path.join(folder, 'student'),
    labels: languages,
    maxBytes: 128,
    int8: { ...evidence, mode: 'dynamic' },
    int4: evidence,
  });
});

afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Snippets, among them texts that hold the names of other tokenizers' special tokens, and far too long ones. */
function texts(): string[] {
  const special = [
    '<s>',
    '</s> <pad>',
    '[CLS] const a = 1;',
    'a [SEP] b',
    '<unk><mask>',
    'a\n\n  b\t',
  ];
  const plain = snippets(200 - special.length, 4).map(({ text }) => text);
  return [...special, ...plain.slice(1), `${plain[0]} `.repeat(50)];
}

const files = { fp32: 'model.onnx', q8: 'model_quantized.onnx', q4: 'model_q4.onnx' } as const;

test.each(['fp32', 'q8', 'q4'] as const)(
  'transformers.js loads the folder (%s) and says what plain onnxruntime says',
  async (dtype) => {
    env.allowRemoteModels = false;
    env.localModelPath = folder;
    const classify = (await pipeline('text-classification', 'student', {
      dtype,
    })) as TextClassificationPipeline;
    const session = await ort.InferenceSession.create(
      await readFile(path.join(folder, 'student/onnx', files[dtype])),
    );
    for (const text of texts()) {
      const said = (await classify(text, { top_k: 3 })) as { label: string; score: number }[];
      const { ids, mask } = textInputs([text]);
      const out = await session.run({
        input_ids: new ort.Tensor('int64', ids.data, ids.shape),
        attention_mask: new ort.Tensor('int64', mask.data, mask.shape),
      });
      const logits = Array.from(out['logits']!.data as Float32Array);
      const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
      for (const [i, label] of languages.entries()) {
        const score = said.find((answer) => answer.label === label)!.score;
        expect(Math.abs(score - Math.exp(logits[i]!) / sum)).toBeLessThan(1e-6);
      }
    }
    await session.release();
    await classify.dispose();
  },
);
