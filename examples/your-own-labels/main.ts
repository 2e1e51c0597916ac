import path from 'node:path';
import { parseArgs } from 'node:util';
import { isLimbeckError } from '@limbeck/core';
import { dataSet, type DataSetName, dataSetNames } from './src/datasets.js';
import { record } from './src/record.js';
import { runOn } from './src/run-on.js';

const help = `Makes a student of texts with labels, and reports on it beside its peers.

  pnpm --filter your-own-labels start                        mails: spam or not; a second run reads what the first made
  pnpm --filter your-own-labels start -- --data trec         sst2, trec or banking77 from the folder LIMBECK_DATA
  pnpm --filter your-own-labels start -- --smoke             the same code on a few rows, in ten seconds
  pnpm --filter your-own-labels start -- --record            keeps the result in results/ and in the README
`;

/** What the command line asks for, or why it cannot be done. */
function readOptions() {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((word) => word !== '--'),
      options: {
        data: { type: 'string', default: 'spam' },
        smoke: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        folder: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (!(dataSetNames as readonly string[]).includes(values.data)) {
      throw new TypeError(`--data ${values.data}: expected ${dataSetNames.join(', ')}`);
    }
    if (values.record && values.smoke) {
      throw new TypeError('--record: a small run is not for the record; leave --smoke out');
    }
    return { ...values, data: values.data as DataSetName };
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
  if (options.help) return console.log(help);
  const { data: name, smoke } = options;
  const started = performance.now();
  const { table, folder, report } = await runOn(name, await dataSet(name), {
    smoke,
    ...(options.folder === undefined ? {} : { folder: options.folder }),
  });
  const seconds = (performance.now() - started) / 1000;
  console.log(`\n${table}\n\n${report.headline ?? ''}\n${seconds.toFixed(0)} s in all`);
  for (const file of ['report.html', 'student']) {
    console.log(path.relative(process.cwd(), path.join(folder, file)));
  }
  if (options.record) console.log(`recorded in ${await record(name, report, seconds)}`);
}

try {
  await main();
} catch (error) {
  // A fault that is known has said what to do; its stack would only bury that.
  console.error(isLimbeckError(error) ? `\n${error.message}` : error);
  process.exitCode = isLimbeckError(error, 'interrupted') ? 130 : 1;
}
