import { words } from './references.js';

/**
 * The tokens of mteval's version 13a, which published BLEU values use: symbols stand alone, and so do full stops and
 * commas that are not between digits, and hyphens behind digits.
 *
 * @see NIST's mteval-v13a.pl; sacreBLEU, `tokenizer_13a`.
 */
export function tokenise13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const spaced = ` ${plain} `
    // ASCII symbols but for ' , - and .
    .replaceAll(/[!-&(-+/:-@[-`{-~ ]/gu, ' $& ')
    .replaceAll(/([^0-9])([.,])/gu, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/gu, ' $1 $2')
    .replaceAll(/([0-9])(-)/gu, '$1 $2 ');
  return words(spaced);
}
