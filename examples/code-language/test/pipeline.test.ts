import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Rng } from '@limbeck/core';
import { parseRunReport, type RunReport } from '@limbeck/evaluators';
import { loadStudent } from '@limbeck/predict/node';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPage } from '../../../test-support/chromium.js';
import { requires } from '../../../test-support/requires.js';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** A run of the example that has ended. */
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Starts the example in a folder; `onLine` sees each line of progress. */
function example(
  cwd: string,
  args: readonly string[],
  onLine: (line: string, child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--conditions=@limbeck/source', '--import', tsx, main, ...args],
    // A terminal, npm and Vitest leave things in the environment that a user's shell would not have.
    { cwd, env: { PATH: process.env['PATH'], HOME: process.env['HOME'] } },
  );
  let [stdout, stderr, seen] = ['', '', 0];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
    const lines = stderr.split('\n').slice(0, -1);
    for (const line of lines.slice(seen)) onLine(line, child);
    seen = lines.length;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const seconds = (performance.now() - started) / 1000;
      resolve({ code, signal, stdout, stderr, seconds });
    });
  });
}

async function runFolderIn(folder: string): Promise<string> {
  const runs = path.join(folder, '.limbeck', 'runs');
  const [name] = (await readdir(runs)).filter((entry) => entry.startsWith('code-language-'));
  return path.join(runs, name!);
}

async function reportIn(folder: string): Promise<RunReport> {
  const file = path.join(await runFolderIn(folder), 'report.json');
  return parseRunReport(JSON.parse(await readFile(file, 'utf8')));
}

let base: string;
/** Where a run is interrupted, goes on, is killed and goes on to its end; and where one runs undisturbed. */
let disturbedIn: string;
let undisturbedIn: string;
let interrupted: Ended;
let killed: Ended;
let resumed: Ended;
let undisturbed: Ended;

// Seeded, so that a failure can be had again; another seed kills in another step.
const rng = Rng.from(Number(process.env['LIMBECK_TEST_SEED'] ?? 3)).stream('kill');
const killStep = ['choose', 'baseline', 'students', 'curve', 'export'][rng.integer(5)]!;
const killDelayMs = rng.integer(1000);

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'limbeck-code-language-'));
  [disturbedIn, undisturbedIn] = [path.join(base, 'disturbed'), path.join(base, 'undisturbed')];
  await Promise.all([mkdir(disturbedIn), mkdir(undisturbedIn)]);
  interrupted = await example(disturbedIn, ['--smoke'], (line, child) => {
    if (line.includes('] teacher: runs')) setTimeout(() => child.kill('SIGINT'), 300);
  });
  killed = await example(disturbedIn, ['--smoke'], (line, child) => {
    if (line.includes(`] ${killStep}: runs`)) setTimeout(() => child.kill('SIGKILL'), killDelayMs);
  });
  resumed = await example(disturbedIn, ['--smoke']);
  undisturbed = await example(undisturbedIn, ['--smoke']);
}, 400_000);

afterAll(() => rm(base, { recursive: true, force: true }));

test('Ctrl-C ends a run with 130 and says how to go on; the next one goes on', () => {
  expect(interrupted.code, interrupted.stderr).toBe(130);
  expect(interrupted.stderr).toContain('npm start -- --smoke');
  expect(interrupted.stderr).toContain('finished steps are kept');
  expect(interrupted.stderr).not.toMatch(/^ +at /m);
  expect(killed.stderr).not.toContain('corpus: runs');
  expect(killed.stderr).toContain('teacher: goes on (it was not finished)');
});

