import { canonicalJson, type Json, type JsonObject } from '@limbeck/core';

/** What a step's output is filed under. */
export interface StepIdentity {
  /** The hash of each input, by name: of a step's output and files, or of the JSON. */
  readonly inputs: { readonly [name: string]: string };
  /** The config. */
  readonly config: JsonObject;
  /** The hash of each file of the step's own code, by package and path. */
  readonly files: { readonly [file: string]: string };
  /** The version of each installed package that the code imports. */
  readonly packages: { readonly [name: string]: string };
  /** The version, where the step states one. */
  readonly version?: string;
}

/**
 * What differs between two identities, one short line a difference, such as `config.epochs is 4, was 3`.
 * Empty when nothing does.
 */
export function explainChange(before: StepIdentity, now: StepIdentity): readonly string[] {
  return [
    ...changedKeys(before.inputs, now.inputs).map(
      (name) => `input ${name} ${verb(before.inputs, now.inputs, name)}`,
    ),
    ...changedValues('config', before.config, now.config),
    ...(before.version === now.version
      ? []
      : [`version is ${now.version ?? 'by code'}, was ${before.version ?? 'by code'}`]),
    ...changedCode(before.files, now.files),
    ...changedKeys(before.packages, now.packages).map(
      (name) =>
        `package ${name} is ${now.packages[name] ?? 'gone'}, was ${before.packages[name] ?? 'absent'}`,
    ),
  ];
}

type Table = { readonly [key: string]: unknown };

function changedKeys(before: Table, now: Table): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys]
    .filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(now[key] ?? null))
    .sort();
}

/** How many files are named one by one; more are told as a number. */
const namedFiles = 3;

function changedCode(before: Table, now: Table): readonly string[] {
  const files = changedKeys(before, now);
  const named = files.slice(0, files.length > namedFiles + 1 ? namedFiles : files.length);
  const rest = files.length - named.length;
  return [
    ...named.map((file) => `code ${file} ${verb(before, now, file)}`),
    ...(rest === 0 ? [] : [`code of ${rest} more files differs`]),
  ];
}

function verb(before: Table, now: Table, key: string): string {
  if (!(key in before)) return 'is new';
  return key in now ? 'changed' : 'is gone';
}

function changedValues(path: string, before: Json, now: Json): readonly string[] {
  if (canonicalJson(before) === canonicalJson(now)) return [];
  if (!isObject(before) || !isObject(now))
    return [`${path} is ${short(now)}, was ${short(before)}`];
  return changedKeys(before, now).flatMap((key) => {
    const was = before[key];
    const is = now[key];
    if (was === undefined) return [`${path}.${key} is new`];
    if (is === undefined) return [`${path}.${key} is gone`];
    return changedValues(`${path}.${key}`, was, is);
  });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
