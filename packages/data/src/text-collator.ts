import { checkWhole, type Collator, LimbeckError, type Spec, type Specs } from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { integerTensor } from './integer-tensor.js';

/** What {@link textCollator} makes: both `[batch, bytes]`. */
export type TextBatch = {
  /** UTF-8 bytes, 0 to 255, and the padding id behind shorter texts. */
  readonly ids: Spec;
  /** 1 for a byte, 0 for padding. */
  readonly mask: Spec;
};

/** Options of {@link textCollator}. */
export interface TextOptions<Row> {
  /** The row's text. */
  readonly text: (row: Row) => string;
  /** Longer texts are cut here, in bytes; a character may be cut. @defaultValue 1024 */
  readonly maxBytes?: number;
  /** What stands behind shorter texts. @defaultValue 0 */
  readonly padId?: number;
  /** Lengths are filled up to a multiple of this, so that fewer shapes occur. @defaultValue 1 */
  readonly multipleOf?: number;
  /** The numbers' type: int64 is what transformers.js feeds, int32 and uint8 are faster to fill. @defaultValue 'int64' */
  readonly dtype?: 'int64' | 'int32' | 'uint8';
}

const encoder = new TextEncoder();
// An empty dimension breaks graphs, and a mean over no bytes is no number.
const emptyText = Uint8Array.of(0x0a);

/**
 * Texts as padded UTF-8 bytes with their mask, as long as the longest of the batch.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows, `invalid-data` for a row whose text is
 * not a string
 */
export function textCollator<Row>(options: TextOptions<Row>): Collator<Row, TextBatch> {
  const { text, maxBytes = 1024, padId = 0, multipleOf = 1, dtype = 'int64' } = options;
  checkWhole('textCollator', { maxBytes, multipleOf }, 1, 'Leave it out to use the default.');
  checkWhole('textCollator', { padId }, 0, 'Use 0.');
  const spec = (): Spec => ({ dtype, shape: ['batch', 'bytes'] });
  const specs: Specs<TextBatch> = { ids: spec(), mask: spec() };
  return {
    specs,
    collate(rows) {
      checkNotEmpty('textCollator', rows);
      const texts = rows.map((row, i) => bytesOf(checkText(text(row), i), maxBytes));
      const longest = texts.reduce((most, bytes) => Math.max(most, bytes.length), 1);
      const width = Math.ceil(longest / multipleOf) * multipleOf;
      const shape = [rows.length, width];
      const ids = new Int32Array(rows.length * width).fill(padId);
      const mask = new Int32Array(rows.length * width);
      texts.forEach((bytes, i) => {
        ids.set(bytes, i * width);
        mask.fill(1, i * width, i * width + bytes.length);
      });
      return {
        ids: integerTensor(dtype, shape, ids),
        mask: integerTensor(dtype, shape, mask),
      };
    },
  };
}

/** The text of the batch's row `i`. @throws LimbeckError `invalid-data` */
function checkText(text: unknown, i: number): string {
  if (typeof text === 'string') return text;
  throw new LimbeckError('invalid-data', {
    where: 'textCollator',
    given: `${text === null ? 'null' : typeof text} as the text of row ${i} of the batch`,
    expected: 'a string',
    next: 'Check the option text: it reads a field that this row does not have.',
  });
}

/** At most `maxBytes` bytes of a text; an empty text is a line feed. */
function bytesOf(text: string, maxBytes: number): Uint8Array {
  if (text === '') return emptyText;
  // No UTF-16 unit takes less than a byte, so what lies further back need not be encoded. One more unit keeps the two
  // halves of a character together.
  const bytes = encoder.encode(text.length > maxBytes ? text.slice(0, maxBytes + 1) : text);
  return bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes;
}
