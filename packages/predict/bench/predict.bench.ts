import { Rng } from '@limbeck/core';
import { encodeText, loadStudentFrom, onnxSessions, padBytes } from '@limbeck/predict';
import { bench, do_not_optimize, run } from 'mitata';
import * as ort from 'onnxruntime-node';
import { tinyConfig, tinyModel } from '../test/tiny-student.js';

// 200 texts of 20 to 800 bytes, as snippets of code are.
const rng = Rng.from(1);
const texts = Array.from({ length: 200 }, () =>
  String.fromCharCode(...Array.from({ length: 20 + rng.integer(780) }, () => 32 + rng.integer(95))),
);
const files = { config: tinyConfig({ maxBytes: 1024 }), model: tinyModel() };
const student = await loadStudentFrom(files, onnxSessions(ort));
const encoded = texts.slice(0, 32).map((text) => encodeText(text, 1024));

bench('predict 200 snippets', async () => do_not_optimize(await student.predict(texts)));
bench('predict 1 snippet', async () => do_not_optimize(await student.predict(texts.slice(0, 1))));
bench('encodeText 200 snippets', () =>
  do_not_optimize(texts.map((text) => encodeText(text, 1024))));
bench('padBytes 32 snippets', () => do_not_optimize(padBytes(encoded, 256)));

await run();
await student.dispose();