describe('a run that was killed', () => {
  test('goes on to its end', () => {
    expect(killed.signal, `killed ${killDelayMs} ms into ${killStep}`).toBe('SIGKILL');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).not.toMatch(/teacher: (runs|goes on)/);
    expect(resumed.stdout).toMatch(/^teacher +\d+\.\d\d +cached$/m);
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
  });

  test('ships the very weights of a run that was not', async () => {
    const [one, other] = await Promise.all([reportIn(disturbedIn), reportIn(undisturbedIn)]);
    expect(one.student!.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(one.student!.weightsSha256).toBe(other.student!.weightsSha256);
    expect(one.systems.map(({ accuracy }) => accuracy)).toEqual(
      other.systems.map(({ accuracy }) => accuracy),
    );
  });

  test('prints stages that sum to the total, the teacher’s bill, the paths and the three lines', () => {
    const { stdout } = resumed;
    const rows = [...stdout.matchAll(/^([a-z]+) +(\d+)\.(\d\d)(?: {2}.*)?$/gm)].map(
      ([, name, whole, hundredths]) => [name!, 100 * Number(whole) + Number(hundredths)] as const,
    );
    const total = rows.find(([name]) => name === 'total')![1];
    const stages = rows.filter(([name]) => name !== 'total');
    expect(stages.map(([name]) => name)).toEqual([...steps, 'pages', 'other']);
    expect(stages.reduce((sum, [, hundredths]) => sum + hundredths, 0)).toBe(total);
    expect(stdout).toMatch(/^teacher: asked \d+, cached \d+, \d+\.\d s$/m);
    for (const file of ['report.html', 'model-card.md', 'demo.html', 'student']) {
      expect(stdout).toContain(path.join('.limbeck', 'runs'));
      expect(stdout).toMatch(new RegExp(`^\\S.* .*${file.replace('.', '\\.')}$`, 'm'));
    }
    expect(stdout.trimEnd().split('\n').slice(-3)[0]).toContain('@limbeck/predict/node');
  });

  test('the report holds every system, slice and pair that the run is about', async () => {
    const report = await reportIn(disturbedIn);
    expect(Object.fromEntries(report.systems.map(({ name, role }) => [name, role]))).toEqual({
      teacher: 'teacher',
      'distilled student': 'student',
      'int8 student': 'student-int8',
      'all-labels student': 'student-all-labels',
      'few-labels student': 'label-only',
      'first-choice student': 'method',
      'shuffled-teacher student': 'shuffled-teacher',
      'logistic regression': 'baseline',
      'highlight.js': 'peer',
      'highlight.js, ours only': 'peer',
      "VS Code's model": 'peer',
      "VS Code's model, ours only": 'peer',
    });
    // Everybody is asked about the same windows.
    expect(new Set(report.systems.map(({ n }) => n)).size).toBe(1);
    const timed = report.systems.filter(({ latencyMs }) => latencyMs !== undefined);
    expect(timed.map(({ name }) => name)).toEqual([
      'teacher',
      'distilled student',
      'int8 student',
      'highlight.js',
      'highlight.js, ours only',
      "VS Code's model",
      "VS Code's model, ours only",
    ]);
    expect(new Set(report.slices.map(({ by }) => by))).toEqual(
      new Set(['language', 'family as one', 'length']),
    );
    expect(new Set(report.sets!.map(({ set }) => set))).toEqual(
      new Set(['all test windows', 'other ecosystems']),
    );
    expect(report.labelMapping!.length).toBeGreaterThanOrEqual(2);
    expect(report.labelEfficiency!.points.map(({ share }) => share)).toEqual([0.02, 0.2, 1]);
    expect(report.student!.canary).toBe('passed');
    expect(report.student!.parameters).toBeLessThanOrEqual(100_000);
    expect(report.dataset.classes.length).toBeGreaterThanOrEqual(20);
    expect(report.stages.map(({ name }) => name)).toEqual([...steps, 'other']);
  });

  test('the student gives what plain ONNX Runtime gives', async () => {
    const folder = path.join(await runFolderIn(disturbedIn), 'student');
    const student = await loadStudent(folder);
    const session = await ort.InferenceSession.create(path.join(folder, 'onnx', 'model.onnx'));
    const texts = [
      'const x: number = 1;',
      '',
      '<s>[CLS]</s>',
      'def f():\n  pass\n',
      'é'.repeat(900),
    ];
    const answers = await student.predict(texts);
    const { config } = student;
    const maxBytes = config.inputs === 'bytes' ? config.maxBytes : 0;
    for (const [row, text] of texts.entries()) {
      const bytes = new TextEncoder().encode(text === '' ? '\n' : text).subarray(0, maxBytes);
      const shape = [1, bytes.length];
      const out = await session.run({
        input_ids: new ort.Tensor('int64', BigInt64Array.from(bytes, BigInt), shape),
        attention_mask: new ort.Tensor('int64', new BigInt64Array(bytes.length).fill(1n), shape),
      });
      const logits = [...(out['logits']!.data as Float32Array)];
      const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
      const sum = powers.reduce((a, b) => a + b, 0);
      const said: { readonly [label: string]: number } = answers[row]!.probabilities;
      student.labels.forEach((label, c) => expect(said[label]).toBeCloseTo(powers[c]! / sum, 6));
    }
    await Promise.all([student.dispose(), session.release()]);
  });

  test('a further run reads everything, quickly', async () => {
    const again = await example(disturbedIn, ['--smoke']);
    expect(again.code, again.stderr).toBe(0);
    for (const step of [...steps, 'pages']) {
      expect(again.stdout).toMatch(new RegExp(`^${step} +\\d+\\.\\d\\d  cached$`, 'm'));
    }
    expect(again.stdout).toMatch(/^teacher: asked 0, cached [1-9]\d+, 0\.0 s$/m);
    expect(again.stdout.split('\n\n')[0]).toBe(resumed.stdout.split('\n\n')[0]);
  });
});

