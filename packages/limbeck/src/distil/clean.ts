import { LimbeckError } from '@limbeck/core';
import { squeeze } from '@limbeck/data';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { suggest } from '../suggest.js';
import type { Example, Origin } from './example.js';
import type { DataRecord } from './records.js';
import type { SchemaLabels } from './schema-labels.js';

/** Which columns are read as what, and what a label may be. */
export interface Columns {
  readonly text: readonly string[];
  readonly label: string;
  readonly group: string | undefined;
  /** The labels, where they are known beforehand. */
  readonly labels: readonly string[] | undefined;
  readonly schema: StandardSchemaV1 | undefined;
  readonly schemaLabels: SchemaLabels | undefined;
}

/** A record whose text and label were read, the label still by name. */
export interface ReadRecord {
  readonly text: string;
  readonly label: string | undefined;
  readonly group: string | undefined;
}

/** Why a record cannot be used although the file could be read. */
export interface BadRecord {
  readonly reason: string;
}

/** The labels of a data set have one type: what a first one was, and what others must be. */
export interface LabelTypes {
  first: string | undefined;
}

/** Where a record stands. */
export interface RecordPlace {
  readonly origin: Origin;
  /** Counted from 0 among the records of its source that could be read. */
  readonly row: number;
  /** Counted from 1 among all records of its source, header apart. */
  readonly number: number;
  readonly types: LabelTypes;
}

/**
 * A record's text: its columns one below the other.
 *
 * @throws LimbeckError `missing-column` where a column is not there at all
 */
export function joinText(record: DataRecord, columns: readonly string[]): string | BadRecord {
  const parts: string[] = [];
  for (const column of columns) {
    const value = record[column];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return { reason: `${typeof value} in column ${column}` };
    parts.push(value);
  }
  return parts.join('\n');
}

/**
 * Reads a record's text, label and group.
 *
 * @throws LimbeckError `missing-column`; `label-out-of-range` for a label that is none of those known; `non-finite-data` for NaN;
 * `invalid-data` for labels of several types, or that are neither text, number nor boolean
 */
export async function readRecord(
  record: DataRecord,
  columns: Columns,
  place: RecordPlace,
): Promise<ReadRecord | BadRecord> {
  const needed = [...columns.text, ...(columns.group === undefined ? [] : [columns.group])];
  // Texts to be labelled by the teacher need no label.
  if (place.origin !== 'unlabelled') needed.push(columns.label);
  if (place.row === 0) checkColumns(record, needed);
  const text = joinText(record, columns.text);
  if (typeof text !== 'string') return text;
  const label = place.origin === 'unlabelled' ? undefined : labelOf(record, columns, place);
  const group = columns.group === undefined ? undefined : record[columns.group];
  const bad = label === undefined ? undefined : await disagreement(record, label, columns);
  if (bad !== undefined) return bad;
  return {
    text,
    label,
    group: group === undefined || group === null || group === '' ? undefined : asText(group),
  };
}

function checkColumns(record: DataRecord, needed: readonly string[]): void {
  const there = Object.keys(record);
  const missing = needed.filter((column) => !there.includes(column));
  if (missing.length === 0) return;
  const quoted = (names: readonly string[]): string =>
    names.map((name) => `"${name}"`).join(' and ');
  const meant = missing.flatMap((column) => suggest(column, there) ?? []);
  const guess = meant.length === 0 ? '' : `Did you mean ${quoted(meant)}? `;
  throw new LimbeckError('missing-column', {
    where: 'distil',
    given: `records with the columns ${there.join(', ') || '(none)'}`,
    expected: missing.length === 1 ? `a column ${quoted(missing)}` : `columns ${quoted(missing)}`,
    next: `${guess}Name the columns by the options text, label and group (--text, --label, --group).`,
  });
}

