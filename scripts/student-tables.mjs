// The tables of docs/choose-a-student.md, made from committed reports and from nothing else.
const percent = (share) => `${(100 * share).toFixed(1)}%`;
const milliseconds = (ms) =>
  `${ms >= 10 ? ms.toFixed(0) : ms >= 0.1 ? ms.toFixed(2) : ms.toFixed(3)} ms`;
const size = (bytes) =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
const orDash = (value, show) => (value === undefined ? '–' : show(value));

/** Roles that a choice is made between; controls and methods stand in the report itself. */
const shown = ['teacher', 'student', 'student-int8', 'label-only', 'baseline', 'peer'];

/** @param {readonly { file: string, report: object }[]} reports */
export function studentTables(reports) {
  return reports
    .map(({ file, report }) => {
      const { dataset, systems, machine } = report;
      const rows = systems
        .filter(({ role }) => shown.includes(role))
        .map(
          ({ name, role, accuracy, latencyMs, sizeBytes }) =>
            `| ${name} | ${role} | ${percent(accuracy.value)} (${percent(accuracy.low)} to ${percent(accuracy.high)}) | ` +
            `${orDash(latencyMs, ({ p50 }) => milliseconds(p50))} | ${orDash(sizeBytes, size)} |`,
        );
      const where = machine
        ? ` Measured on ${machine.cores} cores of ${machine.cpu} with Node ${machine.node.replace(/^v/, '')}.`
        : '';
      return [
        `**${report.title ?? report.name}**, ${dataset.classes.length} classes, ${systems[0].n.toLocaleString('en-US')} test texts:`,
        '',
        '| system | role | accuracy (95% interval) | p50 at batch 1 | size |',
        '|---|---|---|---|---|',
        ...rows,
        '',
        `All of it: [${file.split('/').slice(1).join('/')}](../${file}).${where}`,
      ].join('\n');
    })
    .join('\n\n');
}
