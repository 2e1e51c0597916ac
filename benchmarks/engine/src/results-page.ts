import { type ExperimentResult, type ExperimentSystem, quantile } from '@limbeck/evaluators';

const median = (values: readonly number[] | undefined): number | undefined =>
  values === undefined || values.length === 0 ? undefined : quantile(values, 0.5);

const show = (value: number | undefined, digits: number, unit = ''): string =>
  value === undefined ? '–' : `${value.toFixed(digits)}${unit}`;

const columns: readonly {
  readonly title: string;
  readonly cell: (system: ExperimentSystem) => string;
}[] = [
  { title: 'system', cell: ({ name, factors }) => `${name} ${factors['version'] ?? ''}`.trim() },
  { title: 'runs on', cell: ({ factors }) => factors['runsOn'] ?? '–' },
  { title: 'embedding', cell: ({ factors }) => factors['embedding'] ?? '–' },
  { title: 'change', cell: ({ factors }) => factors['change'] ?? '–' },
  { title: 'nodes', cell: ({ factors }) => factors['nodes'] ?? '–' },
  { title: 'ms a step', cell: ({ values }) => show(median(values['stepMs']), 0) },
  { title: 'CPU s a step', cell: ({ values }) => show(median(values['cpuSeconds']), 2) },
  { title: 'peak MB', cell: ({ values }) => show(median(values['peakRssMb']), 0) },
  { title: 'GFLOP', cell: ({ values }) => show(median(values['gflop']), 1) },
  { title: 'GFLOP/s', cell: ({ values }) => show(median(values['gflops']), 1) },
  {
    title: 'of the ceiling',
    cell: ({ values }) => {
      const share = median(values['shareOfCeiling']);
      return share === undefined ? '–' : `${(share * 100).toFixed(0)}%`;
    },
  },
  { title: 'times Limbeck', cell: ({ values }) => show(median(values['timesLimbeck']), 1, '×') },
];

/** One row a system, as a Markdown table: medians over the rounds. */
export function systemLines({ systems }: ExperimentResult): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  // What no system of an experiment has is no column of its table.
  const used = columns.filter(({ cell }) => systems.some((system) => cell(system) !== '–'));
  return [
    row(used.map(({ title }) => title)),
    row(used.map(() => '---')),
    ...systems.map((system) => row(used.map(({ cell }) => cell(system)))),
  ];
}

/** The page of an area from its results' files. */
export function resultsPage(results: readonly ExperimentResult[]): string {
  const parts = results.map((result) => {
    const { experiment, claim, command, reproduced, note, machine, finishedAt } = result;
    const differences = result.comparisons.map(
      ({ better, worse, difference, low, high }) =>
        `- ${better}: ${difference.toFixed(0)} ms a step less than ${worse} (95% interval ${low.toFixed(0)} to ${high.toFixed(0)}).`,
    );
    return [
      `## ${experiment}`,
      '',
      claim,
      '',
      `**${reproduced ? 'Reproduced' : 'Not reproduced'}** by the lower ends of 95% intervals. Medians over the rounds:`,
      '',
      ...systemLines(result),
      '',
      ...differences,
      '',
      ...(note === undefined ? [] : [note, '']),
      `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}, ${finishedAt.slice(0, 10)}. Again: \`${command}\``,
      '',
    ].join('\n');
  });
  return `# Engine: results\n\nWritten by \`pnpm --filter bench-engine results\` from the files in \`results/\`.\n\n${parts.join('\n')}`;
}
