import { Rng } from '@limbeck/core';
import {
  confusion,
  reliability,
  type RunReport,
  surestMistakes,
  systemReport,
  topLabels,
} from '@limbeck/evaluators';

/** How a simulated run of {@link spamReport} differs from others. */
export interface SpamRun {
  /** How far apart the student's scores of the two classes lie. @defaultValue 2.4 */
  readonly skill?: number;
  /** How many test items there are. @defaultValue 400 */
  readonly items?: number;
  /** The number of the first item: items are named by their numbers. @defaultValue 0 */
  readonly from?: number;
  /** Whether the answers are kept item by item. @defaultValue true */
  readonly keepsAnswers?: boolean;
}

const classes = ['ham', 'spam'];

/** A report of two systems on mails, made of simulated answers: realistic in shape, and no result of anything. */
export function spamReport(run: SpamRun = {}): RunReport {
  const { skill = 2.4, items = 400, from = 0, keepsAnswers = true } = run;
  const numbers = Array.from({ length: items }, (_, i) => from + i);
  // Each item has draws of its own, so that every run meets the same items.
  const drawn = (name: string, item: number) => Rng.from(7).stream(`${name} ${item}`);
  const labels = numbers.map((item) => (drawn('label', item).uniform() < 0.3 ? 1 : 0));
  const answer = (name: string, apart: number) => {
    const probabilities = new Float32Array(2 * items);
    numbers.forEach((item, i) => {
      const ease = drawn('ease', item).normal(apart, 1.3) + drawn(name, item).normal(0, 0.5);
      const right = 1 / (1 + Math.exp(-ease));
      probabilities[2 * i + labels[i]!] = right;
      probabilities[2 * i + 1 - labels[i]!] = 1 - right;
    });
    return { probabilities, classes: 2 };
  };
  const teacher = answer('teacher', 3);
  const student = [1, 2].map((seed) => answer(`student ${seed} ${skill}`, skill));
  const systems = [
    {
      ...systemReport({ name: 'teacher', role: 'teacher', runs: [teacher] }, labels),
      sizeBytes: 4_200_000,
      latencyMs: { p50: 1.31, p95: 2.2 },
    },
    {
      ...systemReport(
        { name: 'conv student', role: 'student', runs: student, teacher, seeds: [1, 2] },
        labels,
      ),
      sizeBytes: 212_000,
      gzipBytes: 187_000,
      parameters: 52_112,
      latencyMs: { p50: 0.21, p95: 0.4 },
      metrics: { 'spam found at 99% precision': 0.81 },
    },
  ];
  const text = (item: number, label: number): string =>
    label === 1 ? spamTexts[item % spamTexts.length]! : hamTexts[item % hamTexts.length]!;
  return {
    formatVersion: 1,
    name: 'mails',
    title: 'Is this mail spam?',
    summary: 'A student of 52,112 weights reads subject and body. Simulated to test the page.',
    finishedAt: '2026-11-30T09:12:00.000Z',
    seeds: [1, 2],
    dataset: {
      name: 'simulated mails',
      rows: 2000,
      sha256: '77'.repeat(32),
      classes,
      splits: [
        { name: 'train', rows: 1400 },
        { name: 'validation', rows: 200 },
        { name: 'test', rows: items },
      ],
      license: 'pddl',
      source: 'made up for a test',
    },
    systems,
    slices: ['short', 'long'].flatMap((value, s) => {
      const own = labels.map((_, i) => i).filter((i) => i % 2 === s);
      const answers = topLabels(student[0]!, 'spamReport');
      const right = own.filter((i) => answers[i] === labels[i]).length / own.length;
      return [
        {
          by: 'length',
          value,
          system: 'conv student',
          accuracy: {
            value: right,
            low: Math.max(0, right - 0.04),
            high: Math.min(1, right + 0.04),
          },
          n: own.length,
        },
      ];
    }),
    comparisons: [],
    teacher: { id: 'wide-ngram@2b', asked: 1400, cached: 0, costUsd: 0, seconds: 3.1 },
    stages: [
      { name: 'read', seconds: 0.6 },
      { name: 'teacher', seconds: 9.2 },
      { name: 'students', seconds: 31.5 },
      { name: 'export', seconds: 1.9 },
    ],
    curves: [
      {
        system: 'conv student',
        points: Array.from({ length: 30 }, (_, i) => ({
          step: 20 * (i + 1),
          values: {
            loss: 0.12 + 0.6 * Math.exp(-i / 6),
            softTargets: 0.1 + 0.5 * Math.exp(-i / 5),
            'validation accuracy': 0.95 - 0.3 * Math.exp(-i / 5),
          },
        })),
      },
    ],
    confusion: [{ system: 'conv student', classes, ...confusion(student[0]!, labels) }],
    reliability: [
      {
        system: 'conv student',
        ece: systems[1]!.ece!,
        bins: reliability(student[0]!, labels),
      },
    ],
    riskCoverage: [['teacher', teacher] as const, ['conv student', student[0]!] as const].map(
      ([system, { probabilities }]) => {
        const sure = labels
          .map((label, i) => {
            const row = probabilities.subarray(2 * i, 2 * i + 2);
            return { top: Math.max(...row), wrong: row[label]! < 0.5 ? 1 : 0 };
          })
          .sort((a, b) => b.top - a.top);
        let wrong = 0;
        const points = sure.map((one, i) => {
          wrong += one.wrong;
          return { coverage: (i + 1) / items, risk: wrong / (i + 1) };
        });
        return {
          system,
          points: points.filter((_, i) => (i + 1) % 4 === 0),
          area: points.reduce((sum, { risk }) => sum + risk, 0) / items,
        };
      },
    ),
    mistakes: surestMistakes(student[0]!, labels, { limit: 8 }).map((one) => ({
      text: text(one.item, one.label),
      label: classes[one.label]!,
      predicted: classes[one.predicted]!,
      probability: one.probability,
      source: `mails.csv, row ${one.item + 2}`,
    })),
    labelErrors: [3, 8, 21].map((item, i) => ({
      text: text(item, i % 2),
      label: classes[1 - (i % 2)]!,
      suggested: classes[i % 2]!,
      probability: 0.99 - i / 50,
      source: `mails.csv, row ${item + 2}`,
    })),
    labelErrorsNote:
      'each training item was answered by a model that had not seen it, and gave its label a probability below 5%.',
    data: {
      records: 2231,
      bad: 14,
      badReasons: { 'no body': 11, 'kind is none of ham, spam': 3 },
      deadLetter: 'bad-records.jsonl',
      leftOut: { 'exact duplicate': 207, 'empty text': 10 },
      duplicates: { exact: 207, near: 41, note: 'Near ones were kept on one side of the split.' },
      leaks: [
        { between: ['train', 'test'], exact: 0, near: 0 },
        { between: ['train', 'validation'], exact: 0, near: 0 },
      ],
      labels: [
        { label: 'ham', rows: 1390, splits: { train: 973, validation: 140, test: 277 } },
        { label: 'spam', rows: 610, splits: { train: 427, validation: 60, test: 123 } },
      ],
      lengths: {
        unit: 'characters',
        quantiles: [0, 0.25, 0.5, 0.75, 0.95, 1].map((share, i) => ({
          share,
          value: [12, 410, 980, 2100, 8200, 91_000][i]!,
        })),
        cut: 312,
      },
      columns: { text: 'subject, body', label: 'kind' },
      language: ['en'],
    },
    ...(keepsAnswers
      ? {
          predictions: {
            set: 'test',
            items: numbers.map((item) => `item-${item}`),
            labels,
            systems: [
              { name: 'teacher', answers: [answersOf(teacher)] },
              { name: 'conv student', answers: student.map(answersOf) },
            ],
          },
        }
      : {}),
    student: {
      weightsSha256: 'ab'.repeat(32),
      parameters: 52_112,
      architecture: 'byte convolutions, 4 layers of 48',
      training: { steps: '600', temperature: '2' },
      files: [{ path: 'onnx/model.onnx', sizeBytes: 212_000, sha256: 'cd'.repeat(32) }],
      gate: [{ name: 'float32', passed: true, detail: 'largest difference 1.2e-7 on 256 probes' }],
    },
    machine: { cpu: 'simulated processor', cores: 2, node: 'v20.20.2', onnxruntime: '1.30.0' },
  };
}

