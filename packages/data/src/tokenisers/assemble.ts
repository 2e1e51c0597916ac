import { checkWhole, LimbeckError } from '@limbeck/core';
import type { Offset } from '../span-collator.js';
import type { Template, TemplateItem } from './template.js';
import type { EncodeOptions, Encoding, Token } from './tokeniser-types.js';

/** The tokens of one text. */
export interface TextTokens {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly offsets?: readonly Offset[] | undefined;
}

const nowhere: Offset = [0, 0];

/**
 * One encoding of the tokens of a text or two: cut, put into the template, and filled up.
 *
 * @throws LimbeckError `invalid-option`
 */
export function assemble(
  texts: readonly TextTokens[],
  template: Template,
  pad: Token,
  options: EncodeOptions,
): Encoding {
  const { maxTokens, padTo = 0, special = true, offsets = false } = options;
  if (maxTokens !== undefined) {
    checkWhole('encode', { maxTokens }, 1, 'Leave it out to cut nothing.');
  }
  checkWhole('encode', { padTo }, 0, 'Leave it out to fill up nothing.');
  const items = (texts.length === 1 ? template.single : template.pair).filter(
    (item) => special || 'text' in item,
  );
  const kept = keptTokens(texts, items, maxTokens);
  const located = offsets && texts.every((each) => each.offsets !== undefined);

  const encoding = { ids: [] as number[], tokens: [] as string[], types: [] as number[] };
  const [of, places]: [number[], Offset[]] = [[], []];
  const put = (token: string, id: number, type: number, text: number, offset: Offset): void => {
    encoding.tokens.push(token);
    encoding.ids.push(id);
    encoding.types.push(type);
    of.push(text);
    places.push(offset);
  };
  for (const item of items) {
    if (!('text' in item)) {
      put(item.token, item.id, item.type, -1, nowhere);
      continue;
    }
    const its = texts[item.text]!;
    for (let i = 0; i < kept[item.text]!; i++) {
      put(its.tokens[i]!, its.ids[i]!, item.type, item.text, its.offsets?.[i] ?? nowhere);
    }
  }
  const mask: number[] = new Array<number>(encoding.ids.length).fill(1);
  while (mask.length < padTo) {
    put(pad.token, pad.id, 0, -1, nowhere);
    mask.push(0);
  }
  const cut = texts.reduce((sum, { ids }, i) => sum + ids.length - kept[i]!, 0);
  return { ...encoding, mask, texts: of, ...(located ? { offsets: places } : {}), cut };
}

/** How many tokens of each text stay. */
function keptTokens(
  texts: readonly TextTokens[],
  items: readonly TemplateItem[],
  maxTokens: number | undefined,
): readonly number[] {
  const lengths = texts.map(({ ids }) => ids.length);
  if (maxTokens === undefined) return lengths;
  const specials = items.filter((item) => !('text' in item)).length;
  const room = maxTokens - specials;
  if (room < texts.length) {
    throw new LimbeckError('invalid-option', {
      where: 'encode',
      given: `maxTokens ${maxTokens} beside ${specials} special tokens`,
      expected: 'room for a token of every text',
      next: `Pass at least ${specials + texts.length}.`,
    });
  }
  const [first = 0, second] = lengths;
  if (second === undefined) return [Math.min(first, room)];
  if (first + second <= room) return lengths;
  // Each may have half; what the shorter text leaves of its half goes to the longer one.
  const half = Math.floor(room / 2);
  const shorter = Math.min(first, second, half);
  return first <= second ? [shorter, room - shorter] : [room - shorter, shorter];
}
