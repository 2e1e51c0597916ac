import { parseArgs } from 'node:util';
import { event, type EventSink, isLimbeckError } from '@limbeck/core';
import { runPipeline } from '@limbeck/pipeline/node';
import { Lab } from './src/lab.js';
import { finish } from './src/finish.js';
import { settings } from './src/settings.js';
import type { TeacherName } from './src/steps/label-step.js';
import { tryFile } from './src/try-file.js';
import { codeLanguage } from './pipeline.js';

const help = `Distils a model that names a snippet's language, and reports what that bought.

  npm start                        everything; a second run reads what the first one made
  npm start -- --smoke             every stage in a small form, in under a minute
  npm start -- --try FILE          names a file's language with the student of the last run
  npm start -- --teacher NAME      trained (default), vscode, or both: the mean of the two
  npm start -- --record            keeps the report in examples/code-language/results and the README
`;

/** Progress as lines: training every few seconds, with loss terms, rate and time left. */
function progress(): EventSink {
  let [lastMs, lastStep] = [0, 0];
  return ({ kind, atMs, ...fields }) => {
    if (kind !== 'train/step') return;
    const [step, steps, rate, left] = ['step', 'steps', 'examplesPerSecond', 'secondsLeft'].map(
      (field) => Number(fields[field]),
    ) as [number, number, number, number];
    if (atMs - lastMs < 5000 && step >= lastStep) return;
    [lastMs, lastStep] = [atMs, step];
    const terms = Object.entries(fields['metrics'] as { readonly [name: string]: number })
      .filter(([name]) => name !== 'rate')
      .map(([name, value]) => `${name} ${value.toFixed(3)}`);
    console.error(
      `  step ${step}/${steps}  ${terms.join('  ')}  ${rate} windows/s  ${left} s left`,
    );
  };
}

/** What the command line asks for, or why it cannot be done. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        smoke: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        teacher: { type: 'string', default: 'trained' },
        try: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const { smoke, record, teacher } = values;
    const names: readonly string[] = ['trained', 'vscode', 'both'];
    if (!names.includes(teacher)) {
      throw new TypeError(`--teacher ${teacher}: expected ${names.join(', ')}`);
    }
    if (record && smoke) {
      throw new TypeError('--record: a small run is not for the record; leave --smoke out');
    }
    return { ...values, teacher: teacher as TeacherName };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  if (typeof options === 'string') {
    console.error(`${options}\n\n${help}`);
    process.exitCode = 2;
    return;
  }
  const { smoke, record, teacher } = options;
  if (options.help) return console.log(help);
  if (options.try !== undefined) return tryFile(options.try);
  const logger = {
    info: (message: string): void => console.error(message),
    warn: (message: string): void => console.error(message),
  };
  const chosen = settings(smoke);
  const lab = new Lab(chosen, logger, teacher === 'trained' ? undefined : chosen.blackBoxWindows);
  logger.info(`code-language: ${smoke ? 'a small run' : 'a full run'}, teacher ${teacher}`);
  const onEvent = progress();
  onEvent(event('start'));
  try {
    const pipeline = codeLanguage(lab, teacher, onEvent);
    const given = process.argv.slice(2);
    const resumeWith = ['npm start', ...(given.length === 0 ? [] : ['--', ...given])].join(' ');
    const run = await runPipeline({ ...pipeline, since: 'process', logger, resumeWith });
    await finish(run, { record });
  } finally {
    await lab.dispose();
  }
}

try {
  await main();
} catch (error) {
  // A fault that is known has said what to do; its stack would only bury that.
  console.error(isLimbeckError(error) ? `\n${error.message}` : error);
  process.exitCode = isLimbeckError(error, 'interrupted') ? 130 : 1;
}
