// One run of a training program: `programs.ts` measures it, and kills it. Trains with checkpoints, exports every student,
// scores what ships, and says on stdout what it is doing.
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { nodeEngine } from '@limbeck/runtime/node';
import { memoryStore, train } from '@limbeck/train';
import { exportStudent, folderStore } from '@limbeck/train/node';
import { programs } from '../test/programs/index.js';
import { say, watchFiles } from './killable.js';

const { values } = parseArgs({
  options: {
    program: { type: 'string' },
    seed: { type: 'string', default: '1' },
    off: { type: 'boolean', default: false },
    folder: { type: 'string' },
    /** Where trainings that come before are kept, for all runs that ask for the same. */
    teachers: { type: 'string' },
    hold: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const chosen = programs.find(({ name }) => name === values.program);
if (chosen === undefined) throw new Error(`There is no program ${values.program}.`);
const folder = values.folder;
const seed = Number(values.seed);
const counts = await watchFiles(values.hold);

const engine = await nodeEngine({ threads: 1 });
const teachers = values.teachers;
const store =
  teachers === undefined
    ? memoryStore()
    : folderStore(path.join(teachers, `${chosen.name}-${seed}`));
const run = await chosen.prepare({ seed, idea: !values.off, engine, store });
const { steps } = run.program;
const result = await train(run.program, {
  engine,
  seed,
  ...(folder === undefined ? {} : { checkpoints: folderStore(path.join(folder, 'checkpoints')) }),
  // Neither a multiple of the other, nor of evaluations.
  checkpointEvery: Math.ceil(steps / 13) + 1,
  reportEvery: Math.ceil(steps / 70),
  onEvent: ({ kind, step }) => {
    if (kind === 'train/step') say(`step ${Number(step)}`);
    if (kind === 'train/resumed') say(`resumed ${Number(step)}`);
  },
  ...(values.verbose ? { logger: { info: say, warn: say } } : {}),
});
say('export');
let sizeBytes = 0;
if (folder !== undefined) {
  for (const [name, exported] of Object.entries(run.exports)) {
    const place = path.join(folder, 'students', name);
    const options = { ...exported, engine, folder: place };
    const record = await exportStudent(result.students[name]!, options);
    if (values.verbose) say(`${name}: ${JSON.stringify(record.float32)}`);
    sizeBytes += record.files['onnx/model.onnx']!.sizeBytes;
  }
}
const items = await run.items(result.students, engine);
const score = items.reduce((sum, item) => sum + item, 0) / items.length;
const { user, system } = process.cpuUsage();
// Of the processor, so that what else runs does not count.
const seconds = (user + system) / 1e6;
await engine.dispose();
const { hash, step } = result;
say(`done ${JSON.stringify({ hash, step, score, items, seconds, sizeBytes, ...counts })}`);
process.exit(0);
