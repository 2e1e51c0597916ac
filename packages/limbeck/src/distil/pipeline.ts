import type { JsonObject } from '@limbeck/core';
import { contentHash } from '@limbeck/data';
import { definePipeline, type Pipeline, type PipelineStep, step } from '@limbeck/pipeline';
import type { Lab } from './lab.js';
import type { DistilOptions, FamilyName } from './options.js';
import type { Settled } from './settle.js';
import { chooseStep } from './steps/choose-step.js';
import { type FamilyOutput, familyStep, teacherWeights } from './steps/family-step.js';
import { measureStep } from './steps/measure-step.js';
import { type PeerOutput, peersStep } from './steps/peers-step.js';
import { readStep } from './steps/read-step.js';
import { reportStep } from './steps/report-step.js';
import { splitStep } from './steps/split-step.js';
import { teacherStep } from './steps/teacher-step.js';

/** A step's version is the code of its module and of all that this imports. */
const code = (file: string): string => new URL(`./steps/${file}`, import.meta.url).href;
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Exports, answers and the report take some of the time that is given. */
const trainingShare = 0.85;

/**
 * From records to a student that ships, as steps: each one's output is kept, so that a second call reads it and a killed one
 * goes on.
 */
export function distilPipeline(lab: Lab, settled: Settled, options: DistilOptions): Pipeline {
  const { columns, hashes, families, seeds, splitSeed, leaks, onBad } = settled;
  const budgetSeconds = trainingShare * settled.budgetSeconds;

  const asked = {
    hashes: { ...hashes },
    text: [...columns.text],
    label: columns.label,
    group: columns.group ?? null,
    labels: columns.labels === undefined ? null : [...columns.labels],
    schema: columns.schemaLabels === undefined ? null : contentHash(columns.schemaLabels.json),
    onBad,
  };

  // 1. Records: read, checked, cleaned; then put into parts without leaks.
  const read = step('read', {
    module: code(`read-step${extension}`),
    config: asked,
    run: (_given, context) => readStep(lab, settled, context),
  });
  const split = step('split', {
    module: code(`split-step${extension}`),
    inputs: { read },
    config: { splitSeed, leaks },
    run: ({ folders }, context) => splitStep(lab, settled, folders.read, context),
  });

  // 2. What the teacher says of every text.
  const teacher = step('teacher', {
    module: code(`teacher-step${extension}`),
    inputs: { read, split },
    config: {
      teacher:
        options.teacher === undefined || options.teacher === 'train' ? 'train' : options.teacher.id,
      budgetSeconds,
      seed: splitSeed,
    },
    run: ({ inputs, folders, config }, context) =>
      teacherStep(
        lab,
        {
          labels: inputs.read.labels,
          folders,
          teacher: options.teacher,
          budgetSeconds: config.budgetSeconds,
          seed: config.seed,
        },
        context,
      ),
  });

  const isTrained = options.teacher === undefined || options.teacher === 'train';
  const teacherWeight = isTrained ? teacherWeights.trained : teacherWeights.given;

  // 3. Students of each family, smallest first, as long as the budget lasts.
  const trained: PipelineStep<string, FamilyOutput>[] = [];
  for (const [i, family] of families.entries()) {
    const before = Object.fromEntries(trained.map((each, at) => [`before${at}`, each]));
    trained.push(
      step(`student-${family}`, {
        module: code(`family-step${extension}`),
        inputs: { read, split, teacher, ...before },
        config: { family, seeds: [...seeds], budgetSeconds, field: columns.label, teacherWeight },
        run: ({ inputs, folders, config }, context) => {
          const all = inputs as unknown as { readonly [name: string]: FamilyOutput };
          const earlier = Object.keys(before).map((name) => all[name]!.trainingSeconds);
          const spent = earlier.reduce((sum, each) => sum + each, inputs.teacher.trainingSeconds);
          return familyStep(
            lab,
            {
              family,
              labels: inputs.read.labels,
              field: config.field,
              schema: columns.schemaLabels?.json as JsonObject | undefined,
              folders,
              seeds: config.seeds,
              teacherWeight: config.teacherWeight,
              secondsLeft: config.budgetSeconds - spent,
              first: i === 0,
            },
            context,
          );
        },
      }),
    );
  }
  const students = Object.fromEntries(
    families.map((family, i) => [family, trained[i]!]),
  ) as unknown as { readonly [F in FamilyName]: PipelineStep<string, FamilyOutput> };

  // 4. Which one ships; what all of them take; what others make of the same split.
  const choose = step('choose', {
    module: code(`choose-step${extension}`),
    inputs: students,
    run: ({ inputs, folders }, context) =>
      chooseStep(Object.values(inputs), folders as never, context),
  });
  const peers = step('peers', {
    module: code(`peers-step${extension}`),
    inputs: { read, split },
    config: { peers: Object.keys(options.peers ?? {}) },
    run: ({ inputs, folders }, context): Promise<PeerOutput[]> =>
      peersStep(lab, { labels: inputs.read.labels, folders, peers: options.peers ?? {} }, context),
  });
  const measure = step('measure', {
    module: code(`measure-step${extension}`),
    inputs: { read, split, ...students, peers },
    run: ({ inputs, folders }, context) => {
      const byName = folders as unknown as { readonly [step: string]: string };
      const all = inputs as unknown as { readonly [family: string]: FamilyOutput };
      return measureStep(
        lab,
        {
          labels: inputs.read.labels,
          folders: { read: byName['read']!, split: byName['split']! },
          families: families.flatMap((family) => {
            const output = all[family]!;
            if (output.state !== 'trained') return [];
            return { family, folder: byName[family]!, int8: output.exported.int8 !== undefined };
          }),
        },
        context,
      );
    },
  });

  // 5. The report and the cards.
  const report = step('report', {
    module: code(`report-step${extension}`),
    inputs: { read, split, teacher, choose, measure, peers, ...students },
    config: { about: { ...options.about, language: [...(options.about?.language ?? [])] } },
    run: ({ inputs, folders }, context) => {
      const byName = folders as unknown as { readonly [step: string]: string };
      const all = inputs as unknown as { readonly [family: string]: FamilyOutput };
      return reportStep(
        lab,
        {
          read: inputs.read,
          split: inputs.split,
          teacher: inputs.teacher,
          choice: inputs.choose,
          measured: inputs.measure,
          peers: inputs.peers,
          families: families.map((family) => all[family]!),
        },
        {
          read: byName['read']!,
          split: byName['split']!,
          teacher: byName['teacher']!,
          measure: byName['measure']!,
          families: byName,
        },
        { settled, options },
        context,
      );
    },
  });

  return definePipeline({
    name: settled.name,
    steps: [report],
    // What asks another question of other data is another run, so that a finished one keeps what its report points at.
    config: asked,
    seeds: Object.fromEntries(seeds.map((seed, i) => [`student${i}`, seed])),
    publish: { student: 'choose/student' },
  });
}
