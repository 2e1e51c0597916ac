import { readCsv, writeCsv } from '../csv.js';
import {
  faultOf,
  guessColumns,
  type LabelledText,
  type Reading,
  readRows,
  type Sheet,
} from '../rows.js';
import { sampleRows } from '../sample.js';
import { count, drawBars, the } from './elements.js';

/** Labels that are shown; the rest is counted. */
const shown = 6;
/** Beyond this many characters a field of text makes a page slow: the file is kept, its beginning shown. */
const most = 200_000;
/** A browser takes seconds to insert what is longer, line by line: it becomes the whole text instead. */
const longPaste = 20_000;

/** The field for texts, with what is in it beside it: says which rows are ready to be learnt, or none, at each change. */
export function dataDesk(onChange: (rows: readonly LabelledText[] | undefined) => void): void {
  const field = the<HTMLTextAreaElement>('csv');
  const columns = {
    text: the<HTMLSelectElement>('text-column'),
    label: the<HTMLSelectElement>('label-column'),
  };
  let sheet: Sheet = { columns: [], rows: [] };

  function open(text: string): void {
    field.value = text.length > most ? `${text.slice(0, most)}\n…` : text;
    the('shown').textContent = text.length > most ? 'Only the beginning is shown.' : '';
    take(text);
  }
  function take(text: string): void {
    const before = sheet.columns.join();
    sheet = readCsv(text);
    if (sheet.columns.join() !== before) {
      const guess = guessColumns(sheet);
      for (const which of ['text', 'label'] as const) {
        columns[which].replaceChildren(
          ...sheet.columns.map((name, i) => new Option(name, String(i), false, i === guess[which])),
        );
      }
    }
    read();
  }
  function read(): void {
    const empty = sheet.columns.length === 0;
    const given =
      sheet.columns.length < 2
        ? undefined
        : readRows(sheet, Number(columns.text.value), Number(columns.label.value));
    const fault = empty
      ? ''
      : given === undefined
        ? 'There is one column. The first line must name at least two, such as text,label.'
        : columns.text.value === columns.label.value
          ? 'Text and label are the same column.'
          : faultOf(given);
    the('fault').textContent = fault ?? '';
    the('rows').textContent = count(given?.rows.length ?? 0);
    const left = given?.left ?? 0;
    the('counted').textContent =
      left > 0 ? `Rows, ${count(left)} more lack a text or a label` : 'Rows';
    drawLabels(given);
    onChange(fault === undefined ? given?.rows : undefined);
  }
  function drawLabels(given: Reading | undefined): void {
    const labels = given?.labels ?? [];
    const top = labels[0]?.[1] ?? 1;
    const more = labels.length - shown;
    drawBars(
      the('labels'),
      labels.slice(0, shown).map(([name, n]) => ({ name, share: count(n), length: n / top })),
      more > 0 ? `and ${count(more)} more labels` : '',
    );
  }
  const openFile = (file: File | undefined): void => {
    void file?.text().then(open);
  };

  field.addEventListener('input', () => take(field.value));
  field.addEventListener('paste', (event) => {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (pasted.length <= longPaste) return;
    event.preventDefault();
    open(pasted);
  });
  for (const select of Object.values(columns)) select.addEventListener('change', read);
  const picker = the<HTMLInputElement>('file');
  the('load').addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    openFile(picker.files?.[0]);
    picker.value = '';
  });
  the('sample').addEventListener('click', () => open(sampleText()));
  const paper = the('sheet');
  for (const kind of ['dragover', 'dragleave', 'drop'] as const) {
    paper.addEventListener(kind, (event) => {
      event.preventDefault();
      paper.classList.toggle('over', kind === 'dragover');
      if (kind === 'drop') openFile(event.dataTransfer?.files[0]);
    });
  }
  open(sampleText());
}

function sampleText(): string {
  const rows = sampleRows(800).map(({ text, label }) => [text, label]);
  return writeCsv({ columns: ['text', 'label'], rows });
}
