// Writes what each entry point exports to etc/api/ (--update), or fails where that differs from what is committed.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { build, filesBelow, projects, readJson, root } from './workspace.mjs';

const update = process.argv.includes('--update');
if (build() !== 0) process.exit(1);

const reports = path.join(root, 'etc', 'api');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'limbeck-api-'));
mkdirSync(reports, { recursive: true });
const written = new Set();
let faults = 0;

for (const project of projects(['packages'])) {
  const folder = path.join(root, project);
  const { exports } = readJson(`${project}/package.json`);
  for (const [entry, target] of Object.entries(exports)) {
    const types = typeof target === 'object' ? target.types : undefined;
    if (!types) continue;
    const report = `${path.basename(project)}${entry.slice(1).replaceAll('/', '.')}.api.md`;
    written.add(report);
    const { errorCount, apiReportChanged } = Extractor.invoke(
      ExtractorConfig.prepare({
        packageJsonFullPath: path.join(folder, 'package.json'),
        configObjectFullPath: undefined,
        configObject: {
          projectFolder: folder,
          mainEntryPointFilePath: path.join(folder, types),
          // Without the condition that leads to sources: what is reported is what ships.
          compiler: {
            overrideTsconfig: {
              compilerOptions: {
                target: 'es2023',
                lib: ['es2023', 'dom', 'dom.iterable'],
                module: 'nodenext',
                moduleResolution: 'nodenext',
                strict: true,
                skipLibCheck: true,
                types: ['node'],
              },
            },
          },
          apiReport: {
            enabled: true,
            reportFileName: report,
            reportFolder: reports,
            reportTempFolder: scratch,
          },
          docModel: { enabled: false },
          dtsRollup: { enabled: false },
          tsdocMetadata: { enabled: false },
          newlineKind: 'lf',
          messages: {
            compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
            extractorMessageReporting: {
              default: { logLevel: ExtractorLogLevel.Error },
              // TypeDoc sees to comments; release tags are not used.
              'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
              'ae-undocumented': { logLevel: ExtractorLogLevel.None },
              'ae-unresolved-link': { logLevel: ExtractorLogLevel.None },
              // An export of `.` that `/node` speaks of counts as forgotten here; TypeDoc knows all entry points.
              'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
            },
            tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          },
        },
      }),
      {
        localBuild: update,
        showVerboseMessages: false,
        typescriptCompilerFolder: path.join(root, 'node_modules', 'typescript'),
        messageCallback: (message) => {
          message.handled = true;
          if (message.logLevel === ExtractorLogLevel.Error) {
            const where = message.sourceFilePath
              ? `${path.relative(root, message.sourceFilePath)}:${message.sourceFileLine}: `
              : '';
            console.error(`${report}: ${where}${message.text}`);
          }
        },
      },
    );
    faults += errorCount;
    const committed = path.join(reports, report);
    if (apiReportChanged && !update) {
      faults++;
      const state = existsSync(committed) ? 'differs from the code' : 'is missing';
      console.error(`etc/api/${report} ${state}. Look at the change, then run: pnpm api:update`);
      if (existsSync(committed)) showDifference(committed, path.join(scratch, report));
    }
  }
}

for (const file of filesBelow('etc/api', (name) => name.endsWith('.api.md'))) {
  if (written.has(path.basename(file))) continue;
  if (update) rmSync(path.join(root, file));
  else {
    faults++;
    console.error(`${file} belongs to no entry point. Run: pnpm api:update`);
  }
}
rmSync(scratch, { recursive: true, force: true });
console.log(`${written.size} API reports ${update ? 'written' : 'compared'}, ${faults} faults.`);
process.exitCode = faults === 0 ? 0 : 1;

/** Lines that only one of two files has. */
function showDifference(before, after) {
  const lines = (file) => readFileSync(file, 'utf8').split(/\r?\n/);
  const [old, now] = [lines(before), lines(after)];
  for (const line of old.filter((text) => !now.includes(text))) console.error(`  - ${line}`);
  for (const line of now.filter((text) => !old.includes(text))) console.error(`  + ${line}`);
}
