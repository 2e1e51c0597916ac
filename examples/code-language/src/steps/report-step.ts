import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunReport } from '@limbeck/evaluators';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { ExportRecord } from '@limbeck/train';
import type { Labelled } from '../label.js';
import type { Lab } from '../lab.js';
import { loadMatrices } from '../matrix-files.js';
import { buildReport } from '../report/build-report.js';
import { sampleOf, pickAnswers } from '../sample.js';
import type { Candidate } from '../settings.js';
import { names, readSystem, trainedSystems } from '../systems.js';
import type { MeasureOutput } from './measure-step.js';
import type { PeerOutput } from './peers-step.js';
import { type Choice, curveSeeds, labelFile, type StudentOutput } from './student-steps.js';
import type { TextModelOutput } from './teacher-step.js';

/** What earlier steps found. */
export interface ReportInputs {
  readonly label: Labelled;
  readonly choose: Choice;
  readonly teacher: TextModelOutput;
  readonly baseline: TextModelOutput;
  readonly students: readonly StudentOutput[];
  readonly curve: readonly StudentOutput[];
  readonly exported: ExportRecord;
  readonly peers: readonly PeerOutput[];
  readonly measure: MeasureOutput;
  readonly candidate: Candidate;
}

type Folders = {
  readonly [Step in 'teacher' | 'label' | 'baseline' | 'students' | 'curve' | 'measure']: string;
};

/** Puts everything together: the report without its stages, which are known only when the run has ended. */
export async function reportStep(
  lab: Lab,
  inputs: ReportInputs,
  folders: Folders,
  context: PipelineStepContext,
): Promise<{ readonly file: string }> {
  const corpus = await lab.corpus();
  const { settings } = lab;
  const { seeds, labelShare, curveShares } = settings;
  const classes = corpus.languages.length;
  const labelsAt = (share: number): number =>
    inputs.curve.find(({ file }) => file === labelFile(share, seeds[0]!))!.labels;
  const taughtByNet = isNet(inputs);
  const answers = { ...folders, teacher: taughtByNet ? folders.teacher : folders.label };
  const systems = await trainedSystems(answers, {
    classes,
    seeds,
    labelShare,
    scarceLabels: labelsAt(labelShare),
    allLabels: labelsAt(1),
    teacherNote: taughtByNet
      ? `${inputs.label.teacher}, ${inputs.teacher.parameters.toLocaleString('en-US')} weights.`
      : `${inputs.label.teacher}.`,
  });
  const curve = await Promise.all(
    curveShares.map(async (share) => ({
      share,
      labels: labelsAt(share),
      system: await readSystem(
        { name: `${Math.round(100 * share)}% of the labels`, role: 'label-only' },
        folders.curve,
        curveSeeds(seeds, curveShares, share).map((seed) => `${labelFile(share, seed)}.logits`),
        classes,
      ),
    })),
  );
  const sample = sampleOf(corpus.test, settings.perLanguage);
  const int8 = {
    probabilities: (await loadMatrices(folders.measure, 'int8'))['test']!.data,
    classes,
  };
  const report: Omit<RunReport, 'stages'> = buildReport({
    corpus,
    settings,
    candidate: inputs.candidate,
    choice: inputs.choose,
    systems,
    int8: {
      name: names.int8,
      role: 'student-int8',
      note: 'Made of the student of the first seed.',
      unknown: [],
      runs: [pickAnswers(int8, sample)],
    },
    peers: inputs.peers.map(({ name, labels, probabilities, mapping }) => ({
      name,
      role: 'peer',
      unknown: (mapping.unknown ?? []).map((language) => corpus.languages.indexOf(language)),
      runs: [
        probabilities === undefined
          ? { labels, classes }
          : { probabilities: Float64Array.from(probabilities), classes },
      ],
    })),
    labelMapping: inputs.peers.map(({ mapping }) => mapping),
    curve,
    students: inputs.students,
    facts: factsOf(inputs),
    labelled: inputs.label,
    exported: inputs.exported,
    command: settings.smoke ? 'npm start -- --smoke' : 'npm start',
  });
  await writeFile(path.join(context.folder, 'report.json'), JSON.stringify(report));
  return { file: 'report.json' };
}

/** Whether the net that was trained here is the teacher. */
function isNet({ label, teacher }: ReportInputs): boolean {
  return label.teacher === teacher.id;
}

function factsOf(inputs: ReportInputs) {
  const { measure, teacher, baseline, exported, peers } = inputs;
  const parameters: { readonly [system: string]: number } = {
    [names.teacher]: teacher.parameters,
    [names.baseline]: baseline.parameters,
    [names.student]: exported.parameters,
    [names.int8]: exported.parameters,
  };
  const known = new Set([
    ...Object.keys(measure.latencyMs),
    ...Object.keys(parameters),
    ...peers.map(({ name }) => name),
  ]);
  // Time and size were measured of the net; of another teacher they would be false.
  if (!isNet(inputs)) known.delete(names.teacher);
  return Object.fromEntries(
    [...known].map((name) => [
      name,
      {
        ...(measure.latencyMs[name] === undefined ? {} : { latencyMs: measure.latencyMs[name] }),
        ...measure.sizes[name],
        ...peerFacts(peers.find((peer) => peer.name === name)),
        ...(parameters[name] === undefined ? {} : { parameters: parameters[name] }),
      },
    ]),
  );
}

/** What a peer did where it did not name one of our languages: both count as wrong. */
function peerFacts(peer: PeerOutput | undefined) {
  if (peer === undefined) return {};
  const { abstained, elsewhere } = peer;
  if (elsewhere === 0) return { abstained };
  const note = `${elsewhere} answers name a language that is not among ours; they count as wrong.`;
  return { abstained, note };
}
