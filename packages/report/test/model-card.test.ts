import type { RunReport } from '@limbeck/evaluators';
import { modelCard } from '@limbeck/report';
import { describe, expect, test } from 'vitest';
import { simulatedReport, smallestReport } from './fixture.js';

const card = modelCard(simulatedReport(), {
  license: 'mit',
  tags: ['code', 'onnx'],
  limits: ['Snippets of several languages get one answer.'],
  usage: "const student = await loadStudent('student');",
});

/** The lines between the first two rules of dashes. */
function frontMatter(text: string): string[] {
  const lines = text.split('\n');
  expect(lines[0]).toBe('---');
  return lines.slice(1, lines.indexOf('---', 1));
}

describe('modelCard', () => {
  test('opens with the metadata that the hub reads', () => {
    expect(frontMatter(card)).toEqual([
      'license: "mit"',
      'library_name: transformers.js',
      'pipeline_tag: "text-classification"',
      'tags:',
      '- "distillation"',
      '- "limbeck"',
      '- "onnx"',
      '- "code"',
      'metrics:',
      '- accuracy',
      '- f1',
      '- brier_score',
      'model-index:',
      '- name: "code-language-simulated"',
      '  results:',
      '  - task:',
      '      type: "text-classification"',
      '    dataset:',
      '      name: "npm-sources"',
      '      type: "npm-sources"',
      '    metrics:',
      expect.stringMatching(/^ {4}- type: accuracy$/u),
      expect.stringMatching(/^ {6}value: 0\.8\d+$/u),
      '    - type: f1',
      expect.stringMatching(/^ {6}value: 0\.8\d+$/u),
      '    - type: brier_score',
      expect.stringMatching(/^ {6}value: 0\.\d+$/u),
    ]);
  });

  test.each([
    ['the hash of the weights', 'sha256 of the weights: `4c1e9b0f'],
    ['seeds', '- Seeds: 1, 2, 3'],
    ['the teacher and what it was asked', '- Teacher: ngram-262144@4c1e9b, asked 24,310 times'],
    ['the controls', '- 2% of the labels alone (scarce labels alone): 7'],
    ['the paired comparisons', 'In accuracy, distilled student is '],
    ['the weakest slices', '- It is weakest on window length 1 to 3 lines ('],
    ['the second test set', '- On other ecosystems it reaches 79.7%'],
    ['limits that its makers add', '- Snippets of several languages get one answer.'],
    ['the gate', '- int8 passed: accuracy drop 0.1 points'],
    ['the alignment check', '- Alignment check of the targets: passed'],
    ['the command', '- Command: `npm start`'],
    ['its use', "```ts\nconst student = await loadStudent('student');\n```"],
  ])('says %s', (_name, text) => {
    expect(card).toContain(text);
  });

  test('says what is not known of a run without controls, teacher or files', () => {
    const small = modelCard(smallestReport());
    expect(small).toContain('No control was run: what the teacher was good for is not known.');
    expect(small).toContain('- Teacher: none');
    expect(small).not.toContain('license:');
    expect(small).not.toContain('undefined');
    expect(small).not.toContain('NaN');
  });

  test('names no weakest slice where no answer was wrong', () => {
    const report = simulatedReport();
    const slices = report.slices.map((slice) => ({
      ...slice,
      accuracy: { value: 1, low: 1, high: 1 },
    }));
    expect(modelCard({ ...report, slices })).not.toContain('It is weakest');
  });

  test('gives the hub no results of a run without a student', () => {
    const none = modelCard({ ...smallestReport(), systems: [] });
    const metadata = none.slice(0, none.indexOf('\n---', 4));
    expect(metadata).toContain('pipeline_tag:');
    expect(metadata).not.toMatch(/^(?:metrics|model-index):/mu);
  });

  test('tells the teacher’s terms', () => {
    const base = simulatedReport();
    const report = {
      ...base,
      teacher: { ...base.teacher!, terms: 'no competing models; overridden' },
    };
    expect(modelCard(report)).toContain('- Teacher’s terms: no competing models; overridden');
  });

  test('lets no text become markup or end the front matter', () => {
    const evil = 'x\n---\n# <b>|`[y](z)';
    const base = smallestReport();
    const report: RunReport = {
      ...base,
      name: evil,
      title: evil,
      systems: [{ ...base.systems[0]!, name: evil }],
      dataset: { ...base.dataset, name: evil },
    };
    const text = modelCard(report, { usage: '```\nescape\n```' });
    expect(frontMatter(text)).toContain(`- name: ${JSON.stringify(evil)}`);
    expect(text).toContain('# x --- \\# \\<b\\>\\|\\`\\[y\\](z)');
    expect(text.split('\n').filter((l) => l === '---')).toHaveLength(2);
    expect(text).toContain('````ts\n```\nescape\n```\n````');
  });

  test('refuses what is no report', () => {
    expect(() => modelCard({} as RunReport)).toThrow(
      expect.objectContaining({ code: 'invalid-data' }),
    );
  });
});
