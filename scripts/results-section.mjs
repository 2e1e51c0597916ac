// The README's section of numbers, made from a run's report.json and from nothing else.
const results = 'examples/code-language/results';

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const count = (number) => number.toLocaleString('en-US');
const interval = ({ value, low, high }) =>
  `${percent(value)} (${percent(low)} to ${percent(high)})`;
const milliseconds = (ms) => (ms >= 10 ? ms.toFixed(0) : ms >= 0.1 ? ms.toFixed(2) : ms.toFixed(3));
const size = (bytes) =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
const orDash = (value, show) => (value === undefined ? '–' : show(value));

/** The table of systems and what goes with it. */
export function resultsSection(report, hasPicture = () => false) {
  const { systems, dataset, teacher, machine, stages = [], comparisons = [] } = report;
  const [{ n }] = systems;
  const lines = [
    report.headline ?? report.labelEfficiency?.sentence,
    '',
    '| system | role | accuracy (95% interval) | calibration error | p50 at batch 1 | size |',
    '|---|---|---|---|---|---|',
    ...systems.map(
      (system) =>
        `| ${system.name} | ${system.role} | ${interval(system.accuracy)} | ${orDash(system.ece, percent)} | ` +
        `${orDash(system.latencyMs, ({ p50 }) => `${milliseconds(p50)} ms`)} | ${orDash(system.sizeBytes, size)} |`,
    ),
    '',
    `Every system answered the same ${count(n)} test snippets in ${dataset.classes.length} languages, from packages that no ` +
      'training snippet comes from; intervals are by bootstrap over packages.',
  ];
  const headlines = comparisons.filter(({ metric, factors }) => metric === 'accuracy' && !factors);
  if (headlines.length > 0) {
    lines.push(
      '',
      '| compared on the same snippets | difference in points (95% interval) |',
      '|---|---|',
    );
    for (const { better, worse, difference, low, high } of headlines) {
      const points = (value) => (100 * value).toFixed(1);
      lines.push(
        `| ${better} − ${worse} | ${points(difference)} (${points(low)} to ${points(high)}) |`,
      );
    }
  }
  if (teacher) {
    lines.push(
      '',
      `The teacher was asked ${count(teacher.asked)} times and answered ${count(teacher.cached)} more from its store; ` +
        `it cost $${teacher.costUsd.toFixed(2)}.`,
    );
  }
  if (machine) {
    const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
    lines.push(
      '',
      `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node.replace(/^v/, '')}, onnxruntime ` +
        `${machine.onnxruntime}${seconds > 0 ? `; the run took ${Math.round(seconds)} s` : ''}. All of it, by language ` +
        `and length too: [report.json](${results}/report.json).`,
    );
  }
  for (const [picture, text] of [
    ['report.png', 'The top of the report page'],
    ['demo.png', 'The demo page: paste code, see its language'],
  ]) {
    if (hasPicture(picture)) lines.push('', `![${text}](${results}/${picture})`);
  }
  return lines.filter((line) => line !== undefined).join('\n');
}
