import { loadCorpus } from './corpus.js';
import { printCorpus, underTheBar } from './print.js';
import { bars } from './table.js';

const corpus = await loadCorpus({ logger: console });
printCorpus(corpus.table);

const missing = underTheBar(corpus.table);
for (const line of missing) console.error(`below the bar: ${line}`);
if (missing.length > 0) {
  console.error(
    `Add packages to corpus/package.json, or drop the language; bars: ${JSON.stringify(bars)}`,
  );
  process.exitCode = 1;
}
