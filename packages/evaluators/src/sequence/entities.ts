import { LimbeckError } from '@limbeck/core';

/** Which entities a sequence of tags holds. */
export interface Entity {
  /** What kind it is, such as `PER`. */
  readonly type: string;
  /** Its first token. */
  readonly start: number;
  /** The token behind its last. */
  readonly end: number;
}

/**
 * How tags are read. `conll` is the rule of CoNLL's conlleval: an `I-` without an entity of its type before it starts one,
 * which reads BIO2 and IOB1 alike, and BIOES too. `bio2` takes an entity to start with `B-` alone, and drops an `I-` that continues none.
 */
export type TagScheme = 'conll' | 'bio2';

/**
 * The entities of a sequence of tags such as `B-PER I-PER O`.
 *
 * @throws LimbeckError `invalid-data` for a tag of another form
 * @see Tjong Kim Sang and De Meulder, "Introduction to the CoNLL-2003 Shared Task", 2003, and its script conlleval.
 */
export function entities(tags: readonly string[], scheme: TagScheme = 'conll'): Entity[] {
  const found: Entity[] = [];
  let open: { readonly type: string; readonly start: number } | undefined;
  const close = (end: number): void => {
    if (open !== undefined) found.push({ ...open, end });
    open = undefined;
  };
  tags.forEach((tag, at) => {
    const { prefix, type } = parse(tag, scheme, at);
    const goes = open?.type === type;
    if (prefix === 'O') close(at);
    else if (prefix === 'B' || prefix === 'S' || !goes) {
      close(at);
      if (scheme === 'conll' || prefix === 'B') open = { type, start: at };
    }
    if (prefix === 'E' || prefix === 'S') close(at + 1);
  });
  close(tags.length);
  return found;
}

function parse(
  tag: string,
  scheme: TagScheme,
  at: number,
): { readonly prefix: string; readonly type: string } {
  if (tag === 'O') return { prefix: 'O', type: '' };
  const [, prefix, type] =
    (scheme === 'conll' ? /^([BIES])-(.+)$/u : /^([BI])-(.+)$/u).exec(tag) ?? [];
  if (prefix !== undefined && type !== undefined) return { prefix, type };
  throw new LimbeckError('invalid-data', {
    where: 'entities',
    given: `the tag ${JSON.stringify(tag)} at token ${at}`,
    expected:
      scheme === 'conll' ? 'O, or B-, I-, E- or S- and a type' : 'O, or B- or I- and a type',
    next: 'Write tags as the scheme does, such as B-PER.',
  });
}
