// The HTML around a page.
import { escaped } from './markdown.mjs';
import { relative } from './addresses.mjs';

/**
 * @param {{ address: string, title: string, html: string, headings: readonly { level: number, id: string, title: string }[] }} page
 * @param {readonly { title: string, pages: readonly { title: string, address: string, entries?: readonly { title: string, address: string }[] }[] }[]} sections
 */
export function layout(page, sections) {
  const link = (address) => encodeURI(relative(page.address, address));
  const item = ({ title, address, entries = [] }) => {
    const current = address === page.address ? ' aria-current="page"' : '';
    const inner = entries.length > 0 ? `<ul>${entries.map(item).join('')}</ul>` : '';
    return `<li><a href="${link(address)}"${current}>${escaped(title)}</a>${inner}</li>`;
  };
  const holds = ({ address, entries = [] }) => address === page.address || entries.some(holds);
  const menu = sections
    .map(({ title, pages }, i) => {
      const open = i === 0 || pages.length < 8 || pages.some(holds) ? ' open' : '';
      return `<details${open}><summary>${escaped(title)}</summary><ul>${pages.map(item).join('')}</ul></details>`;
    })
    .join('\n');
  const contents = page.headings.filter(({ level }) => level === 2 || level === 3);
  const aside =
    contents.length > 1
      ? `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${contents
          .map(
            ({ level, id, title }) =>
              `<li class="level-${level}"><a href="#${encodeURIComponent(id)}">${escaped(title)}</a></li>`,
          )
          .join('')}</ul></nav>`
      : '';
  const title = page.title === 'Limbeck' ? page.title : `${page.title} · Limbeck`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${link('site.css')}">
<script>document.documentElement.dataset.theme = localStorage.getItem('theme') ?? '';</script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="home" href="${link('index.html')}">Limbeck</a>
<div class="search" role="search">
<input type="search" placeholder="Search  ( / )" aria-label="Search the documentation" autocomplete="off" data-root="${link('index.html').replace(/index\.html$/, '')}">
<ul hidden></ul>
</div>
<button type="button" class="theme" aria-label="Light or dark">◐</button>
</header>
<div class="columns">
<nav class="menu" aria-label="Pages"><details class="narrow"><summary>Pages</summary></details><div>
${menu}
</div></nav>
<main id="content" tabindex="-1">
${page.html}
</main>
${aside}
</div>
<script src="${link('search-index.js')}" defer></script>
<script src="${link('site.js')}" defer></script>
</body>
</html>
`;
}
