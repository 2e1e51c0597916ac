/** Text as one line of Markdown in which nothing is markup. */
export function line(text: string): string {
  return (
    text
      .replace(/\s+/gu, ' ')
      .trim()
      .replace(/[\\`*_~[\]<>|#]|&(?=#?\w+;)/gu, '\\$&')
      // What would begin a list.
      .replace(/^[-+](?=\s)/u, '\\$&')
      .replace(/^(\d+)([.)])(?=\s)/u, '$1\\$2')
  );
}

/** A table of plain texts. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(line).join(' | ')} |`;
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');
}

/** A block of TypeScript, fenced by more backticks than it holds. */
export function fence(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/gu) ?? []).map((run) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}ts\n${code.trimEnd()}\n${ticks}`;
}

/** A list of paragraphs under a heading; nothing where there is none. */
export function section(title: string, paragraphs: readonly string[]): string {
  return paragraphs.length === 0 ? '' : [`## ${title}`, ...paragraphs].join('\n\n');
}

/**
 * The front matter's lines of a licence. The hub knows licences by short names; what is no such name stands as `other`,
 * with what was said beside it.
 */
export function licenseLines(license: string | undefined): string[] {
  if (license === undefined) return [];
  if (/^[\w.+-]+$/u.test(license)) return [`license: ${yaml(license.toLowerCase())}`];
  return ['license: other', `license_name: ${yaml(license)}`];
}

/** A text as YAML: a JSON string is one, and cannot end the front matter. */
export function yaml(text: string): string {
  return JSON.stringify(text);
}
