import type { Json, JsonObject } from '@limbeck/core';
import type { RunReport } from '@limbeck/evaluators';

/** Something that two runs did not have alike. */
export interface SettingChange {
  /** What it is, such as `config.epochs`. */
  readonly setting: string;
  /** In the first run; absent where it has none. */
  readonly a?: string;
  /** In the second run; likewise. */
  readonly b?: string;
}

/** What two runs were given, and where they ran, that is not the same: config first, then what the reports know. */
export function changedSettings(
  a: { readonly report: RunReport; readonly config?: JsonObject },
  b: { readonly report: RunReport; readonly config?: JsonObject },
): SettingChange[] {
  const [of, to] = [settingsOf(a.report, a.config), settingsOf(b.report, b.config)];
  const names = [...new Set([...of.keys(), ...to.keys()])];
  names.sort((x, y) => Number(y.startsWith('config.')) - Number(x.startsWith('config.')));
  return names.flatMap((setting) => {
    const [before, after] = [of.get(setting), to.get(setting)];
    if (before === after) return [];
    return [
      {
        setting,
        ...(before === undefined ? {} : { a: before }),
        ...(after === undefined ? {} : { b: after }),
      },
    ];
  });
}

function settingsOf(report: RunReport, config: JsonObject = {}): Map<string, string> {
  const { seeds, dataset, student, teacher, machine, versions = {}, command } = report;
  const found = new Map<string, string>(flat('config', config));
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) found.set(name, String(value));
  };
  add('seeds', seeds.join(', '));
  add('data set', dataset.name);
  add('rows', dataset.rows);
  add('sha256 of the data', dataset.sha256);
  add('classes', dataset.classes.join(', '));
  for (const { name, rows } of dataset.splits ?? []) add(`rows to ${name}`, rows);
  add('student', student?.architecture);
  add('weights', student?.parameters);
  for (const [name, value] of Object.entries(student?.training ?? {})) {
    add(`training: ${name}`, value);
  }
  add('teacher', teacher?.id);
  add('command', command);
  for (const [name, version] of Object.entries(versions)) add(`version of ${name}`, version);
  add('processor', machine?.cpu);
  add('cores', machine?.cores);
  add('Node', machine?.node);
  add('ONNX Runtime', machine?.onnxruntime);
  return found;
}

/** The leaves of a config, by their paths. */
function flat(path: string, value: Json): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flat(`${path}.${key}`, inner));
}
