// Runs a student in Deno and Bun as a project of theirs would, on ONNX Runtime and in plain TypeScript, in their main thread
// and in a worker, and compares the answers with Node's:
//   npx tsx packages/predict/scripts/other-engines.ts [--fetch]
// The engines are the bare binaries that npm has for Linux on x64. They are looked for in LIMBECK_ENGINES (a folder with
// `deno` and `bun`), then in the temporary folder; --fetch puts them there. Without them nothing is run, and the last line says so.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const own = path.resolve(fileURLToPath(import.meta.url), '../..');
const places = process.env['LIMBECK_ENGINES'] ?? path.join(os.tmpdir(), 'limbeck-engines');

/** Where npm has each binary, and how it runs a file. */
const engines = {
  deno: {
    pack: '@deno/linux-x64-glibc@2.9.6',
    args: ['run', '-A', '--no-remote', '--node-modules-dir=manual'],
  },
  bun: { pack: '@oven/bun-linux-x64@1.4.5', args: ['run'] },
};

/** Puts an engine's binary in its place; answers whether it is there. */
function fetched(name: string, pack: string): boolean {
  const binary = path.join(places, name);
  if (existsSync(binary) || !process.argv.includes('--fetch')) return existsSync(binary);
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  mkdirSync(places, { recursive: true });
  const run = (command: string, args: readonly string[]) =>
    spawnSync(command, args, { cwd: places, encoding: 'utf8' });
  const { stdout, status } = run('npm', ['pack', pack, '--silent']);
  if (status !== 0) return false;
  const tarball = stdout.trim().split('\n').at(-1) ?? '';
  run('tar', ['-xzf', tarball]);
  const found = (readdirSync(path.join(places, 'package'), { recursive: true }) as string[]).find(
    (file) => path.basename(file) === name,
  );
  if (found !== undefined) {
    cpSync(path.join(places, 'package', found), binary);
    chmodSync(binary, 0o755);
  }
  rmSync(path.join(places, 'package'), { recursive: true, force: true });
  rmSync(path.join(places, tarball), { force: true });
  return existsSync(binary);
}

/** A project that has installed what a user would: links to what this workspace has. */
function project(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-other-engines-'));
  const modules = path.join(own, 'node_modules');
  const links = {
    '@limbeck/predict': own,
    '@limbeck/core': path.join(modules, '@limbeck/core'),
    '@limbeck/tensor': path.join(modules, '@limbeck/tensor'),
    'onnxruntime-node': path.join(modules, 'onnxruntime-node'),
  };
  for (const [name, target] of Object.entries(links)) {
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(realpathSync(target), link, 'dir');
  }
  const dependencies = Object.fromEntries(Object.keys(links).map((name) => [name, '*']));
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ type: 'module', dependencies }),
  );
  writeFileSync(path.join(folder, 'main.mjs'), program);
  return folder;
}

/** What is run everywhere: prints one line of JSON with all answers. */
const program = `
import { writeFileSync, mkdirSync } from 'node:fs';
import { hostTensor } from '@limbeck/core';
import { loadStudent, loadStudentInWorker } from '@limbeck/predict/node';
import { constant, input, toOnnx } from '@limbeck/tensor';

const text = { dtype: 'int64', shape: ['batch', 'tokens'] };
const [ids, mask] = [input('input_ids', text), input('attention_mask', text)];
const weights = Float32Array.from({ length: 257 * 3 }, (_, i) => Math.sin(i * 7.3));
const table = constant(hostTensor('float32', [257, 3], weights));
const seen = mask.cast('float32').reshape([...mask.shape, 1]);
const { bytes } = toOnnx({ logits: table.gather(ids).mul(seen).sum(1) }, { portable: true });
mkdirSync('student/onnx', { recursive: true });
writeFileSync('student/onnx/model.onnx', bytes);
const limbeck = { formatVersion: 1, family: 'sum', inputs: 'bytes', maxBytes: 64, padId: 256, temperature: 2 };
writeFileSync('student/config.json', JSON.stringify({ id2label: { 0: 'a', 1: 'b', 2: 'c' }, limbeck }));

const texts = ['if (x) return 1;', 'é', '', 'x'.repeat(99)];
const answers = {};
for (const engine of ['onnxruntime', 'plain']) {
  const near = await loadStudent('student', { engine });
  answers[engine] = (await near.predict(texts)).map(({ probability }) => probability);
  await near.dispose();
  const far = await loadStudentInWorker('student', { engine });
  answers[engine + ' in a worker'] = (await far.predict(texts)).map(({ probability }) => probability);
  await far.dispose();
}
console.log(JSON.stringify(answers));
process.exit(0);
`;

/** Probabilities by the way in which they were asked for, or why there are none. */
interface Answers {
  readonly failed?: string;
  readonly numbers: { readonly [way: string]: readonly number[] };
}

/** The answers that a command printed. */
function answersOf(command: string, args: readonly string[], cwd: string): Answers {
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const line = stdout?.trim().split('\n').at(-1) ?? '';
  if (status === 0 && line.startsWith('{'))
    return { numbers: JSON.parse(line) as Answers['numbers'] };
  return {
    numbers: {},
    failed: `status ${status}: ${(stderr || stdout || '').trim().slice(-600)}`,
  };
}

const folder = project();
const expected = answersOf(process.execPath, ['main.mjs'], folder);
let failed = expected.failed === undefined ? 0 : 1;
if (failed > 0) console.error(`node: ${expected.failed}`);
let ran = 0;
for (const [name, { pack, args }] of Object.entries(engines)) {
  if (!fetched(name, pack)) {
    console.log(`${name}: left out, since it is not in ${places}; --fetch gets it from npm.`);
    continue;
  }
  ran += 1;
  const found = answersOf(path.join(places, name), [...args, 'main.mjs'], folder);
  const different = Object.entries(expected.numbers).filter(([way, numbers]) =>
    numbers.some((p, i) => !(Math.abs(p - (found.numbers[way]?.[i] ?? Number.NaN)) < 1e-6)),
  );
  if (found.failed !== undefined || different.length > 0) {
    failed += 1;
    console.error(
      `${name}: ${found.failed ?? `other answers: ${different.map(([way]) => way).join(', ')}`}`,
    );
  } else {
    console.log(`${name}: answers as Node does: ${Object.keys(expected.numbers).join(', ')}.`);
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${ran - Math.min(failed, ran)} passed, ${failed} failed, ${2 - ran} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