function answersOf(predictions: {
  readonly probabilities: Float32Array;
  readonly classes: number;
}): number[] {
  return Array.from(topLabels(predictions, 'spamReport'));
}

const spamTexts = [
  'Subject: You have been chosen\n\nDear friend, our records show that a sum of money waits for you at the office of the lottery. To receive it without delay, answer this letter with your name, your address and the number of your account, and keep the matter to yourself until the transfer is done.',
  'Subject: mortgage rates fell again\n\nRates at a forty year low!!! No fee, no questions, approval in one minute. Click below. If you do not wish to hear from us, answer with REMOVE.',
  'Subject: re: your order\n\n<html><body><img src="http://tracker.example/x.gif">Cheap software, original discs, 80% off today only</body></html>',
];
const hamTexts = [
  'Subject: Re: lunch on Thursday\n\nThursday suits me better than Friday, and the place by the river has tables outside again. Shall we say half past twelve? I will bring the drawings, and you could bring the numbers of last month if they are ready by then.',
  'Subject: build broken since r4411\n\nThe tests of the parser fail on my machine since this morning:\n\n  expected 3 tokens, got 4\n\nDid anyone touch the lexer?',
  'Subject: newsletter, October\n\nDear members, the next meeting is on the 14th. Special offer: entry is free for those who bring a friend. The minutes of the last meeting are attached.',
];
