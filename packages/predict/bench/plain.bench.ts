// The plain executor beside ONNX Runtime on the same students, in turns: milliseconds of one text and of a batch of 32,
// and how far their logits lie apart. With --record the result is kept in results/plain.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { measureLatency } from '@limbeck/evaluators';
import { loadStudentFrom, onnxSessions, padBytes } from '@limbeck/predict';
import { plainSessions } from '@limbeck/predict/plain';
import { nodeEngine } from '@limbeck/runtime/node';
import * as ort from 'onnxruntime-node';
import { families, probes, snippets, trainedStudent } from '../test/support/trained-students.js';

const files = { float32: 'onnx/model.onnx', int8: 'onnx/model_quantized.onnx' } as const;
const engine = await nodeEngine({ threads: 1 });
const texts = snippets(200, 11).map(({ text }) => text);
const rows = [];
for (const family of Object.keys(families)) {
  const made = await trainedStudent(engine, family, {}, 'medium');
  const config = new TextDecoder().decode(made.files['config.json']);
  for (const [precision, file] of Object.entries(files)) {
    const model = made.files[file]!;
    const started = performance.now();
    const plain = await loadStudentFrom({ config, model }, plainSessions());
    const loadMs = performance.now() - started;
    const native = await loadStudentFrom({ config, model }, onnxSessions(ort));
    const one = await measureLatency<string, 'plain' | 'onnxruntime'>(
      { plain: (text) => plain.predict([text]), onnxruntime: (text) => native.predict([text]) },
      texts,
      { rounds: 3, warmup: 100 },
    );
    const batches = Array.from({ length: 6 }, (_, i) => texts.slice(i * 32, (i + 1) * 32));
    const many = await measureLatency<readonly string[], 'plain' | 'onnxruntime'>(
      { plain: (batch) => plain.predict(batch), onnxruntime: (batch) => native.predict(batch) },
      batches,
      { rounds: 10, warmup: 10 },
    );
    rows.push({
      family,
      precision,
      parameters: made.record.parameters,
      sizeBytes: model.length,
      loadMs: rounded(loadMs),
      maxGap: await gapOf(model),
      batch1Ms: { plain: times(one.plain), onnxruntime: times(one.onnxruntime) },
      batch32Ms: { plain: times(many.plain), onnxruntime: times(many.onnxruntime) },
    });
    await Promise.all([plain.dispose(), native.dispose()]);
  }
}
await engine.dispose();

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function times({ p50, p95 }: { readonly p50: number; readonly p95: number }) {
  return { p50: rounded(p50), p95: rounded(p95) };
}

/** The largest max |a − b| / max(1, |a|) over 256 probes, at batch 1 and 32. */
async function gapOf(model: Uint8Array): Promise<number> {
  const [plain, native] = [await plainSessions()(model), await onnxSessions(ort)(model)];
  const all = probes(256);
  let most = 0;
  for (const size of [1, 32]) {
    for (let start = 0; start < all.length; start += size) {
      const batch = padBytes(all.slice(start, start + size), 256);
      const [found, expected] = [await plain.run(batch, size), await native.run(batch, size)];
      for (const [i, a] of expected.entries()) {
        most = Math.max(most, Math.abs(a - found[i]!) / Math.max(1, Math.abs(a)));
      }
    }
  }
  await Promise.all([plain.dispose(), native.dispose()]);
  return rounded(most);
}

console.table(
  rows.map(({ family, precision, sizeBytes, loadMs, maxGap, batch1Ms, batch32Ms }) => ({
    student: `${family} ${precision}`,
    kB: Math.round(sizeBytes / 1000),
    'load ms': loadMs,
    'largest gap': maxGap,
    'one text: plain': batch1Ms.plain.p50,
    'one text: ORT': batch1Ms.onnxruntime.p50,
    '32 texts: plain': batch32Ms.plain.p50,
    '32 texts: ORT': batch32Ms.onnxruntime.p50,
  })),
);
if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = {
    cpu: os.cpus()[0]!.model,
    cores: os.cpus().length,
    node: process.versions.node,
    onnxruntime: ort.env.versions.common,
  };
  const what =
    'students of 96 bytes; p50 and p95 of a warm call of predict, one thread each, in turns';
  writeFileSync(
    new URL('plain.json', folder),
    `${JSON.stringify({ what, machine, rows }, undefined, 2)}\n`,
  );
}
