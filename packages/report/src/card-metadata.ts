import type { RunReport } from '@limbeck/evaluators';
import { licenseLines, yaml } from './markdown.js';
import type { ModelCardOptions } from './model-card.js';
import { studentOf } from './pick-systems.js';

/** The front matter that the Hugging Face hub reads, with the student's results as a model index. */
export function cardMetadata(report: RunReport, options: ModelCardOptions): string {
  const { license, tags = [], language = [], pipelineTag = 'text-classification' } = options;
  const student = studentOf(report);
  const metrics: [type: string, value: number | undefined][] = [
    ['accuracy', student?.accuracy.value],
    ['f1', student?.macroF1],
    ['brier_score', student?.brier],
  ];
  const measured = metrics.filter(([, value]) => value !== undefined);
  const lines = [
    '---',
    ...licenseLines(license),
    ...(language.length === 0 ? [] : ['language:', ...language.map((code) => `- ${yaml(code)}`)]),
    'library_name: transformers.js',
    `pipeline_tag: ${yaml(pipelineTag)}`,
    'tags:',
    ...cardTags(tags).map((tag) => `- ${yaml(tag)}`),
    // A list of nothing is no list to the hub.
    ...(measured.length === 0
      ? []
      : [
          'metrics:',
          ...measured.map(([type]) => `- ${type}`),
          'model-index:',
          `- name: ${yaml(report.name)}`,
          '  results:',
          '  - task:',
          `      type: ${yaml(pipelineTag)}`,
          '    dataset:',
          `      name: ${yaml(report.dataset.name)}`,
          `      type: ${yaml(report.dataset.name)}`,
          '    metrics:',
          ...measured.flatMap(([type, value]) => [
            `    - type: ${type}`,
            `      value: ${Number(value!.toFixed(4))}`,
          ]),
        ]),
    '---',
  ];
  return lines.join('\n');
}

/** Tags that always hold, then those of the options. */
export function cardTags(more: readonly string[]): string[] {
  return [...new Set(['distillation', 'limbeck', 'onnx', ...more])];
}
