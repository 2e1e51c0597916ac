import type { ExperimentResult, ExperimentSystem } from '@limbeck/evaluators';

const mean = (values: readonly number[] | undefined): number =>
  values === undefined ? NaN : values.reduce((a, b) => a + b, 0) / values.length;

const points = (share: number): string => (share * 100).toFixed(1);

function row({ name, values, seconds, sizeBytes = 0 }: ExperimentSystem): string {
  const seeds = values['accuracy'] ?? [];
  const range =
    seeds.length > 1 ? `${points(Math.min(...seeds))} to ${points(Math.max(...seeds))}` : '–';
  const gap = values['mergedGap'];
  const cells = [
    name,
    `${points(mean(seeds))}%`,
    range,
    mean(values['learnt']).toLocaleString('en'),
    gap === undefined ? '–' : Math.max(...gap).toExponential(1),
    `${seconds.toFixed(0)} s`,
    `${(sizeBytes / 1e6).toFixed(1)} MB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** One row a system, as a Markdown table. */
export function systemLines({ systems }: ExperimentResult): string[] {
  return [
    '| system | accuracy | of the seeds | numbers learnt | merged, not merged: apart by | all seeds | file |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...systems.map(row),
  ];
}

/** The page of an area from its results' files. */
export function resultsPage(results: readonly ExperimentResult[]): string {
  const parts = results.map((result) => {
    const { experiment, claim, command, reproduced, note, machine, finishedAt } = result;
    return [
      `## ${experiment}`,
      '',
      claim,
      '',
      `**${reproduced ? 'Reproduced' : 'Not reproduced'}**: gains by the lower ends of 95% intervals over rows and seeds, the one point by the mean difference.`,
      '',
      ...systemLines(result),
      '',
      ...result.comparisons.map(
        ({ better, worse, difference, low, high }) =>
          `- ${better} against ${worse}: ${points(difference)} points (${points(low)} to ${points(high)}).`,
      ),
      '',
      ...(note === undefined ? [] : [note, '']),
      `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}, ${finishedAt.slice(0, 10)}. Again: \`${command}\``,
      '',
    ].join('\n');
  });
  return `# Fine-tuning: results\n\nWritten by \`pnpm --filter bench-finetune results\` from the files in \`results/\`.\n\n${parts.join('\n')}`;
}
