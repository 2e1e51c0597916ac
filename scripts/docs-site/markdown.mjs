// Markdown to HTML: markdown-it, highlight.js, GitHub's anchors, and links that lead within the site.
import hljs from 'highlight.js/lib/common';
import MarkdownIt from 'markdown-it';

/** GitHub's anchors of headings: lower case, no punctuation, dashes for spaces, numbers for repetitions. */
export function slugger() {
  const seen = new Map();
  return (text) => {
    const slug = text
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  };
}

const escaped = new MarkdownIt().utils.escapeHtml;

/** Source code as highlighted HTML. */
export function highlight(code, language) {
  const known = {
    ts: 'typescript',
    mts: 'typescript',
    mjs: 'javascript',
    sh: 'bash',
    text: undefined,
  };
  const name = Object.hasOwn(known, language) ? known[language] : language;
  if (!name || !hljs.getLanguage(name) || code.length > 200_000) return escaped(code);
  return hljs.highlight(code, { language: name }).value;
}

/**
 * One page's HTML, with its headings and what it links to.
 *
 * @param {string} text
 * @param {(href: string) => string} resolve - the address that stands for a link or an image
 */
export function render(text, resolve) {
  const slug = slugger();
  const headings = [];
  const md = new MarkdownIt({
    html: true,
    highlight: (code, info) => highlight(code, info.split(' ')[0]),
  });

  md.core.ruler.push('site', ({ tokens }) => {
    tokens.forEach((token, i) => {
      if (token.type === 'heading_open') {
        const inline = tokens[i + 1];
        const title = inline.children
          .filter(({ type }) => type === 'text' || type === 'code_inline')
          .map(({ content }) => content)
          .join('');
        const id = slug(title);
        token.attrSet('id', id);
        headings.push({ level: Number(token.tag.slice(1)), id, title });
      }
      for (const child of token.children ?? []) {
        for (const name of ['href', 'src']) {
          const link = child.attrGet(name);
          if (link !== null) child.attrSet(name, resolve(link));
        }
      }
    });
  });

  // Wide tables scroll by themselves, and by the keyboard too.
  md.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  md.renderer.rules.table_close = () => '</table></div>\n';
  md.renderer.rules.heading_close = (tokens, i) => {
    const { tag } = tokens[i];
    const id = tokens[i - 2]?.attrGet('id');
    const anchor =
      tag === 'h1'
        ? ''
        : ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`;
    return `${anchor}</${tag}>\n`;
  };
  return { html: md.render(text), headings };
}

export { escaped };
