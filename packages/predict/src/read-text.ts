import { LimbeckError } from '@limbeck/core';
import type { StudentConfig } from './config.js';
import { encodeText } from './encode.js';
import type { TokenEncoder } from './tokens.js';

/** Turns a text into tokens; `index` says in errors which text it is. */
export type TextReader = (text: string, index: number) => Uint8Array | readonly number[];

/** What becomes of texts that are empty, or longer than a student reads. */
export interface TextReaderOptions {
  /** Whether an empty text is read, or refused with `empty-data`. */
  readonly emptyText?: 'read' | 'refuse';
  /** Whether a long text is cut, or refused with `invalid-data`. */
  readonly longText?: 'cut' | 'refuse';
}

/** How a student reads texts. */
export function textReader(
  config: StudentConfig,
  tokens: TokenEncoder | undefined,
  options: TextReaderOptions,
): TextReader {
  const { emptyText = 'read', longText = 'cut' } = options;
  const read =
    config.inputs === 'bytes'
      ? byteReader(config.maxBytes)
      : (text: string) => tokens!.encode(text);
  const most = config.inputs === 'bytes' ? config.maxBytes : config.maxTokens;
  return (text, index) => {
    checkText(text, index);
    if (text === '' && emptyText === 'refuse') throw noText(index, 'a text of length 0');
    const { ids, isCut } = read(text);
    if (ids.length === 0) throw noText(index, 'a text of which the tokenizer leaves nothing');
    if (isCut && longText === 'refuse')
      throw tooLong(index, text.length, `${most} ${config.inputs}`);
    return ids;
  };
}

function byteReader(maxBytes: number) {
  return (text: string): { readonly ids: Uint8Array; readonly isCut: boolean } => {
    const bytes = encodeText(text, maxBytes + 1);
    const isCut = bytes.length > maxBytes;
    return { ids: isCut ? bytes.subarray(0, maxBytes) : bytes, isCut };
  };
}

/** @throws LimbeckError `invalid-data` for what callers without types pass in place of texts, such as one text alone */
export function checkTexts(texts: unknown): void {
  if (Array.isArray(texts)) return;
  throw new LimbeckError('invalid-data', {
    where: 'predict',
    given: texts === null ? 'null' : typeof texts,
    expected: 'a list of texts',
    next: 'Pass [text] for a single one.',
  });
}

/** @throws LimbeckError `invalid-data` for what callers without types pass in place of a text */
function checkText(text: unknown, index: number): void {
  if (typeof text === 'string') return;
  throw new LimbeckError('invalid-data', {
    where: `predict, text ${index}`,
    given: text === null ? 'null' : typeof text,
    expected: 'a text',
    next: 'Leave it out, or pass an empty text.',
  });
}

function noText(index: number, given: string): LimbeckError {
  return new LimbeckError('empty-data', {
    where: `predict, text ${index}`,
    given,
    expected: 'a text with something to read',
    next: "Leave it out, or load the student with emptyText: 'read'.",
  });
}

function tooLong(index: number, units: number, most: string): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: `predict, text ${index}`,
    given: `${units} characters, more than the student reads`,
    expected: `at most ${most}`,
    next: "Shorten it, predict its parts, or load the student with longText: 'cut'.",
  });
}
