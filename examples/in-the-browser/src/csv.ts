import type { Sheet } from './rows.js';

const separators = [',', ';', '\t'] as const;

/**
 * Reads comma, semicolon or tab separated text: quotes, line breaks within them, a byte order mark. The first row names the
 * columns. Rows of another length are filled up or cut.
 */
export function readCsv(text: string): Sheet {
  const clean = text.replace(/^\ufeff/, '');
  const records = recordsOf(clean, separatorOf(clean)).filter((cells) => cells.join('') !== '');
  const [columns = [], ...rest] = records;
  const rows = rest.map((cells) => columns.map((_, i) => cells[i] ?? ''));
  return { columns: columns.map((name, i) => name.trim() || `column ${i + 1}`), rows };
}

/** Writes a sheet so that {@link readCsv} reads it. */
export function writeCsv({ columns, rows }: Sheet): string {
  const cell = (value: string): string =>
    /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  return [columns, ...rows].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

/** The sign that occurs most often in the first line, outside quotes. */
function separatorOf(text: string): string {
  const line = text.replaceAll(/"[^"]*"/g, '').split(/\r?\n/, 1)[0]!;
  const counts = separators.map((sign) => line.split(sign).length);
  return separators[counts.indexOf(Math.max(...counts))]!;
}

function recordsOf(text: string, separator: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      const [value, end] = quotedCell(text, at);
      cell = value;
      at = end;
    }
    // What stands behind a closing quote belongs to the cell, as spreadsheets read it.
    const start = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r')
      at++;
    cells.push(cell + text.slice(start, at));
    const sign = text[at];
    at += sign === '\r' && text[at + 1] === '\n' ? 2 : 1;
    if (sign === separator) {
      if (at >= text.length) cells.push('');
      continue;
    }
    records.push(cells);
    cells = [];
  }
  if (cells.length > 0) records.push(cells);
  return records;
}

/** A cell that begins with a quote, and the place behind its end. */
function quotedCell(text: string, start: number): [value: string, end: number] {
  let value = '';
  for (let at = start + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return [value + text.slice(at), text.length];
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return [value, quote + 1];
    value += '"';
    at = quote + 2;
  }
}
