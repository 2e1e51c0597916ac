import type { StudentConfig } from './config.js';
import type { TokenEncoder } from './tokens.js';

/**
 * How much of a text a student reads, in UTF-16 units from its beginning: what lies further on has no part in an answer.
 */
export function lengthReader(
  config: StudentConfig,
  tokens: TokenEncoder | undefined,
): (text: string) => number {
  return config.inputs === 'bytes' ? bytesRead(config.maxBytes) : tokensRead(tokens!);
}

function bytesRead(maxBytes: number) {
  const encoder = new TextEncoder();
  return (text: string): number => {
    // No unit takes more than three bytes.
    if (3 * text.length <= maxBytes) return text.length;
    return encoder.encodeInto(text, new Uint8Array(Math.min(maxBytes, 3 * text.length))).read;
  };
}

/** By halves, from a short beginning on, so that a long text is not split into tokens time and again. */
function tokensRead(tokens: TokenEncoder) {
  return (text: string): number => {
    const fits = (length: number): boolean => !tokens.encode(text.slice(0, length)).isCut;
    let high = 64;
    while (high < text.length && fits(high)) high *= 2;
    if (high >= text.length && fits(text.length)) return text.length;
    high = Math.min(high, text.length);
    let low = 0;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return low;
  };
}