function labelOf(
  record: DataRecord,
  columns: Columns,
  { number, types }: RecordPlace,
): string | undefined {
  const value = record[columns.label];
  if (value === undefined || value === null || value === '') return undefined;
  const where = `distil, record ${number}`;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new LimbeckError('non-finite-data', {
      where,
      given: `${value} as its ${columns.label}`,
      expected: 'a label',
      next: 'Correct the record, or leave its label empty: then only the teacher labels it.',
    });
  }
  const type = typeof value;
  types.first ??= type;
  if (!['string', 'number', 'boolean'].includes(type) || type !== types.first) {
    throw new LimbeckError('invalid-data', {
      where,
      given: `a ${type} as its ${columns.label}${type === types.first ? '' : `, where records before it have a ${types.first}`}`,
      expected: 'labels that are all text, all numbers or all booleans',
      next: 'Write every label the same way.',
    });
  }
  const label = asText(value);
  const { labels } = columns;
  if (labels === undefined || labels.includes(label)) return label;
  const meant = suggest(label, labels);
  throw new LimbeckError('label-out-of-range', {
    where,
    given: `the label ${JSON.stringify(label)}`,
    expected: `one of ${labels.slice(0, 20).join(', ')}${labels.length > 20 ? ', …' : ''}`,
    next: `${meant === undefined ? '' : `Did you mean ${JSON.stringify(meant)}? `}Correct the record, or add the label to the schema or the option labels (--labels), whichever lists the labels.`,
  });
}

/** A value as text: as it is, or as JSON where it is more than one value. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the schema finds wrong with a record beside its label. */
async function disagreement(
  record: DataRecord,
  label: string,
  { label: column, schema, schemaLabels }: Columns,
): Promise<BadRecord | undefined> {
  if (schema === undefined || schemaLabels === undefined) return undefined;
  const own = schemaLabels.values.get(label);
  const given =
    schemaLabels.columns === undefined
      ? own
      : Object.fromEntries(
          schemaLabels.columns
            .filter((name) => name in record)
            .map((name) => [name, name === column ? own : record[name]]),
        );
  const { issues } = await schema['~standard'].validate(given);
  const [issue] = issues ?? [];
  if (issue === undefined) return undefined;
  const at = issue.path?.map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
  return { reason: `${at === undefined || at === '' ? '' : `${at}: `}${issue.message}` };
}

/** Records without those that say nothing or repeat, and how many were left out for which reason. */
export interface Cleaned {
  readonly examples: readonly Example[];
  readonly leftOut: { readonly [reason: string]: number };
}

/** A read record and the set that it came in. */
export type OriginRecord = ReadRecord & { readonly origin: Origin };

/**
 * Leaves out empty texts, repeated ones (spaces apart) within a set, and those that occur with different labels, which teach
 * nothing.
 */
export function clean(records: readonly OriginRecord[], labels: readonly string[]): Cleaned {
  const counts: { [reason: string]: number } = {};
  const leave = (reason: string): void => void (counts[reason] = (counts[reason] ?? 0) + 1);
  const byText = new Map<string, number[]>();
  records.forEach(({ text, origin }, at) => {
    const squeezed = squeeze(text);
    if (squeezed === '') return leave('empty text');
    const key = `${origin} ${squeezed}`;
    const same = byText.get(key);
    if (same === undefined) byText.set(key, [at]);
    else same.push(at);
  });
  const kept: number[] = [];
  for (const places of byText.values()) {
    const named = places.filter((at) => records[at]!.label !== undefined);
    const different = new Set(named.map((at) => records[at]!.label)).size > 1;
    const chosen = different ? undefined : (named[0] ?? places[0]!);
    if (chosen !== undefined) kept.push(chosen);
    for (const at of places) {
      if (at !== chosen) leave(different ? 'same text under different labels' : 'repeated text');
    }
  }
  const index = new Map(labels.map((label, at) => [label, at]));
  return {
    leftOut: counts,
    examples: kept
      .sort((a, b) => a - b)
      .map((place, at) => {
        const { text, label, group, origin } = records[place]!;
        return {
          at,
          text,
          origin: origin === 'data' && label === undefined ? 'unlabelled' : origin,
          ...(label === undefined ? {} : { label: index.get(label)! }),
          ...(group === undefined ? {} : { group }),
        };
      }),
  };
}