describe('--try', () => {
  test('names the language of a file', async () => {
    const file = path.join(disturbedIn, 'a.py');
    await writeFile(file, 'import os\n\nclass Walker:\n    def run(self):\n        return None\n');
    const { code, stdout } = await example(disturbedIn, ['--try', file]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const shares = lines.map((line) => Number(/^\S.* +(\d+\.\d)%$/.exec(line)![1]));
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    const { classes } = (await reportIn(disturbedIn)).dataset;
    expect(classes).toContain(lines[0]!.replace(/ +\d+\.\d%$/, ''));
  });

  test('says which file is missing', async () => {
    const { code, stderr } = await example(disturbedIn, ['--try', 'nowhere.txt']);
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere.txt');
    expect(stderr).toContain('data-missing');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('asks for a run where there was none', async () => {
    const { code, stderr } = await example(base, ['--try', main]);
    expect(code).toBe(1);
    expect(stderr).toContain('Run npm start first');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

test('an unknown teacher is refused before anything runs', async () => {
  const { code, stderr } = await example(base, ['--teacher', 'nonsense']);
  expect(code).toBe(2);
  expect(stderr).toContain('trained, vscode, both');
  expect(await readdir(base)).not.toContain('.limbeck');
});

test('the report is one page that asks for nothing', async (context) => {
  const browser = requires('chromium', context);
  const address = pathToFileURL(path.join(await runFolderIn(disturbedIn), 'report.html')).href;
  await withPage(browser, async ({ page, errors, requests }) => {
    await page.goto(address);
    const headings = await page.locator('h2').allTextContents();
    expect(headings.length).toBeGreaterThan(8);
    const report = await reportIn(disturbedIn);
    const text = await page.locator('body').innerText();
    for (const { name } of report.systems) expect(text).toContain(name);
    expect(text).toContain(report.headline);
    expect(await page.locator('svg').count()).toBeGreaterThan(4);
    const shot = process.env['LIMBECK_SCREENSHOTS'];
    if (shot !== undefined) {
      await page.screenshot({ path: path.join(shot, 'report.png'), fullPage: true });
    }
    expect(errors).toEqual([]);
    expect(requests).toEqual([]);
  });
});

const steps = [
  'corpus',
  'teacher',
  'label',
  'choose',
  'baseline',
  'students',
  'curve',
  'export',
  'peers',
  'measure',
  'report',
];
