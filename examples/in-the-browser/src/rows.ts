/** A text with what it is. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** Rows of cells under the names of their columns. */
export interface Sheet {
  readonly columns: readonly string[];
  /** As many cells as columns each. */
  readonly rows: readonly (readonly string[])[];
}

/** What the rows of a sheet are as labelled texts. */
export interface Reading {
  readonly rows: readonly LabelledText[];
  /** How many rows lack a text or a label. */
  readonly left: number;
  /** The labels with their numbers of rows, the commonest first. */
  readonly labels: readonly (readonly [label: string, count: number])[];
}

/** The texts and labels in two columns. */
export function readRows(sheet: Sheet, text: number, label: number): Reading {
  const all = sheet.rows.map((cells) => ({
    text: cells[text]!.trim(),
    label: cells[label]!.trim(),
  }));
  const rows = all.filter((row) => row.text !== '' && row.label !== '');
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.label, (counts.get(row.label) ?? 0) + 1);
  const labels = [...counts].sort((a, b) => b[1] - a[1]);
  return { rows, left: all.length - rows.length, labels };
}

const textNames = /^(?:text|body|content|message|review|sentence|question|query)$/i;
const labelNames = /^(?:label|class|category|kind|intent|sentiment|topic|tag|y)$/i;

/** Which columns look like the text and the label: by name, else the longest cells and the fewest different ones. */
export function guessColumns({ columns, rows }: Sheet): { text: number; label: number } {
  const lengths = columns.map((_, i) => rows.reduce((sum, cells) => sum + cells[i]!.length, 0));
  const kinds = columns.map((_, i) => new Set(rows.map((cells) => cells[i])).size);
  const named = columns.findIndex((name) => textNames.test(name));
  const text = named >= 0 ? named : lengths.indexOf(Math.max(...lengths));
  const others = [...columns.keys()].filter((i) => i !== text);
  const label =
    others.find((i) => labelNames.test(columns[i]!)) ??
    others.sort((a, b) => kinds[a]! - kinds[b]!)[0] ??
    text;
  return { text, label };
}

/** Why these rows teach nothing, in words for a person; undefined if they do. */
export function faultOf(reading: Reading): string | undefined {
  if (reading.rows.length === 0) return 'There is no row with both a text and a label.';
  if (reading.labels.length < 2) {
    return `All rows carry the label “${reading.labels[0]![0]}”. There must be at least two.`;
  }
  if (reading.labels.length > 50) {
    return `There are ${reading.labels.length} labels, and this page trains for 50 at most. Is it the right column?`;
  }
  const [label, count] = reading.labels.at(-1)!;
  if (count < 2)
    return `The label “${label}” has one row. Each needs two: one to learn, one to judge.`;
  if (reading.rows.length < 20)
    return `${reading.rows.length} rows are too few: bring at least 20.`;
  return undefined;
}
