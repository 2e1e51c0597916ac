import { Rng, type Rows } from '@limbeck/core';
import {
  accuracy,
  compare,
  confusion,
  labelEfficiency,
  type ClassProbabilities,
  type Predictions,
  reliability,
  type Role,
  type RunReport,
  slices,
  surestMistakes,
  systemReport,
} from '@limbeck/evaluators';

const classes = [
  'c',
  'cpp',
  'csharp',
  'css',
  'dart',
  'elixir',
  'go',
  'haskell',
  'html',
  'java',
  'javascript',
  'kotlin',
  'less',
  'lua',
  'objective-c',
  'php',
  'python',
  'ruby',
  'rust',
  'scss',
  'swift',
  'typescript',
];
const families: { readonly [name: string]: readonly string[] } = {
  'CSS family': ['css', 'scss', 'less'],
  'JS family': ['javascript', 'typescript'],
  'C family': ['c', 'cpp', 'objective-c'],
};
const perClass = 40;

/** A report made of simulated answers: realistic in shape, and no result of anything. */
export function simulatedReport(): RunReport {
  const rng = Rng.from(2026);
  const labels = classes.flatMap((_, c) => Array.from({ length: perClass }, () => c));
  const groups = labels.map((label) => `package ${label}-${rng.integer(6)}`);
  const lengths = labels.map(
    () => ['1 to 3 lines', '4 to 8 lines', '9 to 20 lines'][rng.integer(3)]!,
  );
  const order = ['1 to 3 lines', '4 to 8 lines', '9 to 20 lines'];
  const hardness = labels.map((label, i) => {
    const alike = familyOf(label) === undefined ? 0 : 0.9;
    return rng.normal(0, 0.8) + alike - order.indexOf(lengths[i]!) * 0.6;
  });

  const answer = (name: string, skill: number): ClassProbabilities => {
    const own = rng.stream(name);
    const probabilities = new Float32Array(labels.length * classes.length);
    labels.forEach((label, i) => {
      const logits = classes.map((_, c) => {
        const near = familyOf(c) !== undefined && familyOf(c) === familyOf(label) ? 1.4 : 0;
        return own.normal(near, 1.15) + (c === label ? skill - 1.5 - hardness[i]! : 0);
      });
      const top = Math.max(...logits);
      const weights = logits.map((z) => Math.exp(1.3 * (z - top)));
      const sum = weights.reduce((a, b) => a + b, 0);
      weights.forEach((w, c) => (probabilities[i * classes.length + c] = w / sum));
    });
    return { probabilities, classes: classes.length };
  };
  const teacher = answer('teacher', 4.9);
  const silent = (predictions: ClassProbabilities): Predictions => ({
    labels: labels.map((_, i) => {
      if (i % 17 === 0) return -1;
      const row = predictions.probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      return row.indexOf(Math.max(...row));
    }),
    classes: classes.length,
  });
  const student = [1, 2, 3].map((seed) => answer(`student ${seed}`, 4.6));
  const defined: [string, Role, readonly Predictions[], object][] = [
    [
      'n-gram teacher',
      'teacher',
      [teacher],
      {
        sizeBytes: 8_412_000,
        latencyMs: { p50: 1.9, p95: 3.3 },
        parameters: 2_100_000,
        labels: 24_310,
      },
    ],
    [
      'distilled student',
      'student',
      student,
      {
        sizeBytes: 371_000,
        gzipBytes: 330_000,
        latencyMs: { p50: 0.084, p95: 0.131 },
        parameters: 92_214,
        labels: 486,
        note: 'teacher’s soft labels on all windows',
      },
    ],
    [
      'student, int8',
      'student-int8',
      student.map((p) => p),
      { sizeBytes: 103_400, gzipBytes: 88_000, latencyMs: { p50: 0.071, p95: 0.118 } },
    ],
    [
      '2% of the labels alone',
      'label-only',
      [1, 2, 3].map((s) => answer(`few ${s}`, 4.0)),
      { sizeBytes: 371_000, labels: 486 },
    ],
    [
      'all labels, no teacher',
      'student-all-labels',
      [1, 2, 3].map((s) => answer(`all ${s}`, 4.4)),
      { sizeBytes: 371_000, labels: 24_310 },
    ],
    [
      'shuffled teacher',
      'shuffled-teacher',
      [1, 2, 3].map((s) => answer(`shuffled ${s}`, 2.3)),
      { sizeBytes: 371_000 },
    ],
    [
      'teacher’s argmax',
      'method',
      [1, 2, 3].map((s) => answer(`argmax ${s}`, 4.3)),
      { sizeBytes: 371_000 },
    ],
    [
      'n-gram logistic regression',
      'baseline',
      [answer('logistic', 4.2)],
      { sizeBytes: 23_068_672, latencyMs: { p50: 0.22, p95: 0.41 } },
    ],
    [
      'highlight.js',
      'peer',
      [silent(answer('hljs', 2.2))],
      { sizeBytes: 1_020_000, latencyMs: { p50: 51, p95: 148 } },
    ],
    [
      'highlight.js, our languages',
      'peer',
      [silent(answer('hljs ours', 2.8))],
      { sizeBytes: 240_000, latencyMs: { p50: 2.9, p95: 8.2 } },
    ],
    [
      'VS Code’s model',
      'peer',
      [answer('vscode', 3.0)],
      { sizeBytes: 1_930_000, latencyMs: { p50: 23.2, p95: 29.8 } },
    ],
    [
      'VS Code’s model, our languages',
      'peer',
      [answer('vscode ours', 3.4)],
      { sizeBytes: 1_930_000, latencyMs: { p50: 23.1, p95: 29.9 } },
    ],
  ];
  const options = { clusters: groups, resamples: 400 };
  const systems = defined.map(([name, role, runs, more]) => ({
    ...systemReport(
      { name, role, runs, teacher, ...(runs.length > 1 ? { seeds: [1, 2, 3] } : {}) },
      labels,
      options,
    ),
    ...more,
  }));
  const rows = new Map<string, readonly Rows[]>(
    defined.map(([name, , runs]) => [name, runs.map((run) => accuracy().rows(run, labels))]),
  );
  const versus = (better: string, worse: string) =>
    compare(
      accuracy(),
      { name: better, rows: rows.get(better)! },
      { name: worse, rows: rows.get(worse)! },
      options,
    );
  const traits: [string, (string | undefined)[]][] = [
    ['language', labels.map((label) => classes[label])],
    ['family', labels.map((label) => familyOf(label))],
    ['window length', lengths],
  ];
  const sliced = ['n-gram teacher', 'distilled student', '2% of the labels alone'];
  const value = (name: string): number => systems.find((s) => s.name === name)!.accuracy.value;
  const shares = [0.02, 0.05, 0.1, 0.25, 0.5, 1];
  const [low, high] = [value('2% of the labels alone'), value('all labels, no teacher')];
  const points = shares.map((share, i) => {
    const at = low + (high - low) * (1 - (1 - i / 5) ** 1.6);
    return {
      labels: Math.round(24_310 * share),
      share,
      accuracy: { value: at, low: at - 0.022, high: at + 0.02 },
    };
  });
  const distilled = systems.find((s) => s.name === 'distilled student')!.accuracy;
  const efficiency = labelEfficiency(
    points.map((p) => ({ labels: p.labels, accuracy: p.accuracy.value })),
    distilled.value,
    486,
  );

  return {
    formatVersion: 1,
    name: 'code-language-simulated',
    title: 'Which language is this snippet?',
    summary:
      'A student of 92,214 weights names the programming language of 1 to 20 lines of code. These numbers are simulated to test the page.',
    headline: efficiency.sentence,
    command: 'npm start',
    finishedAt: '2026-11-25T15:04:00.000Z',
    seeds: [1, 2, 3],
    dataset: {
      name: 'npm-sources',
      rows: 33_400,
      sha256: '9f2c7a1be04d55c1f3a9d1f4b7e2680cbb7a9a2fe3e7a8c0d1b2c3d4e5f60718',
      classes,
      splits: [
        { name: 'train', rows: 24_310, groups: 214 },
        { name: 'validation', rows: 2_480, groups: 41 },
        { name: 'test', rows: 6_610, groups: 96 },
      ],
      license: 'as each package states',
      source: 'sources of packages on npm, by an exact list',
      note: 'Exact and near duplicates lie on one side; the split is by package.',
    },
    systems,
    sets: [
      {
        set: 'all test windows',
        system: 'distilled student',
        accuracy: { value: 0.812, low: 0.79, high: 0.833 },
        macroF1: 0.801,
        ece: 0.031,
        n: 6610,
      },
      {
        set: 'other ecosystems',
        system: 'distilled student',
        accuracy: { value: 0.797, low: 0.771, high: 0.82 },
        macroF1: 0.78,
        ece: 0.042,
        n: 4400,
      },
    ],
    slices: traits.flatMap(([by, values]) =>
      sliced.flatMap((system) => {
        const found = slices(rows.get(system)!, { by, values, system, ...options });
        return by === 'window length'
          ? found.toSorted((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
          : found;
      }),
    ),
    comparisons: [
      versus('distilled student', '2% of the labels alone'),
      versus('distilled student', 'all labels, no teacher'),
      versus('distilled student', 'n-gram teacher'),
      versus('shuffled teacher', '2% of the labels alone'),
      versus('distilled student', 'VS Code’s model, our languages'),
    ],
    teacher: { id: 'ngram-262144@4c1e9b', asked: 24_310, cached: 0, costUsd: 0, seconds: 9.4 },
    stages: [
      ['corpus', 18.2],
      ['split', 2.1],
      ['teacher', 41.7],
      ['label', 9.4],
      ['choose', 33.0],
      ['train students', 64.1],
      ['export and gate', 4.8],
      ['evaluate', 12.4],
      ['peers', 21.6],
      ['latency', 8.9],
    ].map(([name, seconds], i) => ({
      name: name as string,
      seconds: seconds as number,
      cached: name === 'corpus',
      peakRssBytes: 4e8 + i * 9e7,
    })),
    curves: [1, 2, 3].map((seed) => ({
      system: `distilled student, seed ${seed}`,
      points: Array.from({ length: 40 }, (_, i) => ({
        step: (i + 1) * 60,
        values: {
          loss: 0.4 + 2.4 * Math.exp(-i / 8) + rng.normal(0, 0.02),
          'validation accuracy': 0.81 - 0.6 * Math.exp(-i / 6) + rng.normal(0, 0.005),
        },
      })),
    })),
    labelEfficiency: {
      points,
      distilled: { labels: 486, accuracy: distilled },
      equivalentLabels: efficiency.equivalentLabels,
      sentence: efficiency.sentence,
    },
    confusion: [{ system: 'distilled student', classes, ...confusion(student[0]!, labels) }],
    reliability: (
      [
        ['n-gram teacher', teacher],
        ['distilled student', student[0]!],
        ['VS Code’s model', answer('vscode', 3.0)],
      ] as const
    ).map(([system, predictions]) => ({
      system,
      ece: systems.find((s) => s.name === system)!.ece!,
      bins: reliability(predictions, labels),
    })),
    mistakes: surestMistakes(student[0]!, labels, { limit: 14 }).map(
      ({ item, label, predicted, probability }, i) => ({
        text: snippets[i % snippets.length]!,
        label: classes[label]!,
        predicted: classes[predicted]!,
        probability,
        teacher: classes[i % 3 === 0 ? predicted : label]!,
        source: `${groups[item]!}/src/file-${item}.txt`,
      }),
    ),
    labelMapping: [
      {
        system: 'highlight.js',
        entries: [
          { from: 'objectivec', to: 'objective-c' },
          { from: 'xml', to: 'html' },
          { from: 'typescript', to: 'typescript' },
          { from: 'abnf', to: null },
        ],
        unknown: [],
      },
      {
        system: 'VS Code’s model',
        entries: [
          { from: 'cs', to: 'csharp' },
          { from: 'kt', to: 'kotlin' },
        ],
        unknown: ['less'],
      },
    ],
    student: {
      weightsSha256: '4c1e9b0f6a7d2e3c5b8a9f1d0e2c4b6a8d7f9e1c3b5a7d9f0e2c4b6a8d7f9e1c',
      parameters: 92_214,
      architecture:
        'hashed byte n-grams of 1 to 4 into 4,096 buckets, 22 wide, one hidden layer of 64',
      training: { epochs: '12', temperature: '2', optimiser: 'AdamW, 3e-3, cosine' },
      files: [
        {
          path: 'onnx/model.onnx',
          sizeBytes: 371_000,
          gzipBytes: 330_000,
          sha256: 'a1'.repeat(32),
        },
        {
          path: 'onnx/model_quantized.onnx',
          sizeBytes: 103_400,
          gzipBytes: 88_000,
          sha256: 'b2'.repeat(32),
        },
        { path: 'config.json', sizeBytes: 912, sha256: 'c3'.repeat(32) },
      ],
      gate: [
        {
          name: 'float32',
          passed: true,
          detail: 'largest difference 2.4e-7 over 256 probes at batch 1 and 32',
        },
        {
          name: 'int8',
          passed: true,
          detail: 'accuracy drop 0.1 points, upper bound 0.4, on 6,610 rows',
        },
      ],
      canary: 'passed',
    },
    machine: { cpu: 'simulated processor', cores: 2, node: 'v20.20.2', onnxruntime: '1.30.0' },
    versions: { '@limbeck/train': '0.1.0' },
    notes: ['Every number on this page is simulated.'],
  };
}

/** A report with nothing but what the format demands. */
export function smallestReport(): RunReport {
  return {
    formatVersion: 1,
    name: 'smallest',
    finishedAt: '2026-11-25T15:04:00.000Z',
    seeds: [0],
    dataset: { name: 'none', rows: 2, classes: ['a', 'b'] },
    systems: [
      { name: 'student', role: 'student', accuracy: { value: 0.5, low: 0, high: 1 }, n: 2 },
    ],
    slices: [],
    comparisons: [],
    stages: [{ name: 'train', seconds: 1 }],
  };
}

function familyOf(label: number): string | undefined {
  return Object.keys(families).find((name) => families[name]!.includes(classes[label]!));
}

const snippets = [
  'export const add = (a, b) => a + b;\n\n/** Adds. */\nexport default function sum(...all) {\n  return all.reduce(add, 0);\n}',
  '.card {\n  color: $ink;\n  &:hover { color: darken($ink, 10%); }\n}',
  '<script>alert("x")</script>\n<p class="a">1 < 2 && 3 > 2</p>',
  '#include <stdio.h>\n\nint main(void) {\n\tprintf("%d\\n", 42);\n\treturn 0;\n}',
  'def f(x): return x',
  '@interface Counter : NSObject\n@property (nonatomic) NSInteger aVeryLongPropertyNameThatDoesNotFitIntoTheCardAndScrolls;\n@end',
];
