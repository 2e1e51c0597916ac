import path from 'node:path';
import type { EventSink } from '@limbeck/core';
import { definePipeline, step } from '@limbeck/pipeline';
import { type Labelled, signalsOf } from './src/label.js';
import type { Lab } from './src/lab.js';
import type { Choice } from './src/steps/student-steps.js';
import { corpusStep } from './src/steps/corpus-step.js';
import { exportStep } from './src/steps/export-step.js';
import { labelStep, type TeacherName, teacherKind } from './src/steps/label-step.js';
import { measureStep } from './src/steps/measure-step.js';
import { peersStep } from './src/steps/peers-step.js';
import { reportStep } from './src/steps/report-step.js';
import {
  chooseForm,
  curveStudents,
  mainStudents,
  trainStudents,
} from './src/steps/student-steps.js';
import { baselineStep, teacherStep } from './src/steps/teacher-step.js';

/** A step's version is the code of its module and of all that this imports. */
const code = (file: string): string => new URL(`./src/steps/${file}.ts`, import.meta.url).href;

/**
 * From npm packages to a student that names a snippet's language: each step's output is kept, so that a second run
 * reads it and a killed run goes on.
 */
export function codeLanguage(lab: Lab, teacherName: TeacherName, onEvent?: EventSink) {
  const { settings } = lab;
  const { seeds, curveShares, student } = settings;
  const kind = teacherKind(teacherName);

  // 1. Windows of source files, labelled by file type, split by package.
  const corpus = step('corpus', {
    module: code('corpus-step'),
    config: { smoke: settings.smoke },
    run: () => corpusStep(lab),
  });

  // 2. A teacher trained on all labels, and the floor that it must be above.
  const teacher = step('teacher', {
    module: code('teacher-step'),
    inputs: { corpus },
    config: settings.teacher,
    run: (_given, context) => teacherStep(lab, context, onEvent),
  });
  const baseline = step('baseline', {
    module: code('teacher-step'),
    inputs: { corpus },
    config: settings.baseline,
    run: (_given, context) => baselineStep(lab, context, onEvent),
  });

  // 3. The teacher answers every training window once; answers are filed under the text's hash.
  const label = step('label', {
    module: code('label-step'),
    inputs: { teacher },
    config: { teacher: teacherName },
    run: ({ inputs, folders }, context) =>
      labelStep(lab, { teacherName, net: inputs.teacher, folder: folders.teacher }, context),
  });
  /** The teacher's logits of each window, joined by hash. */
  const targets = async (labelled: Labelled, folder: string) => {
    const { languages, train, validation } = await lab.corpus();
    const store = { keep: folder, classes: languages.length };
    return {
      teacher: await signalsOf(train, labelled, kind, store),
      heldOut: await signalsOf(validation, labelled, kind, store),
    };
  };

  // 4. The student's form, chosen on validation packages.
  const choose = step('choose', {
    module: code('student-steps'),
    inputs: { label },
    config: student,
    run: async ({ inputs, folders }, { abortSignal }) =>
      chooseForm({ lab, ...(await targets(inputs.label, folders.label)), abortSignal, onEvent }),
  });
  const chosen = ({ best }: Choice) => student.candidates.find(({ name }) => name === best)!;

  // 5. The distilled student and its controls; and the same student on labels alone, from few to all.
  const students = step('students', {
    module: code('student-steps'),
    inputs: { label, choose },
    config: { seeds, labelShare: settings.labelShare },
    run: async ({ inputs, folders }, { folder, abortSignal }) => {
      const given = { lab, ...(await targets(inputs.label, folders.label)), abortSignal, onEvent };
      return trainStudents(given, chosen(inputs.choose), mainStudents(seeds), folder);
    },
  });
  const curve = step('curve', {
    module: code('student-steps'),
    inputs: { label, choose },
    config: { seeds, curveShares },
    run: async ({ inputs, folders }, { folder, abortSignal }) => {
      const given = { lab, ...(await targets(inputs.label, folders.label)), abortSignal, onEvent };
      return trainStudents(given, chosen(inputs.choose), curveStudents(seeds, curveShares), folder);
    },
  });

  // 6. What ships: float32 and int8, each only if it agrees.
  const exported = step('export', {
    module: code('export-step'),
    inputs: { label, choose, students },
    run: async ({ inputs, folders }, context) =>
      exportStep(
        {
          lab,
          candidate: chosen(inputs.choose),
          ...(await targets(inputs.label, folders.label)),
          students: folders.students,
          file: `distilled-${seeds[0]}`,
        },
        context,
      ),
  });

  // 7. What others answer, and how long everybody takes.
  const peers = step('peers', {
    module: code('peers-step'),
    inputs: { corpus },
    config: { perLanguage: settings.perLanguage },
    run: (_given, context) => peersStep(lab, context),
  });
  const measure = step('measure', {
    module: code('measure-step'),
    inputs: { teacher, exported, peers },
    config: { snippets: settings.latencySnippets },
    run: ({ folders }, context) => measureStep(lab, folders, context),
  });

  // 8. The report, the model card and the page to try it on.
  const report = step('report', {
    module: code('report-step'),
    inputs: { label, choose, teacher, baseline, students, curve, exported, peers, measure },
    run: ({ inputs, folders }, context) =>
      reportStep(lab, { ...inputs, candidate: chosen(inputs.choose) }, folders, context),
  });

  const config = { smoke: settings.smoke, teacher: teacherName };
  const publish = { student: path.posix.join('export', 'student') };
  return definePipeline({ name: 'code-language', steps: [report], config, publish });
}
