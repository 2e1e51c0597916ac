import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RunReport } from '@limbeck/evaluators';
import { peakRssBytes } from '@limbeck/evaluators/node';
import { formatStages, type StageTable } from '@limbeck/pipeline';
import { writeReport } from '@limbeck/report/node';
import { writeDemo } from './demo/index.js';
import { record } from './record.js';
import { stageRows } from './report/build-report.js';
import { systemTable } from './report/table.js';

/** A run that has ended. */
export interface EndedRun extends StageTable {
  readonly folder: string;
  readonly folders: { readonly [step: string]: string };
}

const usage = `import { loadStudent } from '@limbeck/predict/node';
const student = await loadStudent('FOLDER');
console.log((await student.predict(['const x: number = 1;']))[0]?.label);`;

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Writes the report, the model card and the page to try, unless the last run wrote them; then prints what came out. */
export async function finish(run: EndedRun, options: { readonly record: boolean }): Promise<void> {
  const started = performance.now();
  const { folder, folders, stages, otherSeconds } = run;
  const pages = ['report.json', 'report.html', 'model-card.md', 'demo.html'];
  const there = (await Promise.all(pages.map((page) => exists(path.join(folder, page))))).every(
    Boolean,
  );
  const fresh = stages.some(({ step, state }) => step === 'report' && state !== 'cached');
  const student = path.join(folder, 'student');
  if (fresh || !there) {
    const kept = await readFile(path.join(folders['report']!, 'report.json'), 'utf8');
    const rows = stageRows(stages, otherSeconds);
    const last = rows.at(-1)!;
    const report = {
      ...(JSON.parse(kept) as Omit<RunReport, 'stages'>),
      stages: [...rows.slice(0, -1), { ...last, peakRssBytes: peakRssBytes() }],
    };
    await writeReport(folder, report, {
      card: {
        license: 'mit',
        tags: ['code', 'language-identification'],
        pipelineTag: 'text-classification',
        intendedUse:
          'Naming the language of a snippet of 1 to 20 lines in chats, paste bins and editors.',
        limits: [
          'It knows the languages listed above and no others: text of another kind still gets one of these names.',
        ],
        usage: usage.replace('FOLDER', 'student'),
      },
    });
    await writeDemo(path.join(folder, 'demo.html'), { studentFolder: student });
  }
  const report = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as RunReport;
  const pagesSeconds = (performance.now() - started) / 1000;
  console.log(`\n${systemTable(report)}\n`);
  console.log(report.headline ?? '');
  const { teacher } = report;
  const cached = stages.some(({ step, state }) => step === 'label' && state === 'cached');
  if (teacher !== undefined) {
    const [asked, known] = cached
      ? [0, teacher.asked + teacher.cached]
      : [teacher.asked, teacher.cached];
    console.log(
      `teacher: asked ${asked}, cached ${known}, ${(cached ? 0 : teacher.seconds).toFixed(1)} s`,
    );
  }
  const table = {
    stages: [
      ...stages,
      {
        step: 'pages',
        seconds: pagesSeconds,
        state: fresh || !there ? 'fresh' : 'cached',
        why: [],
      },
    ],
    otherSeconds,
    seconds: run.seconds + pagesSeconds,
  } as const;
  console.log(`\n${formatStages(table)}\npeak memory ${Math.round(peakRssBytes() / 2 ** 20)} MB\n`);
  const show = (file: string): string => path.relative(process.cwd(), path.join(folder, file));
  console.log(
    `report  ${show('report.html')}\ncard    ${show('model-card.md')}\ntry it  ${show('demo.html')}\nstudent ${show('student')}\n`,
  );
  console.log(usage.replace('FOLDER', path.relative(process.cwd(), student).replaceAll('\\', '/')));
  if (options.record) {
    console.log(`\nrecorded in ${path.relative(process.cwd(), await record(folder))}`);
  }
}
