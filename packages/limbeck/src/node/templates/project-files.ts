import { messagesCsv } from './messages.js';

/** What `limbeck init` can begin with. */
export type TemplateName = 'pipeline' | 'distil';

/** A starter project: its files by name, and what its `package.json` needs. */
export interface Template {
  /** Contents by path. */
  readonly files: { readonly [name: string]: string };
  /** Scripts for `npm run`. */
  readonly scripts: { readonly [name: string]: string };
  /** Packages of Limbeck, which all have one version. */
  readonly packages: readonly string[];
  /** Other packages with their ranges. */
  readonly others: { readonly [name: string]: string };
}

const config = `import { definePipeline, step } from 'limbeck';
import { hashedFile } from 'limbeck/node';
import { measure, readMessages, trainStudent, trainTeacher } from './steps.ts';

const code = new URL('./steps.ts', import.meta.url).href;

// A change of the file, of a step's config or of its code runs again what depends on it: limbeck run --why says what.
const messages = step('messages', {
  module: code,
  inputs: { file: await hashedFile('messages.csv') },
  run: ({ inputs }) => readMessages(inputs.file.path),
});

const teacher = step('teacher', {
  module: code,
  inputs: { messages },
  config: { steps: 200, seed: 1 },
  run: ({ inputs, config }, { folder, onEvent, abortSignal }) =>
    trainTeacher(inputs.messages, { ...config, folder, onEvent, abortSignal }),
});

const student = step('student', {
  module: code,
  inputs: { messages, teacher },
  config: { steps: 200, seed: 1, temperature: 2 },
  run: ({ inputs, folders, config }, { folder, onEvent, abortSignal }) =>
    trainStudent(inputs.messages, folders.teacher, { ...config, folder, onEvent, abortSignal }),
});

const measured = step('measured', {
  module: code,
  inputs: { messages, teacher, student },
  run: ({ inputs, folders }) => measure(inputs.messages, folders.teacher, folders.student),
});

export default definePipeline({
  name: 'messages',
  steps: [measured],
  publish: { student: 'student/student', 'measured.json': 'measured/output.json' },
});
`;

