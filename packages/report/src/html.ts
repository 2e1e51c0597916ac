/** Text that is HTML already. Only {@link html} and {@link trusted} make it, so everything else is escaped. */
export class Html {
  /** The markup. */
  readonly markup: string;

  /** Wraps markup; call {@link trusted} instead, which is easier to find when reviewing. */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in an {@link html} template: `undefined` and `false` show nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped, unless they are {@link Html} themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const markup = parts.reduce((text, part, i) => text + markupOf(values[i - 1]) + part);
  return new Html(markup);
}

/** Markup that this package made itself. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return String(value).replace(/[&<>"']/gu, (character) => entities[character]!);
}
