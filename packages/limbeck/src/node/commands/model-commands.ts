import { defineCommand } from 'citty';
import type { CommandIo } from '../io.js';
import { columnArgs, command, jsonArg, rootArg } from './command.js';

// Each command's module is loaded when it is called, so that --help and a mistyped name answer at once.

/** Which evidence a smaller file is judged by. */
const gateArgs = {
  data: {
    type: 'string',
    description: 'held-out rows with labels: .jsonl, .csv, .tsv or .parquet',
    valueHint: 'dev.jsonl',
  },
  unlabelled: {
    type: 'string',
    description: 'more rows, without labels; needed below 2,000 rows with labels',
    valueHint: 'more.jsonl',
  },
  ...columnArgs,
  metric: {
    type: 'string',
    description: 'what must not drop: accuracy or macro-f1',
    valueHint: 'accuracy',
  },
} as const;

const evaluate = defineCommand({
  meta: { name: 'eval', description: 'measure a student on labelled rows, with intervals' },
  args: {
    student: {
      type: 'positional',
      required: true,
      description: "a student's folder, or a run's folder or name",
    },
    data: {
      type: 'positional',
      required: true,
      description: 'rows with labels: .jsonl, .csv, .tsv or .parquet, .gz of each',
    },
    ...columnArgs,
    label: { ...columnArgs.label, valueHint: "the student's own" },
    group: { type: 'string', description: 'a field whose rows belong together, for the intervals' },
    precision: {
      type: 'string',
      description: 'which of its files: float32 or int8',
      valueHint: 'float32',
    },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./eval.js')).evaluate(data as CommandIo, { ...args }),
});

const exportCommand = defineCommand({
  meta: { name: 'export', description: 'write a student again with smaller files beside it' },
  args: {
    from: {
      type: 'positional',
      required: false,
      description:
        "a run's folder, a student's, or one of checkpoints; the latest run with a student if left out",
    },
    out: { type: 'string', description: 'the new folder', valueHint: 'student' },
    int8: { type: 'boolean', description: 'with onnx/model_quantized.onnx' },
    dynamic: { type: 'boolean', description: 'products in int8 too, faster in large batches' },
    int4: { type: 'boolean', description: 'with onnx/model_q4.onnx' },
    ...gateArgs,
    program: {
      type: 'string',
      description: 'for checkpoints: the module whose default export makes the program',
    },
    ...rootArg,
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./export.js')).exportAgain(data as CommandIo, { ...args }),
});

const quantize = defineCommand({
  meta: { name: 'quantize', description: 'make any ONNX classifier smaller, if it stays as good' },
  args: {
    model: { type: 'positional', required: true, description: 'an ONNX file' },
    ...gateArgs,
    out: { type: 'string', description: 'the new file', valueHint: 'model_quantized.onnx' },
    bits: { type: 'string', description: '8 or 4', valueHint: '8' },
    dynamic: { type: 'boolean', description: 'products in int8 too, faster in large batches' },
    output: { type: 'string', description: "the file's output of logits", valueHint: 'the first' },
    tokenizer: {
      type: 'string',
      description: 'the folder with tokenizer.json, for models of texts',
    },
    force: { type: 'boolean', description: 'replace a file that is there' },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./quantize.js')).quantize(data as CommandIo, { ...args }),
});

const inspect = defineCommand({
  meta: { name: 'inspect', description: 'show what is in an ONNX file, and whether it can train' },
  args: {
    model: {
      type: 'positional',
      required: true,
      description: "an ONNX file or a student's folder",
    },
    sizes: {
      type: 'string',
      description: 'numbers for named sizes',
      valueHint: 'batch=1,tokens=128',
    },
    layers: { type: 'string', description: 'how many layers are listed', valueHint: '12' },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./inspect.js')).inspect(data as CommandIo, { ...args }),
});

const push = defineCommand({
  meta: { name: 'push', description: 'upload a student to the Hugging Face Hub' },
  args: {
    student: {
      type: 'positional',
      required: true,
      description: "a student's folder, or a run's folder or name",
    },
    repository: { type: 'positional', required: true, description: 'user/name' },
    private: { type: 'boolean', description: 'make a repository that only you can see' },
    branch: { type: 'string', description: 'the branch to commit to', valueHint: 'main' },
    message: { type: 'string', description: "the commit's title" },
    'hub-url': { type: 'string', description: 'another hub', valueHint: 'https://huggingface.co' },
    ...jsonArg,
  },
  run: async ({ args, data }) => (await import('./push.js')).push(data as CommandIo, { ...args }),
});

/** What is done with models and students. */
export const modelCommands = {
  eval: command(evaluate, [
    [
      'limbeck eval student test.csv --text body --label kind',
      'accuracy, F1, calibration, confusion',
    ],
  ]),
  export: command(exportCommand, [
    [
      'limbeck export --int8 --data dev.jsonl',
      'the latest run’s student, with an int8 file beside',
    ],
    ['limbeck export checkpoints --program program.ts', 'the student of the latest checkpoint'],
  ]),
  quantize: command(quantize, [
    ['limbeck quantize model.onnx --data dev.jsonl', 'int8, if accuracy stays'],
    ['limbeck quantize model.onnx --data dev.jsonl --bits 4', '4 bits, the same gate'],
  ]),
  inspect: command(inspect, [
    ['limbeck inspect model.onnx --sizes batch=1,tokens=64', 'operators, sizes, work, training'],
  ]),
  push: command(push, [
    ['HF_TOKEN=… limbeck push student me/spam', 'commits the folder to huggingface.co/me/spam'],
  ]),
};
