import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRunReport, type RunReport, runReportJson } from '@limbeck/evaluators';
import { percent, sizeText, timeText } from './table.js';

const example = fileURLToPath(new URL('..', import.meta.url));
const [begin, end] = ['<!-- results:begin -->', '<!-- results:end -->'];

/** Keeps a run's report as `results/<data>.json`, without others' texts, and builds the README's table of all of them. */
export async function record(name: string, report: RunReport, seconds: number): Promise<string> {
  const results = path.join(example, 'results');
  await mkdir(results, { recursive: true });
  const { mistakes: _m, labelErrors: _l, predictions: _p, ...kept } = report;
  const file = path.join(results, `${name}.json`);
  await writeFile(
    file,
    runReportJson({
      ...kept,
      command: `pnpm --filter your-own-labels start -- --data ${name}`,
      seconds,
    } as RunReport),
  );
  await writeReadme(results);
  return file;
}

/** Puts the recorded results between the README's marks. */
async function writeReadme(results: string): Promise<void> {
  const readme = path.join(example, 'README.md');
  const text = await readFile(readme, 'utf8');
  await writeFile(readme, await withResults(text, results));
}

/** A README with the recorded results of a folder between its marks. */
export async function withResults(
  readme: string,
  results = path.join(example, 'results'),
): Promise<string> {
  const names = (await readdir(results)).filter((name) => name.endsWith('.json')).sort();
  const reports = await Promise.all(
    names.map(async (name) =>
      parseRunReport(JSON.parse(await readFile(path.join(results, name), 'utf8'))),
    ),
  );
  const [before] = readme.split(begin);
  const [, after] = readme.split(end);
  return `${before}${begin}\n\n${reports.map(sectionOf).join('\n\n')}\n\n${end}${after}`;
}

/** One data set's results as Markdown. */
function sectionOf(report: RunReport): string {
  const { title, name, systems, dataset, headline, notes = [], data } = report;
  const split = (dataset.splits ?? []).map(
    (part) => `${part.name} ${part.rows.toLocaleString('en-US')}`,
  );
  const rows = systems.map(
    ({ name: system, role, accuracy, macroF1, ece, latencyMs, sizeBytes }) =>
      `| ${system} | ${role} | ${percent(accuracy.value)} (${percent(accuracy.low)} to ${percent(accuracy.high)}) | ${macroF1 === undefined ? '–' : percent(macroF1)} | ${ece === undefined ? '–' : percent(ece)} | ${timeText(latencyMs?.p50)} | ${sizeText(sizeBytes)} |`,
  );
  const left = notes.filter((note) => note.includes('left out') || note.includes('one seed'));
  const seconds = (report as RunReport & { readonly seconds?: number }).seconds;
  return [
    `### ${name}: ${title ?? ''}`,
    headline ?? '',
    [
      '| system | role | accuracy (95% interval) | macro-F1 | calibration error | p50 at batch 1 | size |',
      '|---|---|---|---|---|---|---|',
      ...rows,
    ].join('\n'),
    [
      `${split.join(', ')} texts; ${
        data === undefined
          ? ''
          : `${Object.values(data.leftOut ?? {})
              .reduce((a, b) => a + b, 0)
              .toLocaleString(
                'en-US',
              )} left out, ${(data.duplicates?.near ?? 0).toLocaleString('en-US')} pairs of near duplicates kept on one side.`
      }`,
      ...(seconds === undefined ? [] : [`The run took ${seconds.toFixed(0)} s.`]),
      ...left,
    ].join(' '),
  ].join('\n\n');
}
