import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { parseRunReport, runReportJson } from '@limbeck/evaluators';

const results = fileURLToPath(new URL('../results/', import.meta.url));

/** Pages with a picture in the README: the file, and how much of it is shown. */
const pictures = [
  { page: 'report.html', picture: 'report.png', size: '1200,1500' },
  { page: 'demo.html', picture: 'demo.png', size: '1200,1060' },
] as const;

/** Keeps a run's report where the README quotes it from, with pictures of its pages where a Chromium is installed. */
export async function record(folder: string): Promise<string> {
  await mkdir(results, { recursive: true });
  // The mistakes quote the sources of others' packages, which do not belong into this repository.
  const { mistakes: _mistakes, ...report } = parseRunReport(
    JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')),
  );
  await writeFile(path.join(results, 'report.json'), runReportJson(report));
  const browser = await findBrowser();
  if (browser === undefined) return `${results} (no pictures: set LIMBECK_CHROMIUM to a Chromium)`;
  const profile = await mkdtemp(path.join(tmpdir(), 'limbeck-record-'));
  try {
    for (const { page, picture, size } of pictures) {
      await promisify(execFile)(browser, [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        `--user-data-dir=${profile}`,
        '--hide-scrollbars',
        `--window-size=${size}`,
        '--virtual-time-budget=3000',
        `--screenshot=${path.join(results, picture)}`,
        pathToFileURL(path.join(folder, page)).href,
      ]);
    }
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
  return results;
}

async function findBrowser(): Promise<string | undefined> {
  const candidates = [
    process.env['LIMBECK_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
  ];
  for (const candidate of candidates) {
    if (candidate !== undefined && (await stat(candidate).catch(() => undefined)) !== undefined) {
      return candidate;
    }
  }
  return undefined;
}
