import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type JsonObject, LimbeckError } from '@limbeck/core';
import { type RunReport, runReportJson } from '@limbeck/evaluators';
import { dataCard, type DataCardOptions, dataCardJson } from '../data-card.js';
import { modelCard, modelCardJson, type ModelCardOptions } from '../model-card.js';
import { renderReport, type RenderOptions } from '../render-report.js';

/** Options of {@link writeReport}. */
export interface WriteReportOptions extends RenderOptions {
  /** What the model card says beyond the run's records. */
  readonly card?: ModelCardOptions;
  /** What the data card says beyond the run's records. */
  readonly dataCard?: DataCardOptions;
}

/** Where {@link writeReport} put what it wrote. */
export interface WrittenReport {
  /** `report.json`. */
  readonly json: string;
  /** `report.html`. */
  readonly html: string;
  /** `model-card.md`; `model-card.json` lies beside it. */
  readonly card: string;
  /** `data-card.md`, with `data-card.json` beside it; only where the report holds `data`. */
  readonly dataCard?: string;
}

/**
 * Writes `report.json`, the model card, `report.html` and, where the report holds `data`, the data card into a folder, which
 * is made where it is missing; cards as Markdown and as JSON. Each file appears whole or not at all, and `report.json`
 * first, so that a fault in a later one loses no result.
 *
 * @throws LimbeckError `disk-full` where there is no room, `io-failed` for any other fault of the disk, and as
 * {@link renderReport}
 */
export async function writeReport(
  folder: string,
  report: RunReport,
  options: WriteReportOptions = {},
): Promise<WrittenReport> {
  const { card = {}, dataCard: about = {}, ...rendering } = options;
  const written = {
    json: path.join(folder, 'report.json'),
    html: path.join(folder, 'report.html'),
    card: path.join(folder, 'model-card.md'),
    ...(report.data === undefined ? {} : { dataCard: path.join(folder, 'data-card.md') }),
  };
  await guarded(folder, () => mkdir(folder, { recursive: true }));
  await replace(written.json, runReportJson(report));
  await replace(written.card, modelCard(report, card));
  await replace(path.join(folder, 'model-card.json'), asText(modelCardJson(report, card)));
  if (written.dataCard !== undefined) {
    await replace(written.dataCard, dataCard(report, about));
    await replace(path.join(folder, 'data-card.json'), asText(dataCardJson(report, about)));
  }
  await replace(written.html, await renderReport(report, rendering));
  return written;
}

function asText(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes beside the file, makes sure that it is on the disk, and only then takes the name. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  await guarded(file, async () => {
    try {
      const handle = await open(beside, 'w');
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(beside, file);
    } catch (fault) {
      await rm(beside, { force: true });
      throw fault;
    }
  });
}

async function guarded(file: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new LimbeckError(full ? 'disk-full' : 'io-failed', {
      where: 'writeReport',
      given: `${file}${code === undefined ? '' : ` (${code})`}`,
      expected: full ? 'room for a megabyte' : 'a folder that can be written',
      next: full
        ? 'Free some space and write the report again; files written before are whole.'
        : 'Check the path and its permissions.',
      cause,
    });
  }
}
