import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hostTensor, Rng } from '@limbeck/core';
import { batches, joinCollators, labelCollator, textCollator } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier, type TextInputs } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, type Tensor, toOnnx } from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import { exportStudent, folderStore } from '@limbeck/train/node';

const labels = ['css', 'js'] as const;
type Row = { readonly text: string; readonly label: number };
type Batch = { readonly inputs: TextInputs; readonly labels: Tensor };
const textOf = (i: number): string =>
  i % 2 === 0 ? `.box-${i} { margin: ${i}px; }` : `const box${i} = draw(${i});`;

/** A folder with a trained student, its checkpoints, rows to measure it by, and two models of numbers. */
export async function makeWorkplace(): Promise<string> {
  const cwd = mkdtempSync(`${os.tmpdir()}/limbeck-models-`);
  const rows = Array.from({ length: 64 }, (_, i): Row => ({ text: textOf(i), label: i % 2 }));
  const student = ngramClassifier({ labels, orders: [1, 2], buckets: 512, maxBytes: 64 });
  const program = distillation({
    student,
    loss: crossEntropy(),
    optimizer: adamw({ rate: 0.05 }),
    batches: batches(rows, {
      batchSize: 16,
      collator: joinCollators<Row, Batch>({
        inputs: textCollator({ text: ({ text }) => text, maxBytes: 64 }),
        labels: labelCollator({ label: ({ label }) => label, classes: 2 }),
      }),
    }),
    steps: 30,
  });
  const engine = await nodeEngine();
  const checkpoints = folderStore(path.join(cwd, 'checkpoints'));
  const { students } = await train(program, { engine, seed: 7, checkpoints });
  const options = { engine, labels, maxBytes: 64, model: student.config };
  await exportStudent(students['student']!, { ...options, folder: path.join(cwd, 'student') });
  await engine.dispose();

  const csv = rows.slice(0, 40).map(({ text, label }, i) => `"${text}",${labels[label]},${i % 8}`);
  writeFileSync(path.join(cwd, 'test.csv'), ['body,kind,file', ...csv].join('\n'));
  const lines = rows.map(({ text, label }) => JSON.stringify({ text, label: labels[label] }));
  writeFileSync(path.join(cwd, 'dev.jsonl'), lines.join('\n'));
  const more = Array.from({ length: 2000 }, (_, i) => JSON.stringify({ text: textOf(i + 100) }));
  writeFileSync(path.join(cwd, 'more.jsonl'), more.join('\n'));
  writeNumeric(cwd);
  return cwd;
}

/** A classifier of 16 numbers with 20 classes, each beside a prototype; and one whose classes differ in the last digits. */
function writeNumeric(cwd: string): void {
  const rng = Rng.from(1);
  const [width, classes] = [16, 20];
  const weights = Float32Array.from({ length: width * classes }, () => rng.uniform() - 0.5);
  const x = input('pixels', { dtype: 'float32', shape: ['batch', width] });
  const w = input('head', { dtype: 'float32', shape: [width, classes] });
  const file = (values: Float32Array): Uint8Array =>
    toOnnx(
      { scores: x.matmul(w) },
      { initialisers: { head: hostTensor('float32', [width, classes], values) } },
    ).bytes;
  writeFileSync(path.join(cwd, 'net.onnx'), file(weights));
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const label = i % classes;
    const pixels = Array.from(
      { length: width },
      (__, j) => 4 * weights[j * classes + label]! + 0.05 * rng.uniform(),
    );
    return JSON.stringify({ pixels, label });
  });
  writeFileSync(path.join(cwd, 'pixels.jsonl'), rows.join('\n'));
  // All columns alike to within a thousandth: in int8 steps of a 127th nothing tells them apart any more.
  const alike = weights.map(
    (_, i) => weights[Math.floor(i / classes) * classes]! + 1e-4 * (weights[i] ?? 0),
  );
  writeFileSync(path.join(cwd, 'alike.onnx'), file(alike));
}

/** The folder of a run that published the student. */
export function writeRun(cwd: string, name: string, state: string, day: number): string {
  const folder = path.join(cwd, '.limbeck/runs', name);
  cpSync(path.join(cwd, 'student'), path.join(folder, 'student'), { recursive: true });
  const startedAt = `2026-01-0${day}T00:00:00.000Z`;
  const record = { formatVersion: 1, name: 'spam', state, startedAt, steps: [], published: {} };
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(record));
  return folder;
}
