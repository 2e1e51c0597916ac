import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isLimbeckError, type JsonObject, LimbeckError } from '@limbeck/core';
import { parseRunReport, type RunReport } from '@limbeck/evaluators';
import { peakRssBytes } from '@limbeck/evaluators/node';
import type { StageTable } from '@limbeck/pipeline';
import { runPipeline } from '@limbeck/pipeline/node';
import { loadStudent } from '@limbeck/predict/node';
import { writeReport } from '@limbeck/report/node';
import { joinText } from './clean.js';
import { Lab } from './lab.js';
import type { Distilled, DistilOptions } from './options.js';
import { distilPipeline } from './pipeline.js';
import { type Settled, settle } from './settle.js';
import { typedStudent } from './typed-student.js';
import { withCharts } from '../with-charts.js';

/** What {@link distil} does, with its modules loaded. */
export async function runDistil(options: DistilOptions): Promise<Distilled<string, string>> {
  const settled = await settle(options);
  const { logger, onEvent, abortSignal, folder: root } = options;
  const lab = new Lab(onEvent);
  let run: StageTable & {
    readonly folder: string;
    readonly folders: { readonly [step: string]: string };
  };
  try {
    run = await runPipeline({
      ...distilPipeline(lab, settled, options),
      ...(root === undefined ? {} : { root }),
      ...(logger === undefined ? {} : { logger }),
      ...(onEvent === undefined ? {} : { onEvent }),
      ...(abortSignal === undefined ? {} : { abortSignal }),
      resumeWith: 'the same call',
    });
  } catch (error) {
    throw known(error);
  } finally {
    await lab.dispose();
  }
  const report = await finish(run, settled, options);
  const folder = path.join(run.folder, 'student');
  const student = typedStudent(await loadStudent(folder), {
    field: settled.columns.label,
    folder,
    textOf: (record) => {
      const text = joinText(record, settled.columns.text);
      if (typeof text === 'string' && settled.columns.text.some((column) => column in record)) {
        return text;
      }
      throw new LimbeckError('invalid-data', {
        where: 'predict',
        given: `a record with the columns ${Object.keys(record).join(', ') || '(none)'}`,
        expected: `a text, or a record with ${settled.columns.text.join(', ')}`,
        next: 'Pass the text itself, or name its columns as in the data.',
      });
    },
  });
  return { student, report, folder: run.folder };
}

/** What a step refused is told as it is: which step it was matters little to who passed the data. */
function known(error: unknown): unknown {
  if (!isLimbeckError(error, 'step-failed')) return error;
  return isLimbeckError(error.cause) ? error.cause : error;
}

/** Writes the report and the cards, unless an earlier call of the same run has. */
async function finish(
  run: StageTable & {
    readonly folder: string;
    readonly folders: { readonly [step: string]: string };
  },
  settled: Settled,
  options: DistilOptions,
): Promise<RunReport> {
  const { folder, folders, stages, otherSeconds } = run;
  const fresh = stages.some(({ step, state }) => step === 'report' && state !== 'cached');
  const known = fresh ? undefined : await readReport(path.join(folder, 'report.json'));
  if (known !== undefined) return known;
  const text = await readFile(path.join(folders['report']!, 'report.json'), 'utf8');
  const rows = stages.map(({ step, seconds, state }) => ({
    name: step,
    seconds,
    cached: state === 'cached',
  }));
  const report: RunReport = {
    ...(JSON.parse(text) as Omit<RunReport, 'stages'>),
    stages: [...rows, { name: 'other', seconds: otherSeconds, peakRssBytes: peakRssBytes() }],
  };
  const { about } = options;
  await withCharts(
    (line) => options.logger?.warn(line),
    async (charts) =>
      writeReport(folder, report, {
        charts,
        card: {
          pipelineTag: 'text-classification',
          ...(about?.language === undefined ? {} : { language: about.language }),
          intendedUse: `Naming the ${settled.columns.label} of texts like those in the data.`,
          usage: [
            "import { loadStudent } from '@limbeck/predict/node';",
            "const student = await loadStudent('student');",
            "console.log((await student.predict(['…']))[0]?.label);",
          ].join('\n'),
        },
      }),
  );
  return report;
}

async function readReport(file: string): Promise<RunReport | undefined> {
  try {
    return parseRunReport(JSON.parse(await readFile(file, 'utf8')) as JsonObject);
  } catch {
    // A kill while the pages were written: the step's own file has all that they are made of.
    await rm(file, { force: true });
    return undefined;
  }
}
