import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Event } from '@limbeck/core';
import { errno, fileError } from './files.js';

/** Appends a step's events to a file, one line of JSON each. */
export interface EventLog {
  /** Appends one. It never throws; what goes wrong is told once to `onFault`. */
  write(event: Event): void;
  /** Closes the file. */
  close(): void;
}

/** Opens `file` for appending. @throws LimbeckError `io-failed`, `disk-full` */
export function openEventLog(file: string, onFault: (error: unknown) => void): EventLog {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'a+');
    if (endsMidLine(handle)) writeSync(handle, '\n');
  } catch (cause) {
    throw fileError('runPipeline', path.basename(file), cause);
  }
  return {
    write(event) {
      if (handle === undefined) return;
      try {
        writeSync(handle, `${JSON.stringify(event)}\n`);
      } catch (cause) {
        onFault(fileError('runPipeline', path.basename(file), cause));
      }
    },
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}

/** Whether a killed process left half a line, which must not swallow the next one. */
function endsMidLine(handle: number): boolean {
  const { size } = fstatSync(handle);
  if (size === 0) return false;
  const last = new Uint8Array(1);
  readSync(handle, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

/** The events of a step, without lines that were cut off by a kill. Empty when there is no file. */
export async function readEvents(file: string): Promise<readonly Event[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (errno(cause) === 'ENOENT') return [];
    throw fileError('readEvents', path.basename(file), cause);
  }
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && value !== null && 'kind' in value ? [value as Event] : [];
    } catch {
      return [];
    }
  });
}
