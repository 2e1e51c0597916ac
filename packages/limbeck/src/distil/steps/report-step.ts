import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Lab } from '../lab.js';
import { loadMatrices, type Matrices } from '../matrices.js';
import { buildReport } from '../report/build-report.js';
import type { DistilOptions } from '../options.js';
import type { Settled } from '../settle.js';
import type { Choice } from './choose-step.js';
import type { FamilyOutput } from './family-step.js';
import type { Measured } from './measure-step.js';
import type { PeerOutput } from './peers-step.js';
import type { ReadOutput } from './read-step.js';
import type { SplitOutput } from './split-step.js';
import type { TeacherOutput } from './teacher-step.js';

/** What earlier steps found. */
export interface ReportInputs {
  readonly read: ReadOutput;
  readonly split: SplitOutput;
  readonly teacher: TeacherOutput;
  readonly families: readonly FamilyOutput[];
  readonly choice: Choice;
  readonly measured: readonly Measured[];
  readonly peers: readonly PeerOutput[];
}

/** The folders of the steps whose files are read. */
export interface ReportFolders {
  readonly read: string;
  readonly split: string;
  readonly teacher: string;
  readonly measure: string;
  readonly families: { readonly [family: string]: string };
}

/** Puts everything together: the report without its stages, which are known only when the run has ended. */
export async function reportStep(
  lab: Lab,
  inputs: ReportInputs,
  folders: ReportFolders,
  about: { readonly settled: Settled; readonly options: DistilOptions },
  { folder }: PipelineStepContext,
): Promise<{ readonly file: string }> {
  const { parts, clusters } = await lab.parts(folders);
  const logits: { [family: string]: { [file: string]: Matrices } } = {};
  for (const output of inputs.families) {
    if (output.state !== 'trained') continue;
    const own: { [file: string]: Matrices } = {};
    for (const { lesson, seed } of output.students) {
      const file = `${lesson}-${seed}`;
      own[file] = (await loadMatrices(folders.families[output.family]!, file)).matrices;
    }
    logits[output.family] = own;
  }
  const report = buildReport({
    ...inputs,
    ...about,
    parts,
    clusters,
    logits,
    teacherLogits: (await loadMatrices(folders.teacher, 'logits')).matrices,
    shipped: (await loadMatrices(folders.measure, 'shipped')).matrices,
  });
  await writeFile(path.join(folder, 'report.json'), JSON.stringify(report));
  return { file: 'report.json' };
}