const steps = `import type { LongWork } from '@limbeck/core';
import { batches, joinCollators, labelCollator, signalCollator, textCollator } from '@limbeck/data';
import { readRecords } from '@limbeck/data/node';
import { accuracy, bootstrap } from '@limbeck/evaluators';
import { crossEntropy, softTargets } from '@limbeck/losses';
import { ngramClassifier, type TextInputs } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import { loadStudent } from '@limbeck/predict/node';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import { exportStudent } from '@limbeck/train/node';

type Message = { readonly text: string; readonly label: number };
type Messages = {
  readonly labels: readonly string[];
  readonly train: readonly Message[];
  readonly test: readonly Message[];
};
type Training = LongWork & { readonly steps: number; readonly seed: number; readonly folder: string };

const maxBytes = 256;

/** Reads the file; every fifth message is held out for the measurement. */
export async function readMessages(file: string): Promise<Messages> {
  const rows: { text: string; label: string }[] = [];
  for await (const row of readRecords(file)) {
    rows.push({ text: String(row['text']), label: String(row['label']) });
  }
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const messages = rows.map(({ text, label }) => ({ text, label: labels.indexOf(label) }));
  const isHeldOut = (i: number): boolean => i % 5 === 0;
  return {
    labels,
    train: messages.filter((_, i) => !isHeldOut(i)),
    test: messages.filter((_, i) => isHeldOut(i)),
  };
}

/** A wide model that learns the labels. */
export async function trainTeacher({ labels, train: rows }: Messages, given: Training) {
  type Batch = { readonly inputs: TextInputs; readonly labels: Tensor };
  const model = ngramClassifier({ labels, orders: [1, 2, 3, 4], buckets: 32_768, maxBytes });
  const program = distillation({
    student: model,
    loss: crossEntropy({ labelSmoothing: 0.1 }),
    optimizer: adamw({ rate: cosine({ peak: 0.03 }) }),
    batches: batches(rows, {
      batchSize: 16,
      collator: joinCollators<Message, Batch>({
        inputs: textCollator({ text: ({ text }) => text, maxBytes }),
        labels: labelCollator({ label: ({ label }) => label, classes: labels.length }),
      }),
    }),
    steps: given.steps,
  });
  const engine = await nodeEngine();
  try {
    const { students } = await train(program, { ...given, engine });
    const folder = \`\${given.folder}/student\`;
    const { parameters } = await exportStudent(students['student']!, { engine, folder, labels, maxBytes });
    return { parameters };
  } finally {
    await engine.dispose();
  }
}

/** A small model that learns what the teacher says: how probable it thinks each label. */
export async function trainStudent(
  { labels, train: rows }: Messages,
  teacherFolder: string,
  given: Training & { readonly temperature: number },
) {
  type Row = { readonly text: string; readonly logits: readonly number[] };
  type Teacher = { readonly logits: Tensor };
  type Batch = { readonly inputs: TextInputs; readonly teacher: Teacher };
  const teacher = await loadStudent(\`\${teacherFolder}/student\`);
  const answers = await teacher.predict(rows.map(({ text }) => text));
  await teacher.dispose();
  const answered = rows.map(({ text }, i): Row => {
    const { probabilities } = answers[i]!;
    return { text, logits: labels.map((label) => Math.log(Math.max(probabilities[label]!, 1e-9))) };
  });
  const logits = signalCollator<Row>({ signal: (row) => row.logits, width: labels.length });
  const program = distillation({
    student: ngramClassifier({ labels, orders: [1, 2, 3], buckets: 4096, maxBytes }),
    loss: softTargets({ temperature: given.temperature }),
    optimizer: adamw({ rate: cosine({ peak: 0.03 }) }),
    batches: batches(answered, {
      batchSize: 16,
      collator: joinCollators<Row, Batch>({
        inputs: textCollator({ text: ({ text }) => text, maxBytes }),
        teacher: joinCollators<Row, Teacher>({ logits }),
      }),
    }),
    steps: given.steps,
  });
  const engine = await nodeEngine();
  try {
    const { students } = await train(program, { ...given, engine });
    const folder = \`\${given.folder}/student\`;
    const { parameters } = await exportStudent(students['student']!, { engine, folder, labels, maxBytes });
    return { parameters };
  } finally {
    await engine.dispose();
  }
}

/** Accuracy of both on the held-out messages, with its interval. */
export async function measure({ labels, test }: Messages, teacherFolder: string, studentFolder: string) {
  const measureOne = async (folder: string) => {
    const student = await loadStudent(\`\${folder}/student\`);
    const answers = await student.predict(test.map(({ text }) => text));
    await student.dispose();
    const metric = accuracy();
    const predictions = { labels: answers.map(({ label }) => labels.indexOf(label)), classes: labels.length };
    return bootstrap(metric, metric.rows(predictions, test.map(({ label }) => label)));
  };
  return { teacher: await measureOne(teacherFolder), student: await measureOne(studentFolder) };
}
`;

const distil = `import { distil } from 'limbeck';
import { z } from 'zod';

const { student, folder } = await distil({
  data: 'messages.csv',
  text: 'text',
  label: 'label',
  schema: z.object({ label: z.enum(['billing', 'delivery', 'login']) }),
  budgetSeconds: 60,
});

const [answer] = await student.predict(['The parcel has not come.']);
console.log(answer.label, answer.probability.toFixed(2));
console.log(\`The report, the model card and the student are in \${folder}.\`);
await student.dispose();
`;

const tsconfig = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "allowImportingTsExtensions": true
  },
  "include": ["*.ts"]
}
`;

const ignored = 'node_modules/\n.limbeck/\n';

/** The files of a starter project and what they need. */
export function projectTemplate(name: TemplateName): Template {
  if (name === 'distil') {
    return {
      files: { 'distil.mjs': distil, 'messages.csv': messagesCsv(), '.gitignore': ignored },
      scripts: { start: 'node distil.mjs', report: 'limbeck report' },
      packages: ['limbeck'],
      others: { 'onnxruntime-node': '^1.30.0', zod: '^4.0.0' },
    };
  }
  const parts = [
    'core',
    'data',
    'evaluators',
    'losses',
    'nn',
    'optim',
    'predict',
    'runtime',
    'tensor',
    'train',
  ];
  return {
    files: {
      'limbeck.config.ts': config,
      'steps.ts': steps,
      'messages.csv': messagesCsv(),
      'tsconfig.json': tsconfig,
      '.gitignore': ignored,
    },
    scripts: { start: 'limbeck run', why: 'limbeck run --why' },
    packages: ['limbeck', ...parts.map((part) => `@limbeck/${part}`)],
    others: { 'onnxruntime-node': '^1.30.0' },
  };
}
