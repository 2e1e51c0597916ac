import { LimbeckError } from '@limbeck/core';
import { recordCheck } from './check-record.js';
import type { FaultyRecord, RawRecord } from './raw-record.js';
import type { BadRecord, RecordOptions, RecordReader } from './record-options.js';

/** Where a bad record goes. */
export interface DeadLetters {
  write(bad: BadRecord): Promise<void>;
  close(): Promise<void>;
}

/** What a format says of its records. */
export interface RecordFormat {
  /** The function that reads. */
  readonly where: string;
  /** What `line` counts. */
  readonly unit: 'line' | 'row' | 'file';
  /** What a record should be. */
  readonly expected: string;
  /** Whether values are text, so that a column's type converts them. */
  readonly text?: boolean;
  /** What to do about a record that cannot be parsed, before leaving it out. */
  readonly hint?: string;
}

/**
 * Checks records, counts them and sorts the bad ones out.
 *
 * @param source - records as they were found, some at a time
 * @param deadLetters - opens the file of bad records, if they go to one
 */
export function recordReader<T>(
  format: RecordFormat,
  source: () => AsyncIterable<readonly RawRecord[]>,
  options: RecordOptions<T>,
  deadLetters?: () => Promise<DeadLetters>,
): RecordReader<T> {
  const { onBad = 'throw', onBadRecord } = options;
  const check = recordCheck(format.where, options, format.text ?? false);
  const counts = { read: 0, bad: 0 };

  async function* records(): AsyncGenerator<T> {
    const letters = await deadLetters?.();
    const refuse = async (fault: FaultyRecord): Promise<void> => {
      const { file, line, reason, raw } = fault;
      if (onBad === 'throw') throw badRecord(format, fault);
      counts.bad++;
      const bad = { file, line, reason, raw: raw() };
      await letters?.write(bad);
      onBadRecord?.(bad);
    };
    try {
      for await (const some of source()) {
        for (const found of some) {
          if ('reason' in found) {
            await refuse(found);
            continue;
          }
          let record: T;
          try {
            const checked = check(found.value);
            record = checked instanceof Promise ? await checked : checked;
          } catch (cause) {
            const { file, line, raw } = found;
            const reason = cause instanceof Error ? cause.message : String(cause);
            await refuse({ file, line, raw, reason, cause });
            continue;
          }
          counts.read++;
          yield record;
        }
      }
    } finally {
      await letters?.close();
    }
  }

  return Object.assign(records(), {
    report: () => {
      const all = counts.read + counts.bad;
      return { ...counts, share: all === 0 ? 0 : counts.bad / all };
    },
  });
}

function badRecord(format: RecordFormat, fault: FaultyRecord): LimbeckError {
  const { where, unit, expected, hint } = format;
  const { file, line, reason, raw, cause } = fault;
  const place = unit === 'file' ? file : `${unit} ${line} of ${file}`;
  const text = raw();
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new LimbeckError('invalid-record', {
    where,
    given: `${place} (${reason})${shown === '' ? '' : `: ${shown}`}`,
    expected,
    next: `Correct it${hint === undefined ? '' : `; ${hint}`}; or go on without it: onBad: 'skip', or { deadLetter: path } to keep what was left out.`,
    cause,
  });
}
